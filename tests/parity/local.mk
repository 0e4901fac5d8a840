# SPDX-License-Identifier: LGPL-2.1-or-later

dist_check_SCRIPTS += tests/parity/test-parity.sh
TESTS += tests/parity/test-parity.sh
EXTRA_DIST += tests/parity/differences
