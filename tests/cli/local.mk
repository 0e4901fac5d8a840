# SPDX-License-Identifier: LGPL-2.1-or-later

vc_cli_tests = \
	tests/cli/test-define.sh \
	tests/cli/test-demo.sh \
	tests/cli/test-export.sh \
	tests/cli/test-import.sh \
	tests/cli/test-list.sh \
	tests/cli/test-names.sh \
	tests/cli/test-setvcpus.sh \
	tests/cli/test-usage.sh \
	tests/cli/test-vcpulist.sh \
	tests/cli/test-vcpupin.sh \
	$(NULL)
dist_check_SCRIPTS += $(vc_cli_tests)
TESTS += $(vc_cli_tests)
EXTRA_DIST += tests/cli/lib.sh
