# SPDX-License-Identifier: LGPL-2.1-or-later

# Reads the documents of --format json.
check_PROGRAMS += tests/cli/jsonget
tests_cli_jsonget_SOURCES = tests/cli/jsonget.c
tests_cli_jsonget_CPPFLAGS = $(CLI_CPPFLAGS) $(JSONC_CFLAGS)
tests_cli_jsonget_LDADD = $(JSONC_LIBS)

# For tests of what runs beside them.
check_PROGRAMS += tests/cli/holdstore tests/cli/latency tests/cli/notified
tests_cli_holdstore_SOURCES = tests/cli/holdstore.c
tests_cli_holdstore_CPPFLAGS = $(CLI_CPPFLAGS) $(SQLITE_CFLAGS)
tests_cli_holdstore_LDADD = $(SQLITE_LIBS)
tests_cli_latency_SOURCES = tests/cli/latency.c
tests_cli_latency_CPPFLAGS = $(CLI_CPPFLAGS)
tests_cli_latency_LDADD = libvcpuconf.la
tests_cli_notified_SOURCES = tests/cli/notified.c
tests_cli_notified_CPPFLAGS = $(CLI_CPPFLAGS)

vc_cli_tests = \
	tests/cli/test-adopt.sh \
	tests/cli/test-apply.sh \
	tests/cli/test-completion.sh \
	tests/cli/test-define.sh \
	tests/cli/test-demo.sh \
	tests/cli/test-export.sh \
	tests/cli/test-faults.sh \
	tests/cli/test-history.sh \
	tests/cli/test-host.sh \
	tests/cli/test-import.sh \
	tests/cli/test-json.sh \
	tests/cli/test-list.sh \
	tests/cli/test-manual.sh \
	tests/cli/test-map.sh \
	tests/cli/test-names.sh \
	tests/cli/test-notify.sh \
	tests/cli/test-pager.sh \
	tests/cli/test-reconcile.sh \
	tests/cli/test-qemu-args.sh \
	tests/cli/test-setvcpu.sh \
	tests/cli/test-setvcpus.sh \
	tests/cli/test-store.sh \
	tests/cli/test-units.sh \
	tests/cli/test-usage.sh \
	tests/cli/test-vcpuinfo.sh \
	tests/cli/test-vcpulist.sh \
	tests/cli/test-vcpupin.sh \
	tests/cli/test-watch.sh \
	tests/cli/test-watch-end.sh \
	tests/cli/test-watch-full.sh \
	$(NULL)
dist_check_SCRIPTS += $(vc_cli_tests)
TESTS += $(vc_cli_tests)
EXTRA_DIST += tests/cli/hear.sh tests/cli/lib.sh

# The parser of the files of apply, with what it is made of.
if HAVE_CHECK
check_PROGRAMS += tests/cli/test_cli_apply_parse
TESTS += tests/cli/test_cli_apply_parse
endif
tests_cli_test_cli_apply_parse_SOURCES = \
	src/cli/apply_parse.c \
	src/cli/apply_set.c \
	src/cli/say.c \
	src/cli/text.c \
	tests/cli/test_cli_apply_parse.c \
	$(NULL)
tests_cli_test_cli_apply_parse_CPPFLAGS = $(CLI_CPPFLAGS) $(CHECK_CFLAGS)
tests_cli_test_cli_apply_parse_LDADD = libvcpuconf.la $(CHECK_LIBS)
