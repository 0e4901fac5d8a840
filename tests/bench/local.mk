# SPDX-License-Identifier: LGPL-2.1-or-later
#
# make bench: a table of times as ratios.  tests/bench/bench.sh says what and
# how.  make bench-long: one store of a million definitions, by
# tests/bench/long.sh.  Nothing here belongs to make check.

bench_programs = \
	tests/bench/check \
	tests/bench/floor \
	tests/bench/import \
	tests/bench/measure_vcpuconf \
	tests/bench/write_documents \
	$(NULL)
if HAVE_LIBVIRT
bench_programs += tests/bench/measure_libvirt
endif
EXTRA_PROGRAMS = \
	tests/bench/check \
	tests/bench/floor \
	tests/bench/import \
	tests/bench/measure_libvirt \
	tests/bench/measure_vcpuconf \
	tests/bench/write_documents \
	$(NULL)
CLEANFILES += $(bench_programs)
EXTRA_DIST += tests/bench/bench.sh tests/bench/long.sh

bench_common = \
	tests/bench/documents.c \
	tests/bench/documents.h \
	tests/bench/timing.c \
	tests/bench/timing.h \
	$(NULL)

tests_bench_floor_SOURCES = \
	$(bench_common) \
	tests/bench/floor.c \
	tests/bench/floor_xml.c \
	tests/bench/floor_xml.h \
	$(NULL)
tests_bench_floor_CPPFLAGS = -D_GNU_SOURCE $(LIBXML_CFLAGS) $(SQLITE_CFLAGS)
tests_bench_floor_LDADD = $(LIBXML_LIBS) $(SQLITE_LIBS)

tests_bench_check_SOURCES = \
	tests/bench/check.c \
	tests/bench/timing.c \
	tests/bench/timing.h \
	$(NULL)
tests_bench_check_CPPFLAGS = $(CLI_CPPFLAGS)
tests_bench_check_LDADD = libvcpuconf.la

tests_bench_import_SOURCES = $(bench_common) tests/bench/import.c
tests_bench_import_CPPFLAGS = $(CLI_CPPFLAGS)
tests_bench_import_LDADD = libvcpuconf.la

tests_bench_measure_vcpuconf_SOURCES = $(bench_common) tests/bench/measure.c
tests_bench_measure_vcpuconf_CPPFLAGS = $(CLI_CPPFLAGS)
tests_bench_measure_vcpuconf_LDADD = libvcpuconf.la

tests_bench_measure_libvirt_SOURCES = \
	$(bench_common) \
	tests/bench/libvirt_ready.c \
	tests/bench/measure.c \
	$(NULL)
tests_bench_measure_libvirt_CPPFLAGS = \
	-D_GNU_SOURCE \
	-DBENCH_LIBVIRT \
	$(LIBVIRT_CFLAGS) \
	$(NULL)
tests_bench_measure_libvirt_LDADD = $(LIBVIRT_LIBS)

tests_bench_write_documents_SOURCES = \
	$(bench_common) \
	tests/bench/write_documents.c \
	$(NULL)
tests_bench_write_documents_CPPFLAGS = -D_GNU_SOURCE

.PHONY: bench bench-long
bench-long: libvcpuconf.la $(bench_programs)
	@VCPUCONF_SCHEMA='$(abs_top_srcdir)/schema/domain.rng' \
		$(BASH_PATH) '$(srcdir)/tests/bench/long.sh' tests/bench
bench: libvcpuconf.la $(bench_programs)
	@VCPUCONF_SCHEMA='$(abs_top_srcdir)/schema/domain.rng' \
		$(BASH_PATH) '$(srcdir)/tests/bench/bench.sh' tests/bench
