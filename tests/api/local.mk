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
