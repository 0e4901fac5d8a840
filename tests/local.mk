# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Exit status of a test: 0 passed, 77 skipped with its reason in the log,
# anything else failed.  Tests write only below the build directory.

TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = $(BASH_PATH)

# srcdir comes from automake.  Nothing of the caller's own setup may leak in.
AM_TESTS_ENVIRONMENT = \
	umask 022; \
	unset VCPUCONF_URI VCPUCONF_STORE VCPUCONF_DEBUG; \
	VCPUCONF_SCHEMA='$(abs_top_srcdir)/schema/domain.rng'; \
	top_srcdir='$(top_srcdir)'; \
	top_builddir='$(top_builddir)'; \
	abs_top_srcdir='$(abs_top_srcdir)'; \
	abs_top_builddir='$(abs_top_builddir)'; \
	CC='$(CC)'; \
	CXX='$(CXX)'; \
	SANITIZE_CFLAGS='$(SANITIZE_CFLAGS)'; \
	export VCPUCONF_SCHEMA top_srcdir top_builddir abs_top_srcdir \
		abs_top_builddir CC CXX SANITIZE_CFLAGS;

include tests/unit/local.mk
include tests/xml/local.mk
include tests/store/local.mk
include tests/driver/local.mk
include tests/api/local.mk
include tests/cases/local.mk
include tests/fault/local.mk
include tests/cli/local.mk
include tests/bench/local.mk
include tests/fuzz/local.mk
include tests/lab-xen/local.mk
include tests/lab-qemu/local.mk
include tests/parity/local.mk

if !HAVE_CHECK
check-am:
	@echo "The tests need the library 'check' 0.15 or newer, which configure did not find." >&2
	@echo "Install it (Debian package: check; ./autogen.sh check does that) and configure again." >&2
	@exit 1
endif
