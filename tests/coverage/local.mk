# SPDX-License-Identifier: LGPL-2.1-or-later
#
# make coverage: how much of src/ the tests of make check run.

EXTRA_DIST += tests/coverage/coverage.sh

.PHONY: coverage
coverage:
	bash '$(srcdir)/tests/coverage/coverage.sh'
