# SPDX-License-Identifier: LGPL-2.1-or-later

if HAVE_CHECK
check_PROGRAMS += tests/api/test_api_flags
TESTS += tests/api/test_api_flags
endif
tests_api_test_api_flags_SOURCES = \
	tests/api/scratchdir.c \
	tests/api/scratchdir.h \
	tests/api/test_api_flags.c \
	tests/api/walk.c \
	tests/api/walk.h \
	$(NULL)
tests_api_test_api_flags_LDADD = libvcpuconf.la

check_PROGRAMS += tests/api/portable_vcpuconf tests/api/two_libraries
tests_api_portable_vcpuconf_SOURCES = tests/api/portable.c
tests_api_portable_vcpuconf_LDADD = libvcpuconf.la
tests_api_two_libraries_SOURCES = tests/api/two_libraries.c

check_LTLIBRARIES += tests/api/plugin_vcpuconf.la
tests_api_plugin_vcpuconf_la_SOURCES = tests/api/plugin.c
tests_api_plugin_vcpuconf_la_LIBADD = libvcpuconf.la
tests_api_plugin_vcpuconf_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -rpath /nowhere

if HAVE_LIBVIRT
check_PROGRAMS += tests/api/portable_libvirt
tests_api_portable_libvirt_SOURCES = tests/api/portable.c
tests_api_portable_libvirt_CPPFLAGS = $(LIBVIRT_CFLAGS) -DPORTABLE_LIBVIRT
tests_api_portable_libvirt_LDADD = $(LIBVIRT_LIBS)
check_LTLIBRARIES += tests/api/plugin_libvirt.la
tests_api_plugin_libvirt_la_SOURCES = tests/api/plugin.c
tests_api_plugin_libvirt_la_CPPFLAGS = $(LIBVIRT_CFLAGS) -DPLUGIN_LIBVIRT
tests_api_plugin_libvirt_la_LIBADD = $(LIBVIRT_LIBS)
tests_api_plugin_libvirt_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -rpath /nowhere
endif

dist_check_SCRIPTS += tests/api/test-header.sh tests/api/test-portable.sh
TESTS += tests/api/test-header.sh tests/api/test-portable.sh
EXTRA_DIST += tests/api/flags.expect

# What the public calls mean; these see the public header only.
if HAVE_CHECK
api_tests = \
	tests/api/test_api_batch \
	tests/api/test_api_care \
	tests/api/test_api_count \
	tests/api/test_api_define \
	tests/api/test_api_error \
	tests/api/test_api_import \
	tests/api/test_api_life \
	tests/api/test_api_many \
	tests/api/test_api_pin \
	tests/api/test_api_read \
	tests/api/test_api_readonly \
	tests/api/test_api_reconcile \
	tests/api/test_api_threads \
	tests/api/test_api_watch \
	$(NULL)
if WITH_QEMU
api_tests += tests/api/test_api_agent
endif
check_PROGRAMS += $(api_tests)
TESTS += $(api_tests)
endif
api_test_sources = \
	tests/api/apitest.c \
	tests/api/apitest.h \
	tests/api/scratchdir.c \
	tests/api/scratchdir.h \
	$(NULL)
api_test_cppflags = -I$(top_srcdir)/include -D_GNU_SOURCE $(CHECK_CFLAGS)
# With a process that plays QEMU: see tests/lab-qemu/local.mk for the list.
tests_api_test_api_agent_SOURCES = \
	$(lab_qemu_fake) \
	tests/api/scratchdir.c \
	tests/api/scratchdir.h \
	tests/api/test_api_agent.c \
	$(NULL)
