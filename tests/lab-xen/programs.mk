# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What runs in the lab beside the scripts: the driver contract, the flag walk,
# and the guest kernel that both start.  Only "make check-xen" builds them.

EXTRA_DIST += \
	tests/lab-xen/tiny/head.S \
	tests/lab-xen/tiny/main.c \
	tests/lab-xen/tiny/store.c \
	tests/lab-xen/tiny/tiny.h \
	tests/lab-xen/tiny/vcpus.c \
	tests/lab-xen/tiny/xen.c \
	$(NULL)

# A kernel: no start files, no library, no registers but the general ones,
# nothing of the user's own flags.  Linked where page N is address N * 4096.
tiny_cflags = \
	-std=gnu11 -O2 -m64 \
	$(WARN_CFLAGS) \
	-ffreestanding -nostdlib -static -fno-pic -no-pie \
	-mno-red-zone -mgeneral-regs-only \
	-fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables \
	-Wl,-Ttext-segment=0x100000 -Wl,-z,max-page-size=4096 \
	-Wl,-z,noexecstack -Wl,--build-id=none \
	$(NULL)
lab_xen_guest = tests/lab-xen/tiny/tiny
tiny_sources = \
	$(srcdir)/tests/lab-xen/tiny/head.S \
	$(srcdir)/tests/lab-xen/tiny/main.c \
	$(srcdir)/tests/lab-xen/tiny/store.c \
	$(srcdir)/tests/lab-xen/tiny/vcpus.c \
	$(srcdir)/tests/lab-xen/tiny/xen.c \
	$(NULL)
$(lab_xen_guest): $(tiny_sources) $(srcdir)/tests/lab-xen/tiny/tiny.h
	$(AM_V_GEN)$(MKDIR_P) tests/lab-xen/tiny && \
		$(CC) $(tiny_cflags) $(XEN_CFLAGS) -o $@ $(tiny_sources)
CLEANFILES += $(lab_xen_guest)

if WITH_XEN
lab_xen_programs += tests/lab-xen/lab_pins tests/lab-xen/lab_walk
if HAVE_CHECK
lab_xen_programs += tests/lab-xen/lab_contract
endif
EXTRA_PROGRAMS += $(lab_xen_programs)
CLEANFILES += $(lab_xen_programs)
endif

tests_lab_xen_lab_contract_SOURCES = \
	tests/driver/contract.c \
	tests/driver/contract.h \
	tests/driver/contract_vcpus.c \
	tests/driver/contract_world.h \
	tests/driver/world.c \
	tests/driver/world.h \
	tests/lab-xen/lab_cases.c \
	tests/lab-xen/lab_contract.c \
	tests/lab-xen/lab_contract.h \
	tests/lab-xen/lab_guest.c \
	tests/lab-xen/lab_guest.h \
	tests/lab-xen/lab_host.c \
	tests/lab-xen/lab_host.h \
	tests/lab-xen/lab_xen.c \
	tests/lab-xen/lab_xen.h \
	$(NULL)
tests_lab_xen_lab_contract_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(XEN_CFLAGS)
tests_lab_xen_lab_contract_LDADD = \
	libvc_driver.la \
	libvc_model.la \
	libvc_util.la \
	$(XEN_LIBS) \
	$(CHECK_LIBS) \
	$(NULL)

tests_lab_xen_lab_walk_SOURCES = \
	tests/api/scratchdir.c \
	tests/api/scratchdir.h \
	tests/api/walk.c \
	tests/api/walk.h \
	tests/lab-xen/lab_guest.c \
	tests/lab-xen/lab_guest.h \
	tests/lab-xen/lab_walk.c \
	tests/lab-xen/lab_xen.c \
	tests/lab-xen/lab_xen.h \
	$(NULL)
tests_lab_xen_lab_walk_CPPFLAGS = $(AM_CPPFLAGS) $(XEN_CFLAGS)
tests_lab_xen_lab_walk_LDADD = libvcpuconf.la $(XEN_LIBS)

tests_lab_xen_lab_pins_SOURCES = \
	tests/lab-xen/lab_guest.c \
	tests/lab-xen/lab_guest.h \
	tests/lab-xen/lab_pins.c \
	tests/lab-xen/lab_xen.c \
	tests/lab-xen/lab_xen.h \
	$(NULL)
tests_lab_xen_lab_pins_CPPFLAGS = $(AM_CPPFLAGS) $(XEN_CFLAGS)
tests_lab_xen_lab_pins_LDADD = libvcpuconf.la $(XEN_LIBS)
