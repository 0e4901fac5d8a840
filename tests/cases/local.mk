# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Whole operations as data, by nothing but the public header.  Written anew by
#   VCPUCONF_CASES_REWRITE=1 make check TESTS=tests/cases/run_cases
if HAVE_CHECK
check_PROGRAMS += tests/cases/run_cases
TESTS += tests/cases/run_cases
endif
tests_cases_run_cases_SOURCES = \
	tests/cases/case_file.c \
	tests/cases/case_file.h \
	tests/cases/run_cases.c \
	$(NULL)
tests_cases_run_cases_CPPFLAGS = $(CLI_CPPFLAGS) $(CHECK_CFLAGS)
tests_cases_run_cases_LDADD = libvcpuconf.la $(CHECK_LIBS)

EXTRA_DIST += \
	tests/cases/adopt \
	tests/cases/adopt-transient \
	tests/cases/adopt-unchanged \
	tests/cases/batch \
	tests/cases/batch-kept \
	tests/cases/byte-order-mark \
	tests/cases/character-references \
	tests/cases/comments \
	tests/cases/comments-maximum \
	tests/cases/count-all-online \
	tests/cases/count-both \
	tests/cases/count-config \
	tests/cases/count-current-is-live \
	tests/cases/crlf \
	tests/cases/default-cpuset \
	tests/cases/default-cpuset-kept \
	tests/cases/definition-refused \
	tests/cases/definition-refused-count \
	tests/cases/first-pin \
	tests/cases/guest \
	tests/cases/guest-none \
	tests/cases/host-cpus-offline \
	tests/cases/host-cpus-offline-plug \
	tests/cases/host-cpus-offline-start \
	tests/cases/hotpluggable-flag \
	tests/cases/maximum-and-restart \
	tests/cases/maximum-lower \
	tests/cases/maximum-lower-below-count \
	tests/cases/maximum-lower-then-raise \
	tests/cases/maximum-raise \
	tests/cases/maximum-refused \
	tests/cases/metadata-decoys \
	tests/cases/no-vcpu-element \
	tests/cases/one-line \
	tests/cases/pin-among-others \
	tests/cases/pin-and-unpin \
	tests/cases/pin-empty-cputune \
	tests/cases/pin-leading-zeros \
	tests/cases/pin-many-cpus \
	tests/cases/pin-of-other-host \
	tests/cases/pin-offline-vcpu \
	tests/cases/pin-offline-vcpu-kept \
	tests/cases/placement-auto \
	tests/cases/reconcile-applies-kept \
	tests/cases/reconcile-config-changed \
	tests/cases/reconcile-drift \
	tests/cases/reconcile-kept \
	tests/cases/reconcile-plugged-elsewhere \
	tests/cases/reconcile-redefined \
	tests/cases/redefine-refused \
	tests/cases/refused-not-running \
	tests/cases/refused-ranges \
	tests/cases/restore-after-lower \
	tests/cases/rows-keep-hotpluggable \
	tests/cases/sparse-down \
	tests/cases/sparse-from-plain \
	tests/cases/sparse-up \
	tests/cases/state-both \
	tests/cases/state-fills-hole \
	tests/cases/stop-forgets-live-pins \
	tests/cases/tabs-and-quotes \
	tests/cases/transient \
	tests/cases/unpin-among-others \
	tests/cases/unplug-after-unpin-kept \
	tests/cases/unplug-replug \
	tests/cases/unplug-replug-kept \
	tests/cases/vcpu-0-offline \
	$(NULL)
