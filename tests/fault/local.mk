# SPDX-License-Identifier: LGPL-2.1-or-later

fault_tests = \
	tests/fault/test_fault_again \
	tests/fault/test_fault_apply \
	tests/fault/test_fault_disk \
	tests/fault/test_fault_intent \
	tests/fault/test_fault_kill \
	tests/fault/test_fault_many \
	tests/fault/test_fault_memory \
	tests/fault/test_fault_memory_none \
	tests/fault/test_fault_named \
	tests/fault/test_fault_open \
	tests/fault/test_fault_power \
	tests/fault/test_fault_random \
	tests/fault/test_fault_resolve \
	tests/fault/test_fault_stuck \
	tests/fault/test_intent_text \
	$(NULL)
dist_check_SCRIPTS += tests/fault/test-memory.sh
TESTS += tests/fault/test-memory.sh

check_PROGRAMS += tests/fault/rights
dist_check_SCRIPTS += \
	tests/fault/strace.sh \
	tests/fault/test-rights.sh \
	tests/fault/test-strace.sh \
	$(NULL)
TESTS += \
	tests/fault/test-rights.sh \
	tests/fault/test-strace.sh \
	$(NULL)

# Holds the library, so that a copy of it runs anywhere and for anybody.
tests_fault_rights_SOURCES = tests/fault/rights.c
tests_fault_rights_CPPFLAGS = $(CLI_CPPFLAGS)
tests_fault_rights_LDADD = \
	libvc_api.la \
	libvc_reconcile.la \
	libvc_engine.la \
	libvc_plan.la \
	libvc_xml.la \
	libvc_store.la \
	libvc_driver.la \
	libvc_model.la \
	libvc_util.la \
	-lpthread \
	$(NULL)

if WITH_QEMU
fault_tests += tests/fault/test_qemu_dir
endif

if HAVE_CHECK
check_PROGRAMS += $(fault_tests)
TESTS += $(fault_tests)
endif

fault_test_fixture = \
	tests/fault/crash_fixture.c \
	tests/fault/crash_fixture.h \
	$(NULL)

fault_test_world = \
	tests/api/scratchdir.c \
	tests/api/scratchdir.h \
	tests/fault/crash_world.c \
	tests/fault/crash_world.h \
	tests/fault/killfs.c \
	tests/fault/killfs.h \
	$(NULL)

fault_test_disk = \
	tests/api/scratchdir.c \
	tests/api/scratchdir.h \
	tests/fault/crash_world.c \
	tests/fault/crash_world.h \
	tests/fault/disk.c \
	tests/fault/disk.h \
	tests/fault/disk_cut.c \
	tests/fault/disk_ops.c \
	tests/fault/disk_ops.h \
	$(NULL)

fault_test_cppflags = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(SQLITE_CFLAGS)

fault_test_ldadd = \
	libvc_engine.la \
	libvc_plan.la \
	libvc_xml.la \
	libvc_store.la \
	libvc_driver.la \
	libvc_model.la \
	libvc_util.la \
	$(SQLITE_LIBS) \
	$(CHECK_LIBS) \
	$(NULL)

tests_fault_test_fault_again_SOURCES = \
	$(fault_test_fixture) \
	$(fault_test_world) \
	tests/fault/later.c \
	tests/fault/later.h \
	tests/fault/test_fault_again.c \
	$(NULL)
tests_fault_test_fault_again_CPPFLAGS = $(fault_test_cppflags)
tests_fault_test_fault_again_LDADD = $(fault_test_ldadd)
tests_fault_test_fault_again_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime

tests_fault_test_fault_apply_SOURCES = \
	tests/api/scratchdir.c \
	tests/api/scratchdir.h \
	tests/fault/test_fault_apply.c \
	$(NULL)
tests_fault_test_fault_apply_CPPFLAGS = $(fault_test_cppflags)
tests_fault_test_fault_apply_LDADD = $(fault_test_ldadd)

tests_fault_test_fault_disk_SOURCES = \
	$(fault_test_disk) \
	tests/fault/test_fault_disk.c \
	$(NULL)
tests_fault_test_fault_disk_CPPFLAGS = $(fault_test_cppflags)
tests_fault_test_fault_disk_LDADD = $(fault_test_ldadd)

tests_fault_test_fault_intent_SOURCES = \
	$(fault_test_fixture) \
	$(fault_test_world) \
	tests/fault/test_fault_intent.c \
	$(NULL)
tests_fault_test_fault_intent_CPPFLAGS = $(fault_test_cppflags)
tests_fault_test_fault_intent_LDADD = $(fault_test_ldadd)

tests_fault_test_fault_kill_SOURCES = \
	$(fault_test_world) \
	tests/fault/test_fault_kill.c \
	$(NULL)
tests_fault_test_fault_kill_CPPFLAGS = $(fault_test_cppflags)
tests_fault_test_fault_kill_LDADD = $(fault_test_ldadd)

tests_fault_test_fault_many_SOURCES = \
	tests/api/scratchdir.c \
	tests/api/scratchdir.h \
	tests/fault/nosync.c \
	tests/fault/test_fault_many.c \
	$(NULL)
