# SPDX-License-Identifier: LGPL-2.1-or-later
#
# make analyze         clang-tidy, cppcheck, gcc -fanalyzer and shellcheck;
#                      ANALYZE=cppcheck: that one alone
# make check-valgrind  the test programs of make check under memcheck
# make check-threads   the tests with threads under ThreadSanitizer, in a
#                      build of their own, ./threads-build
#
# A tool that is not there is a SKIP with its Debian package.

EXTRA_DIST += \
	.clang-tidy \
	src/cli/.clang-tidy \
	src/driver/xen/.clang-tidy \
	tests/analyze/analyze.sh \
	tests/analyze/cppcheck.supp \
	tests/analyze/threads-glibc.supp \
	tests/analyze/threads.sh \
	tests/analyze/valgrind.sh \
	$(NULL)

.PHONY: analyze check-valgrind check-threads

analyze_cflags = \
	$(LIBXML_CFLAGS) $(SQLITE_CFLAGS) $(JSONC_CFLAGS) \
	$(LIBUV_CFLAGS) $(LIBSYSTEMD_CFLAGS) $(XEN_CFLAGS) \
	$(NULL)

analyze: build-aux/config.h
	@top_srcdir='$(top_srcdir)' top_builddir='$(top_builddir)' \
		SOURCES='$(SOURCES)' \
		LIBRARY_CFLAGS='$(analyze_cflags)' \
		bash '$(srcdir)/tests/analyze/analyze.sh' $(ANALYZE)

# The logs are those of make check.
check-valgrind:
	@if command -v valgrind >/dev/null; then \
		$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(filter-out %.sh,$(TESTS))' \
			LOG_COMPILER="$(BASH_PATH) '$(abs_srcdir)/tests/analyze/valgrind.sh'"; \
	else \
		echo 'SKIP: check-valgrind: no valgrind (Debian package: valgrind)'; \
	fi

# What has threads of its own, and the rooms that others' threads call; without
# the tests whose own malloc() fails, also for ThreadSanitizer, and those that
# measure memory, of which it takes a lot.
thread_tests = \
	$(filter-out %_memory %_xml_hostile %_qemu_peer,$(filter tests/api/test_% tests/driver/test_% \
		tests/store/test_% tests/xml/test_% tests/fault/test_fault_many \
		tests/fault/test_fault_again, \
		$(TESTS))) \
	tests/cli/test-notify.sh \
	tests/cli/test-watch.sh \
	$(NULL)

check-threads:
	THREAD_TESTS='$(thread_tests)' bash '$(srcdir)/tests/analyze/threads.sh'
