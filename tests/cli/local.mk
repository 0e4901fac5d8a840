# SPDX-License-Identifier: LGPL-2.1-or-later

# Reads the documents of --format json.
check_PROGRAMS += tests/cli/jsonget
tests_cli_jsonget_SOURCES = tests/cli/jsonget.c
tests_cli_jsonget_CPPFLAGS = $(CLI_CPPFLAGS) $(JSONC_CFLAGS)
tests_cli_jsonget_LDADD = $(JSONC_LIBS)

vc_cli_tests = \
	tests/cli/test-adopt.sh \
	tests/cli/test-completion.sh \
	tests/cli/test-define.sh \
	tests/cli/test-demo.sh \
	tests/cli/test-export.sh \
	tests/cli/test-history.sh \
	tests/cli/test-host.sh \
	tests/cli/test-import.sh \
	tests/cli/test-json.sh \
	tests/cli/test-list.sh \
	tests/cli/test-manual.sh \
	tests/cli/test-names.sh \
	tests/cli/test-pager.sh \
	tests/cli/test-setvcpu.sh \
	tests/cli/test-setvcpus.sh \
	tests/cli/test-store.sh \
	tests/cli/test-usage.sh \
	tests/cli/test-vcpuinfo.sh \
	tests/cli/test-vcpulist.sh \
	tests/cli/test-vcpupin.sh \
	$(NULL)
dist_check_SCRIPTS += $(vc_cli_tests)
TESTS += $(vc_cli_tests)
EXTRA_DIST += tests/cli/lib.sh