tests_fault_test_fault_many_CPPFLAGS = $(CLI_CPPFLAGS) $(CHECK_CFLAGS)
tests_fault_test_fault_many_LDADD = libvcpuconf.la $(CHECK_LIBS)

fault_test_memory = \
	tests/api/scratchdir.c \
	tests/api/scratchdir.h \
	tests/fault/memfail.c \
	tests/fault/memfail.h \
	tests/fault/memfail_libraries.c \
	tests/fault/memory_calls.c \
	tests/fault/memory_calls.h \
	tests/fault/memory_changes.c \
	tests/fault/memory_conn.h \
	tests/fault/memory_reads.c \
	tests/fault/memory_world.c \
	tests/fault/memory_world.h \
	tests/fault/nosync.c \
	$(NULL)

fault_test_memory_cppflags = \
	$(CLI_CPPFLAGS) \
	$(CHECK_CFLAGS) \
	$(JSONC_CFLAGS) \
	$(LIBXML_CFLAGS) \
	$(SQLITE_CFLAGS) \
	$(NULL)
fault_test_memory_ldadd = \
	libvcpuconf.la \
	$(CHECK_LIBS) \
	$(JSONC_LIBS) \
	$(LIBXML_LIBS) \
	$(SQLITE_LIBS) \
	$(NULL)

tests_fault_test_fault_memory_SOURCES = \
	$(fault_test_memory) \
	tests/fault/test_fault_memory.c \
	$(NULL)
tests_fault_test_fault_memory_CPPFLAGS = $(fault_test_memory_cppflags)
tests_fault_test_fault_memory_LDADD = $(fault_test_memory_ldadd)

tests_fault_test_fault_memory_none_SOURCES = \
	$(fault_test_memory) \
	tests/fault/test_fault_memory_none.c \
	$(NULL)
tests_fault_test_fault_memory_none_CPPFLAGS = $(fault_test_memory_cppflags)
tests_fault_test_fault_memory_none_LDADD = $(fault_test_memory_ldadd)

tests_fault_test_fault_named_SOURCES = \
	$(fault_test_fixture) \
	$(fault_test_world) \
	tests/fault/later.c \
	tests/fault/later.h \
	tests/fault/test_fault_named.c \
	$(NULL)
tests_fault_test_fault_named_CPPFLAGS = $(fault_test_cppflags)
tests_fault_test_fault_named_LDADD = $(fault_test_ldadd)
tests_fault_test_fault_named_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime

tests_fault_test_fault_open_SOURCES = \
	tests/api/scratchdir.c \
	tests/api/scratchdir.h \
	tests/fault/test_fault_open.c \
	$(NULL)
tests_fault_test_fault_open_CPPFLAGS = $(CLI_CPPFLAGS) $(CHECK_CFLAGS)
tests_fault_test_fault_open_LDADD = libvcpuconf.la $(CHECK_LIBS)

tests_fault_test_fault_power_SOURCES = \
	$(fault_test_disk) \
	tests/fault/test_fault_power.c \
	$(NULL)
tests_fault_test_fault_power_CPPFLAGS = $(fault_test_cppflags)
tests_fault_test_fault_power_LDADD = $(fault_test_ldadd)

tests_fault_test_fault_random_SOURCES = \
	tests/api/scratchdir.c \
	tests/api/scratchdir.h \
	tests/fault/nosync.c \
	tests/fault/test_fault_random.c \
	$(NULL)
tests_fault_test_fault_random_CPPFLAGS = $(fault_test_cppflags)
tests_fault_test_fault_random_LDADD = $(fault_test_ldadd)

tests_fault_test_fault_resolve_SOURCES = \
	$(fault_test_fixture) \
	$(fault_test_world) \
	tests/fault/test_fault_resolve.c \
	$(NULL)
tests_fault_test_fault_resolve_CPPFLAGS = $(fault_test_cppflags)
tests_fault_test_fault_resolve_LDADD = $(fault_test_ldadd)

tests_fault_test_fault_stuck_SOURCES = \
	$(fault_test_fixture) \
	$(fault_test_world) \
	tests/fault/test_fault_stuck.c \
	$(NULL)
tests_fault_test_fault_stuck_CPPFLAGS = $(fault_test_cppflags)
tests_fault_test_fault_stuck_LDADD = $(fault_test_ldadd)

tests_fault_test_intent_text_SOURCES = tests/fault/test_intent_text.c
tests_fault_test_intent_text_CPPFLAGS = $(fault_test_cppflags)
tests_fault_test_intent_text_LDADD = $(fault_test_ldadd)

tests_fault_test_qemu_dir_SOURCES = \
	tests/api/scratchdir.c \
	tests/api/scratchdir.h \
	tests/fault/test_qemu_dir.c \
	$(NULL)
tests_fault_test_qemu_dir_CPPFLAGS = $(fault_test_cppflags)
tests_fault_test_qemu_dir_LDADD = $(fault_test_ldadd)

# make check-strace: every system call of every command fails once, which takes
# half an hour; STRACE="list diff" does that to these commands only.
.PHONY: check-strace
check-strace: vcpuconf$(EXEEXT)
	@$(AM_TESTS_ENVIRONMENT) \
		$(BASH_PATH) '$(srcdir)/tests/fault/strace.sh' $(STRACE)
