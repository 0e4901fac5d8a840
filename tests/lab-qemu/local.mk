# SPDX-License-Identifier: LGPL-2.1-or-later
#
# make check-qemu: the driver of QEMU against real QEMUs (software emulation
# is enough) and against a peer that plays tricks.  Nothing here belongs to
# make check.  README says what is what.

lab_qemu_images = \
	tests/lab-qemu/deaf.img \
	tests/lab-qemu/refuse.img \
	tests/lab-qemu/spin.img \
	tests/lab-qemu/tiny.img \
	$(NULL)
# The longest first: they run side by side.
lab_qemu_tests = \
	tests/lab-qemu/lab_peer \
	tests/lab-qemu/lab_walk \
	tests/lab-qemu/lab_watch \
	tests/lab-qemu/lab_agent \
	tests/lab-qemu/lab_contract \
	tests/lab-qemu/lab_sockets \
	tests/lab-qemu/lab_life \
	tests/lab-qemu/lab_plug \
	tests/lab-qemu/lab_kill \
	tests/lab-qemu/lab_library \
	tests/lab-qemu/lab_pin \
	tests/lab-qemu/lab_owner \
	$(NULL)
lab_qemu_programs = $(lab_qemu_tests) tests/lab-qemu/bench_qemu

EXTRA_PROGRAMS += $(lab_qemu_programs)
CLEANFILES += \
	$(lab_qemu_programs) \
	$(lab_qemu_images) \
	tests/lab-qemu/*.log \
	tests/lab-qemu/*.trs \
	$(NULL)
EXTRA_DIST += \
	tests/lab-qemu/README \
	tests/lab-qemu/check-qemu.sh \
	tests/lab-qemu/flags-qemu.expect \
	tests/lab-qemu/guest.sh \
	tests/lab-qemu/scripts \
	tests/lab-qemu/tiny.S \
	$(NULL)

# The guest in a boot sector, in four humours.
LAB_QEMU_TINY = $(top_srcdir)/tests/lab-qemu/tiny.S
LAB_QEMU_IMAGE = \
	$(MKDIR_P) tests/lab-qemu && \
	as --32 $$humour -o $@.o '$(LAB_QEMU_TINY)' && \
	ld -m elf_i386 -Ttext=0x7c00 --oformat binary -e _start -o $@.new $@.o && \
	rm -f $@.o && mv $@.new $@
tests/lab-qemu/tiny.img: $(LAB_QEMU_TINY)
	$(AM_V_GEN)humour=; $(LAB_QEMU_IMAGE)
tests/lab-qemu/refuse.img: $(LAB_QEMU_TINY)
	$(AM_V_GEN)humour='--defsym REFUSE=1'; $(LAB_QEMU_IMAGE)
tests/lab-qemu/deaf.img: $(LAB_QEMU_TINY)
	$(AM_V_GEN)humour='--defsym DEAF=1'; $(LAB_QEMU_IMAGE)
tests/lab-qemu/spin.img: $(LAB_QEMU_TINY)
	$(AM_V_GEN)humour='--defsym SPIN=1'; $(LAB_QEMU_IMAGE)

# Machines; then machines and the driver below the public header.
lab_qemu_vm = \
	tests/lab-qemu/dir.c \
	tests/lab-qemu/dir.h \
	tests/lab-qemu/qmp.c \
	tests/lab-qemu/qmp.h \
	tests/lab-qemu/vm.c \
	tests/lab-qemu/vm.h \
	$(NULL)
lab_qemu_common = \
	$(lab_qemu_vm) \
	tests/driver/world.c \
	tests/driver/world.h \
	tests/lab-qemu/lab.c \
	tests/lab-qemu/lab.h \
	$(NULL)
lab_qemu_fake = \
	tests/lab-qemu/fake_peer.c \
	tests/lab-qemu/fake_peer.h \
	tests/lab-qemu/fake_world.c \
	tests/lab-qemu/fake_world.h \
	tests/lab-qemu/script.c \
	tests/lab-qemu/script.h \
	$(NULL)
LAB_QEMU_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
LAB_QEMU_LDADD = libvc_driver.la libvc_model.la libvc_util.la $(CHECK_LIBS)

tests_lab_qemu_lab_agent_SOURCES = tests/lab-qemu/lab_agent.c $(lab_qemu_common)
tests_lab_qemu_lab_agent_CPPFLAGS = $(LAB_QEMU_CPPFLAGS)
tests_lab_qemu_lab_agent_LDADD = libvcpuconf.la $(LAB_QEMU_LDADD)

tests_lab_qemu_lab_contract_SOURCES = \
	$(lab_qemu_common) \
	tests/driver/contract.c \
	tests/driver/contract.h \
	tests/driver/contract_vcpus.c \
	tests/driver/contract_world.h \
	tests/lab-qemu/lab_contract.c \
	$(NULL)
tests_lab_qemu_lab_contract_CPPFLAGS = $(LAB_QEMU_CPPFLAGS)
tests_lab_qemu_lab_contract_LDADD = $(LAB_QEMU_LDADD)

tests_lab_qemu_lab_kill_SOURCES = tests/lab-qemu/lab_kill.c $(lab_qemu_vm)
tests_lab_qemu_lab_kill_CPPFLAGS = $(CLI_CPPFLAGS) $(CHECK_CFLAGS)
tests_lab_qemu_lab_kill_LDADD = libvcpuconf.la $(CHECK_LIBS)

tests_lab_qemu_lab_library_SOURCES = tests/lab-qemu/lab_library.c $(lab_qemu_vm)
tests_lab_qemu_lab_library_CPPFLAGS = $(CLI_CPPFLAGS) $(CHECK_CFLAGS)
tests_lab_qemu_lab_library_LDADD = libvcpuconf.la $(CHECK_LIBS)

tests_lab_qemu_lab_life_SOURCES = tests/lab-qemu/lab_life.c $(lab_qemu_common)
tests_lab_qemu_lab_life_CPPFLAGS = $(LAB_QEMU_CPPFLAGS)
tests_lab_qemu_lab_life_LDADD = $(LAB_QEMU_LDADD)

tests_lab_qemu_lab_owner_SOURCES = tests/lab-qemu/lab_owner.c $(lab_qemu_common)
tests_lab_qemu_lab_owner_CPPFLAGS = $(LAB_QEMU_CPPFLAGS)
tests_lab_qemu_lab_owner_LDADD = $(LAB_QEMU_LDADD)

tests_lab_qemu_lab_peer_SOURCES = \
	$(lab_qemu_common) \
	$(lab_qemu_fake) \
	tests/lab-qemu/lab_peer.c \
	$(NULL)
tests_lab_qemu_lab_peer_CPPFLAGS = $(LAB_QEMU_CPPFLAGS) $(JSONC_CFLAGS)
tests_lab_qemu_lab_peer_LDADD = $(LAB_QEMU_LDADD) $(JSONC_LIBS)

tests_lab_qemu_lab_pin_SOURCES = tests/lab-qemu/lab_pin.c $(lab_qemu_common)
tests_lab_qemu_lab_pin_CPPFLAGS = $(LAB_QEMU_CPPFLAGS)
tests_lab_qemu_lab_pin_LDADD = $(LAB_QEMU_LDADD)

tests_lab_qemu_lab_plug_SOURCES = tests/lab-qemu/lab_plug.c $(lab_qemu_common)
tests_lab_qemu_lab_plug_CPPFLAGS = $(LAB_QEMU_CPPFLAGS)
tests_lab_qemu_lab_plug_LDADD = $(LAB_QEMU_LDADD)

tests_lab_qemu_lab_sockets_SOURCES = \
	tests/lab-qemu/lab_sockets.c \
	$(lab_qemu_common) \
	$(NULL)
tests_lab_qemu_lab_sockets_CPPFLAGS = $(LAB_QEMU_CPPFLAGS)
tests_lab_qemu_lab_sockets_LDADD = $(LAB_QEMU_LDADD)

tests_lab_qemu_lab_walk_SOURCES = \
	$(lab_qemu_fake) \
	$(lab_qemu_vm) \
	tests/api/walk.c \
	tests/api/walk.h \
	tests/lab-qemu/lab_walk.c \
	$(NULL)
tests_lab_qemu_lab_walk_CPPFLAGS = $(CLI_CPPFLAGS) $(JSONC_CFLAGS)
tests_lab_qemu_lab_walk_LDADD = libvcpuconf.la $(JSONC_LIBS)

tests_lab_qemu_lab_watch_SOURCES = \
	$(lab_qemu_vm) \
	tests/lab-qemu/lab_watch.c \
	tests/lab-qemu/watcher.c \
	tests/lab-qemu/watcher.h \
	$(NULL)
tests_lab_qemu_lab_watch_CPPFLAGS = $(CLI_CPPFLAGS) $(CHECK_CFLAGS)
tests_lab_qemu_lab_watch_LDADD = libvcpuconf.la $(CHECK_LIBS)

tests_lab_qemu_bench_qemu_SOURCES = \
	$(lab_qemu_vm) \
	tests/lab-qemu/bench_qemu.c \
	$(NULL)
tests_lab_qemu_bench_qemu_CPPFLAGS = $(CLI_CPPFLAGS)
tests_lab_qemu_bench_qemu_LDADD = libvcpuconf.la

.PHONY: check-qemu check-qemu-build
if WITH_QEMU
if HAVE_CHECK
check-qemu-build: libvcpuconf.la vcpuconf tests/cli/jsonget \
		$(lab_qemu_programs) $(lab_qemu_images)
check-qemu: check-qemu-build
	@$(AM_TESTS_ENVIRONMENT) \
		$(BASH_PATH) '$(srcdir)/tests/lab-qemu/check-qemu.sh' \
		$(lab_qemu_tests) tests/lab-qemu/bench_qemu
else
check-qemu-build check-qemu:
	@echo "make check-qemu needs the library 'check', which configure did not find" >&2
	@exit 1
endif
else
check-qemu-build check-qemu:
	@echo "this build has no driver of QEMU (configure --with-qemu)" >&2
	@exit 1
endif
