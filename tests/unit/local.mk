# SPDX-License-Identifier: LGPL-2.1-or-later

TESTS += \
	tests/unit/test-examples.sh \
	tests/unit/test-includes.sh \
	tests/unit/test-symbols.sh \
	$(NULL)

EXTRA_DIST += \
	tests/unit/data/no-uuid.xml \
	tests/unit/test-examples.sh \
	tests/unit/test-includes.sh \
	tests/unit/test-symbols.sh \
	tests/unit/vc_check.h \
	$(NULL)
