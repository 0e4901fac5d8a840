# SPDX-License-Identifier: LGPL-2.1-or-later
#
# contract.h: the suite that every driver's tests run.

DRIVER_TESTS = \
	tests/driver/test_driver_damage \
	tests/driver/test_driver_fault \
	tests/driver/test_driver_file \
	tests/driver/test_driver_fork \
	tests/driver/test_driver_host \
	tests/driver/test_driver_live \
	tests/driver/test_driver_memory \
	tests/driver/test_driver_open \
	tests/driver/test_driver_test \
	tests/driver/test_driver_trace \
	tests/driver/test_driver_uri \
	tests/driver/test_driver_watch \
	$(NULL)

if WITH_XEN
DRIVER_TESTS += \
	tests/driver/test_driver_xen \
	tests/driver/test_driver_xen_memory \
	tests/driver/test_driver_xen_plug \
	tests/driver/test_driver_xen_run \
	tests/driver/test_driver_xenstore \
	$(NULL)
endif

if WITH_QEMU
DRIVER_TESTS += \
	tests/driver/test_driver_qemu \
	tests/driver/test_driver_qemu_home \
	tests/driver/test_driver_qemu_kernel \
	tests/driver/test_driver_qemu_memory \
	tests/driver/test_driver_qemu_peer \
	tests/driver/test_driver_qemu_run \
	tests/driver/test_driver_qemu_unclear \
	tests/driver/test_driver_qemu_watch \
	tests/driver/test_driver_qemu_wire \
	$(NULL)
endif

check_PROGRAMS += $(DRIVER_TESTS)
TESTS += $(DRIVER_TESTS)

DRIVER_TESTS_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
DRIVER_TESTS_LDADD = \
	libvc_driver.la \
	libvc_model.la \
	libvc_util.la \
	$(CHECK_LIBS) \
	$(NULL)

tests_driver_test_driver_damage_SOURCES = \
	tests/driver/scratch.c \
	tests/driver/scratch.h \
	tests/driver/test_driver_damage.c \
	tests/driver/world.c \
	tests/driver/world.h \
	$(NULL)
tests_driver_test_driver_damage_CPPFLAGS = $(DRIVER_TESTS_CPPFLAGS)
tests_driver_test_driver_damage_LDADD = $(DRIVER_TESTS_LDADD)

tests_driver_test_driver_fault_SOURCES = \
	tests/driver/test_driver_fault.c \
	tests/driver/world.c \
	tests/driver/world.h \
	$(NULL)
tests_driver_test_driver_fault_CPPFLAGS = $(DRIVER_TESTS_CPPFLAGS)
tests_driver_test_driver_fault_LDADD = $(DRIVER_TESTS_LDADD)

tests_driver_test_driver_file_SOURCES = \
	tests/driver/scratch.c \
	tests/driver/scratch.h \
	tests/driver/test_driver_file.c \
	tests/driver/world.c \
	tests/driver/world.h \
	$(NULL)
tests_driver_test_driver_file_CPPFLAGS = $(DRIVER_TESTS_CPPFLAGS)
tests_driver_test_driver_file_LDADD = $(DRIVER_TESTS_LDADD)

tests_driver_test_driver_fork_SOURCES = \
	tests/driver/scratch.c \
	tests/driver/scratch.h \
	tests/driver/test_driver_fork.c \
	tests/driver/world.c \
	tests/driver/world.h \
	$(NULL)
tests_driver_test_driver_fork_CPPFLAGS = $(DRIVER_TESTS_CPPFLAGS)
tests_driver_test_driver_fork_LDADD = $(DRIVER_TESTS_LDADD)

tests_driver_test_driver_host_SOURCES = \
	tests/driver/test_driver_host.c \
	tests/driver/world.c \
	tests/driver/world.h \
	$(NULL)
tests_driver_test_driver_host_CPPFLAGS = $(DRIVER_TESTS_CPPFLAGS)
tests_driver_test_driver_host_LDADD = $(DRIVER_TESTS_LDADD)

tests_driver_test_driver_live_SOURCES = \
	tests/driver/test_driver_live.c \
	tests/driver/world.c \
	tests/driver/world.h \
	$(NULL)
tests_driver_test_driver_live_CPPFLAGS = $(DRIVER_TESTS_CPPFLAGS)
tests_driver_test_driver_live_LDADD = $(DRIVER_TESTS_LDADD)

tests_driver_test_driver_memory_SOURCES = \
	$(driver_memory_trial) \
	tests/driver/scratch.c \
	tests/driver/scratch.h \
	tests/driver/test_driver_memory.c \
	tests/driver/world.c \
	tests/driver/world.h \
	$(NULL)
tests_driver_test_driver_memory_CPPFLAGS = \
	$(DRIVER_TESTS_CPPFLAGS) \
	$(JSONC_CFLAGS) \
	$(LIBXML_CFLAGS) \
	$(NULL)
tests_driver_test_driver_memory_LDADD = $(DRIVER_TESTS_LDADD)

