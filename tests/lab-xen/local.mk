# SPDX-License-Identifier: LGPL-2.1-or-later
#
# make check-xen: a real Xen in an emulated machine; README here says how.
# Nothing here belongs to make check.

EXTRA_DIST += \
	tests/lab-xen/README \
	tests/lab-xen/cache.sh \
	tests/lab-xen/check.sh \
	tests/lab-xen/data/db.xml \
	tests/lab-xen/data/dom0.xml \
	tests/lab-xen/data/web.xml \
	tests/lab-xen/dom0/10-command.sh \
	tests/lab-xen/dom0/20-reconcile.sh \
	tests/lab-xen/dom0/25-watch.sh \
	tests/lab-xen/dom0/30-dom0.sh \
	tests/lab-xen/dom0/40-contract.sh \
	tests/lab-xen/dom0/45-pins.sh \
	tests/lab-xen/dom0/50-walk.sh \
	tests/lab-xen/dom0/35-bench.sh \
	tests/lab-xen/dom0/70-host.sh \
	tests/lab-xen/dom0/90-xenstored.sh \
	tests/lab-xen/dom0/init \
	tests/lab-xen/dom0/lib.sh \
	tests/lab-xen/dom0/libvc.sh \
	tests/lab-xen/flags-xen.expect \
	tests/lab-xen/guest/init \
	tests/lab-xen/image.sh \
	tests/lab-xen/lab.sh \
	$(NULL)
CLEANFILES += \
	tests/lab-xen/check-xen.log \
	tests/lab-xen/check-xen.skipped \
	tests/lab-xen/check-xen.trs \
	tests/lab-xen/work*/*.log \
	$(NULL)

# Programs for dom0: those of programs.mk, and the benchmark.  All of the list
# are EXTRA_PROGRAMS there.
lab_xen_programs =
include tests/lab-xen/programs.mk

if WITH_XEN
lab_xen_programs += tests/lab-xen/bench_xen
lab_xen_built = $(lab_xen_programs) $(lab_xen_guest)
lab_xen_driver = yes
endif
tests_lab_xen_bench_xen_SOURCES = \
	tests/bench/timing.c \
	tests/bench/timing.h \
	tests/lab-xen/bench_xen.c \
	$(NULL)
tests_lab_xen_bench_xen_CPPFLAGS = $(CLI_CPPFLAGS) $(XEN_CFLAGS)
tests_lab_xen_bench_xen_LDADD = libvcpuconf.la $(XEN_LIBS)

.PHONY: check-xen
check-xen: libvcpuconf.la vcpuconf $(lab_xen_built)
	@$(AM_TESTS_ENVIRONMENT) \
		LAB_HAS_DRIVER='$(lab_xen_driver)' \
		$(BASH_PATH) '$(srcdir)/tests/lab-xen/check.sh' \
		$(lab_xen_programs)