tests_api_test_api_agent_CPPFLAGS = $(api_test_cppflags) $(JSONC_CFLAGS)
tests_api_test_api_agent_LDADD = libvcpuconf.la $(JSONC_LIBS) $(CHECK_LIBS) -lpthread
tests_api_test_api_batch_SOURCES = tests/api/test_api_batch.c $(api_test_sources)
tests_api_test_api_batch_CPPFLAGS = $(api_test_cppflags) $(SQLITE_CFLAGS)
tests_api_test_api_batch_LDADD = libvcpuconf.la $(SQLITE_LIBS) $(CHECK_LIBS)
tests_api_test_api_care_SOURCES = tests/api/test_api_care.c $(api_test_sources)
tests_api_test_api_care_CPPFLAGS = $(api_test_cppflags) $(SQLITE_CFLAGS)
tests_api_test_api_care_LDADD = libvcpuconf.la $(SQLITE_LIBS) $(CHECK_LIBS) -lpthread
tests_api_test_api_count_SOURCES = tests/api/test_api_count.c $(api_test_sources)
tests_api_test_api_count_CPPFLAGS = $(api_test_cppflags)
tests_api_test_api_count_LDADD = libvcpuconf.la $(CHECK_LIBS)
tests_api_test_api_define_SOURCES = tests/api/test_api_define.c $(api_test_sources)
tests_api_test_api_define_CPPFLAGS = $(api_test_cppflags)
tests_api_test_api_define_LDADD = libvcpuconf.la $(CHECK_LIBS)
tests_api_test_api_error_SOURCES = tests/api/test_api_error.c $(api_test_sources)
tests_api_test_api_error_CPPFLAGS = $(api_test_cppflags)
tests_api_test_api_error_LDADD = libvcpuconf.la $(CHECK_LIBS)
tests_api_test_api_import_SOURCES = tests/api/test_api_import.c $(api_test_sources)
tests_api_test_api_import_CPPFLAGS = $(api_test_cppflags)
tests_api_test_api_import_LDADD = libvcpuconf.la $(CHECK_LIBS)
tests_api_test_api_life_SOURCES = tests/api/test_api_life.c $(api_test_sources)
tests_api_test_api_life_CPPFLAGS = $(api_test_cppflags)
tests_api_test_api_life_LDADD = libvcpuconf.la $(CHECK_LIBS)
tests_api_test_api_many_SOURCES = tests/api/test_api_many.c $(api_test_sources)
tests_api_test_api_many_CPPFLAGS = $(api_test_cppflags)
tests_api_test_api_many_LDADD = libvcpuconf.la $(CHECK_LIBS)
tests_api_test_api_pin_SOURCES = tests/api/test_api_pin.c $(api_test_sources)
tests_api_test_api_pin_CPPFLAGS = $(api_test_cppflags)
tests_api_test_api_pin_LDADD = libvcpuconf.la $(CHECK_LIBS)
tests_api_test_api_read_SOURCES = tests/api/test_api_read.c $(api_test_sources)
tests_api_test_api_read_CPPFLAGS = $(api_test_cppflags)
tests_api_test_api_read_LDADD = libvcpuconf.la $(CHECK_LIBS)
tests_api_test_api_readonly_SOURCES = tests/api/test_api_readonly.c $(api_test_sources)
tests_api_test_api_readonly_CPPFLAGS = $(api_test_cppflags)
tests_api_test_api_readonly_LDADD = libvcpuconf.la $(CHECK_LIBS)
tests_api_test_api_reconcile_SOURCES = tests/api/test_api_reconcile.c $(api_test_sources)
tests_api_test_api_reconcile_CPPFLAGS = $(api_test_cppflags) $(SQLITE_CFLAGS)
tests_api_test_api_reconcile_LDADD = libvcpuconf.la $(SQLITE_LIBS) $(CHECK_LIBS)
tests_api_test_api_threads_SOURCES = tests/api/test_api_threads.c $(api_test_sources)
tests_api_test_api_threads_CPPFLAGS = $(api_test_cppflags)
tests_api_test_api_threads_LDADD = libvcpuconf.la $(CHECK_LIBS) -lpthread

tests_api_test_api_watch_SOURCES = tests/api/test_api_watch.c $(api_test_sources)
tests_api_test_api_watch_CPPFLAGS = $(api_test_cppflags)
tests_api_test_api_watch_LDADD = libvcpuconf.la $(CHECK_LIBS)