tests_driver_test_driver_open_SOURCES = \
	tests/driver/test_driver_open.c \
	tests/driver/world.c \
	tests/driver/world.h \
	$(NULL)
tests_driver_test_driver_open_CPPFLAGS = $(DRIVER_TESTS_CPPFLAGS)
tests_driver_test_driver_open_LDADD = $(DRIVER_TESTS_LDADD)

tests_driver_test_driver_test_SOURCES = \
	tests/driver/contract.c \
	tests/driver/contract.h \
	tests/driver/contract_vcpus.c \
	tests/driver/contract_world.h \
	tests/driver/scratch.c \
	tests/driver/scratch.h \
	tests/driver/test_driver_test.c \
	tests/driver/world.c \
	tests/driver/world.h \
	$(NULL)
tests_driver_test_driver_test_CPPFLAGS = $(DRIVER_TESTS_CPPFLAGS)
tests_driver_test_driver_test_LDADD = $(DRIVER_TESTS_LDADD)

tests_driver_test_driver_trace_SOURCES = \
	tests/driver/test_driver_trace.c \
	tests/driver/world.c \
	tests/driver/world.h \
	$(NULL)
tests_driver_test_driver_trace_CPPFLAGS = $(DRIVER_TESTS_CPPFLAGS)
tests_driver_test_driver_trace_LDADD = $(DRIVER_TESTS_LDADD)

tests_driver_test_driver_uri_SOURCES = \
	tests/driver/test_driver_uri.c \
	tests/driver/world.c \
	tests/driver/world.h \
	$(NULL)
tests_driver_test_driver_uri_CPPFLAGS = $(DRIVER_TESTS_CPPFLAGS)
tests_driver_test_driver_uri_LDADD = $(DRIVER_TESTS_LDADD)

tests_driver_test_driver_xen_SOURCES = \
	tests/driver/test_driver_xen.c \
	tests/driver/world.c \
	tests/driver/world.h \
	$(NULL)
tests_driver_test_driver_xen_CPPFLAGS = $(DRIVER_TESTS_CPPFLAGS) $(XEN_CFLAGS)
tests_driver_test_driver_xen_LDADD = $(DRIVER_TESTS_LDADD)

tests_driver_test_driver_watch_SOURCES = \
	tests/driver/scratch.c \
	tests/driver/scratch.h \
	tests/driver/test_driver_watch.c \
	tests/driver/world.c \
	tests/driver/world.h \
	$(NULL)
tests_driver_test_driver_watch_CPPFLAGS = $(DRIVER_TESTS_CPPFLAGS)
tests_driver_test_driver_watch_LDADD = $(DRIVER_TESTS_LDADD)

driver_memory_trial = \
	tests/driver/memory_trial.c \
	tests/driver/memory_trial.h \
	tests/driver/memory_verbs.c \
	tests/driver/memory_verbs.h \
	tests/fault/memfail.c \
	tests/fault/memfail.h \
	tests/fault/memfail_libraries.c \
	$(NULL)

# Before the calls of libxenctrl and libxencall stand those of these.
driver_xen_fakes = \
	tests/driver/fake_xencall.c \
	tests/driver/fake_xenctrl.c \
	tests/driver/fake_xenctrl.h \
	tests/driver/fake_xenstored.c \
	tests/driver/fake_xenstored.h \
	tests/driver/world.c \
	tests/driver/world.h \
	$(NULL)

tests_driver_test_driver_xen_memory_SOURCES = \
	$(driver_memory_trial) \
	$(driver_xen_fakes) \
	tests/driver/test_driver_xen_memory.c \
	$(NULL)
tests_driver_test_driver_xen_memory_CPPFLAGS = \
	$(DRIVER_TESTS_CPPFLAGS) \
	$(JSONC_CFLAGS) \
	$(LIBXML_CFLAGS) \
	$(XEN_CFLAGS) \
	$(NULL)
tests_driver_test_driver_xen_memory_LDADD = $(DRIVER_TESTS_LDADD)

driver_xen_scene = \
	$(driver_xen_fakes) \
	tests/driver/xen_scene.c \
	tests/driver/xen_scene.h \
	$(NULL)

tests_driver_test_driver_xen_plug_SOURCES = \
	$(driver_xen_scene) \
	tests/driver/test_driver_xen_plug.c \
	$(NULL)
tests_driver_test_driver_xen_plug_CPPFLAGS = $(DRIVER_TESTS_CPPFLAGS) $(XEN_CFLAGS)
tests_driver_test_driver_xen_plug_LDADD = $(DRIVER_TESTS_LDADD)

tests_driver_test_driver_xen_run_SOURCES = \
	$(driver_xen_scene) \
	tests/driver/test_driver_xen_run.c \
	$(NULL)
tests_driver_test_driver_xen_run_CPPFLAGS = $(DRIVER_TESTS_CPPFLAGS) $(XEN_CFLAGS)
tests_driver_test_driver_xen_run_LDADD = $(DRIVER_TESTS_LDADD)

