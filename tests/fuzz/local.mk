# SPDX-License-Identifier: LGPL-2.1-or-later
#
# make check replays the corpora with any compiler; make fuzz looks for more
# with clang's libFuzzer (FUZZ_SECONDS for each target, 60 unless given).

fuzz_targets = cpuset summary xml

FUZZ_SHARED = tests/fuzz/fuzz.h
FUZZ_XML_LIBS = libvc_xml.la libvc_model.la libvc_util.la
FUZZ_MODEL_LIBS = libvc_model.la libvc_util.la

# replay_NAME: a target and the files to run it on.
check_PROGRAMS += \
	tests/fuzz/replay_cpuset \
	tests/fuzz/replay_summary \
	tests/fuzz/replay_xml \
	$(NULL)
tests_fuzz_replay_cpuset_SOURCES = tests/fuzz/fuzz_cpuset.c tests/fuzz/replay.c $(FUZZ_SHARED)
tests_fuzz_replay_cpuset_LDADD = $(FUZZ_MODEL_LIBS)
tests_fuzz_replay_summary_SOURCES = tests/fuzz/fuzz_summary.c tests/fuzz/replay.c $(FUZZ_SHARED)
tests_fuzz_replay_summary_LDADD = $(FUZZ_MODEL_LIBS)
tests_fuzz_replay_xml_SOURCES = tests/fuzz/fuzz_xml.c tests/fuzz/replay.c $(FUZZ_SHARED)
tests_fuzz_replay_xml_LDADD = $(FUZZ_XML_LIBS)

dist_check_SCRIPTS += tests/fuzz/test-corpora.sh
TESTS += tests/fuzz/test-corpora.sh

# fuzz_NAME: the same with libFuzzer, built by fuzz.sh in a build of its own.
EXTRA_PROGRAMS += \
	tests/fuzz/fuzz_cpuset \
	tests/fuzz/fuzz_summary \
	tests/fuzz/fuzz_xml \
	$(NULL)
FUZZ_LINK = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_cpuset_SOURCES = tests/fuzz/fuzz_cpuset.c $(FUZZ_SHARED)
tests_fuzz_fuzz_cpuset_LDADD = $(FUZZ_MODEL_LIBS)
tests_fuzz_fuzz_cpuset_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_summary_SOURCES = tests/fuzz/fuzz_summary.c $(FUZZ_SHARED)
tests_fuzz_fuzz_summary_LDADD = $(FUZZ_MODEL_LIBS)
tests_fuzz_fuzz_summary_LDFLAGS = $(FUZZ_LINK)
tests_fuzz_fuzz_xml_SOURCES = tests/fuzz/fuzz_xml.c $(FUZZ_SHARED)
tests_fuzz_fuzz_xml_LDADD = $(FUZZ_XML_LIBS)
tests_fuzz_fuzz_xml_LDFLAGS = $(FUZZ_LINK)

EXTRA_DIST += \
	tests/fuzz/README \
	tests/fuzz/corpus \
	tests/fuzz/fuzz.sh \
	tests/fuzz/xml.dict \
	$(NULL)

.PHONY: fuzz
fuzz:
	FUZZ_TARGETS='$(fuzz_targets)' bash '$(srcdir)/tests/fuzz/fuzz.sh'