tests_driver_test_driver_xenstore_SOURCES = \
	tests/driver/fake_xenstored.c \
	tests/driver/fake_xenstored.h \
	tests/driver/test_driver_xenstore.c \
	tests/driver/world.c \
	tests/driver/world.h \
	$(NULL)
tests_driver_test_driver_xenstore_CPPFLAGS = \
	$(DRIVER_TESTS_CPPFLAGS) \
	$(XEN_CFLAGS) \
	$(NULL)
tests_driver_test_driver_xenstore_LDADD = $(DRIVER_TESTS_LDADD)

tests_driver_test_driver_qemu_SOURCES = \
	tests/driver/test_driver_qemu.c \
	tests/driver/world.c \
	tests/driver/world.h \
	$(NULL)
tests_driver_test_driver_qemu_CPPFLAGS = \
	$(DRIVER_TESTS_CPPFLAGS) \
	$(JSONC_CFLAGS) \
	$(NULL)
tests_driver_test_driver_qemu_LDADD = $(DRIVER_TESTS_LDADD) $(JSONC_LIBS)

# With a process that plays QEMU: see tests/lab-qemu/local.mk for the lists.
driver_qemu_peers = \
	$(lab_qemu_common) \
	$(lab_qemu_fake) \
	tests/driver/qemu_peers.c \
	tests/driver/qemu_peers.h \
	$(NULL)
DRIVER_QEMU_CPPFLAGS = $(DRIVER_TESTS_CPPFLAGS) $(JSONC_CFLAGS)
DRIVER_QEMU_LDADD = $(DRIVER_TESTS_LDADD) $(JSONC_LIBS)

tests_driver_test_driver_qemu_home_SOURCES = \
	$(driver_qemu_peers) \
	tests/driver/test_driver_qemu_home.c \
	$(NULL)
tests_driver_test_driver_qemu_home_CPPFLAGS = $(DRIVER_QEMU_CPPFLAGS)
tests_driver_test_driver_qemu_home_LDADD = $(DRIVER_QEMU_LDADD)

tests_driver_test_driver_qemu_kernel_SOURCES = \
	$(driver_qemu_peers) \
	tests/driver/test_driver_qemu_kernel.c \
	$(NULL)
tests_driver_test_driver_qemu_kernel_CPPFLAGS = $(DRIVER_QEMU_CPPFLAGS)
tests_driver_test_driver_qemu_kernel_LDADD = $(DRIVER_QEMU_LDADD)

tests_driver_test_driver_qemu_memory_SOURCES = \
	$(driver_qemu_peers) \
	$(driver_memory_trial) \
	tests/driver/test_driver_qemu_memory.c \
	$(NULL)
tests_driver_test_driver_qemu_memory_CPPFLAGS = \
	$(DRIVER_QEMU_CPPFLAGS) \
	$(LIBXML_CFLAGS) \
	$(NULL)
tests_driver_test_driver_qemu_memory_LDADD = $(DRIVER_QEMU_LDADD)

# The lab's scripts need no QEMU.
tests_driver_test_driver_qemu_peer_SOURCES = \
	$(lab_qemu_common) \
	$(lab_qemu_fake) \
	tests/lab-qemu/lab_peer.c \
	$(NULL)
tests_driver_test_driver_qemu_peer_CPPFLAGS = $(DRIVER_QEMU_CPPFLAGS)
tests_driver_test_driver_qemu_peer_LDADD = $(DRIVER_QEMU_LDADD)

tests_driver_test_driver_qemu_run_SOURCES = \
	$(driver_qemu_peers) \
	tests/driver/test_driver_qemu_run.c \
	$(NULL)
tests_driver_test_driver_qemu_run_CPPFLAGS = $(DRIVER_QEMU_CPPFLAGS)
tests_driver_test_driver_qemu_run_LDADD = $(DRIVER_QEMU_LDADD)

tests_driver_test_driver_qemu_unclear_SOURCES = \
	$(driver_qemu_peers) \
	tests/driver/test_driver_qemu_unclear.c \
	$(NULL)
tests_driver_test_driver_qemu_unclear_CPPFLAGS = $(DRIVER_QEMU_CPPFLAGS)
tests_driver_test_driver_qemu_unclear_LDADD = $(DRIVER_QEMU_LDADD)

tests_driver_test_driver_qemu_watch_SOURCES = \
	$(driver_qemu_peers) \
	tests/driver/test_driver_qemu_watch.c \
	$(NULL)
tests_driver_test_driver_qemu_watch_CPPFLAGS = $(DRIVER_QEMU_CPPFLAGS)
tests_driver_test_driver_qemu_watch_LDADD = $(DRIVER_QEMU_LDADD)

tests_driver_test_driver_qemu_wire_SOURCES = \
	tests/driver/test_driver_qemu_wire.c \
	tests/driver/world.c \
	tests/driver/world.h \
	$(NULL)
tests_driver_test_driver_qemu_wire_CPPFLAGS = $(DRIVER_QEMU_CPPFLAGS)
tests_driver_test_driver_qemu_wire_LDADD = $(DRIVER_QEMU_LDADD)
