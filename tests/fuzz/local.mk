# SPDX-License-Identifier: LGPL-2.1-or-later
#
# make check replays the corpora with any compiler; make fuzz looks for more
# with clang's libFuzzer (fuzz.sh: FUZZ_SECONDS for each target, or FUZZ_TOTAL
# for all of them).

fuzz_targets = apply cpuset host intent store summary uri xml
if WITH_QEMU
fuzz_targets += agent qmp
endif
if WITH_XEN
fuzz_targets += xenstore
endif

FUZZ_MODEL_LIBS = libvc_model.la libvc_util.la
FUZZ_XML_LIBS = libvc_xml.la $(FUZZ_MODEL_LIBS)
FUZZ_ENGINE_LIBS = libvc_engine.la libvc_plan.la $(FUZZ_MODEL_LIBS)
FUZZ_DRIVER_LIBS = libvc_driver.la $(FUZZ_MODEL_LIBS)
FUZZ_STORE_LIBS = libvc_store.la libvc_util.la

# What each target is made of; replay_NAME runs it on files, fuzz_NAME is built
# by fuzz.sh, in a build of its own.
fuzz_peer_sources = \
	tests/fuzz/peer.c \
	tests/fuzz/peer.h \
	$(NULL)
fuzz_scratch_sources = \
	tests/fuzz/scratch.c \
	tests/fuzz/scratch.h \
	$(NULL)
fuzz_qemu_sources = \
	$(fuzz_peer_sources) \
	$(fuzz_scratch_sources) \
	tests/fuzz/qemu_world.c \
	tests/fuzz/qemu_world.h \
	$(NULL)
fuzz_agent_sources = tests/fuzz/fuzz_agent.c $(fuzz_qemu_sources)
fuzz_apply_sources = \
	src/cli/apply_parse.c \
	src/cli/apply_set.c \
	src/cli/text.c \
	tests/fuzz/fuzz_apply.c \
	$(NULL)
fuzz_cpuset_sources = tests/fuzz/fuzz_cpuset.c
fuzz_host_sources = tests/fuzz/fuzz_host.c
fuzz_intent_sources = tests/fuzz/fuzz_intent.c
fuzz_qmp_sources = tests/fuzz/fuzz_qmp.c $(fuzz_qemu_sources)
fuzz_store_sources = tests/fuzz/fuzz_store.c $(fuzz_scratch_sources)
fuzz_summary_sources = tests/fuzz/fuzz_summary.c
fuzz_uri_sources = tests/fuzz/fuzz_uri.c
fuzz_xenstore_sources = tests/fuzz/fuzz_xenstore.c $(fuzz_peer_sources)
fuzz_xml_sources = tests/fuzz/fuzz_xml.c

FUZZ_REPLAY = tests/fuzz/fuzz.h tests/fuzz/replay.c
FUZZ_LINK = $(AM_LDFLAGS) -fsanitize=fuzzer

check_PROGRAMS += \
	tests/fuzz/replay_apply \
	tests/fuzz/replay_cpuset \
	tests/fuzz/replay_host \
	tests/fuzz/replay_intent \
	tests/fuzz/replay_store \
	tests/fuzz/replay_summary \
	tests/fuzz/replay_uri \
	tests/fuzz/replay_xml \
	$(NULL)
EXTRA_PROGRAMS += \
	tests/fuzz/fuzz_apply \
	tests/fuzz/fuzz_cpuset \
	tests/fuzz/fuzz_host \
	tests/fuzz/fuzz_intent \
	tests/fuzz/fuzz_store \
	tests/fuzz/fuzz_summary \
	tests/fuzz/fuzz_uri \
	tests/fuzz/fuzz_xml \
	$(NULL)
if WITH_QEMU
check_PROGRAMS += \
	tests/fuzz/replay_agent \
	tests/fuzz/replay_qmp \
	$(NULL)
EXTRA_PROGRAMS += \
	tests/fuzz/fuzz_agent \
	tests/fuzz/fuzz_qmp \
	$(NULL)
endif
if WITH_XEN
check_PROGRAMS += \
	tests/fuzz/replay_xenstore \
	$(NULL)
EXTRA_PROGRAMS += \
	tests/fuzz/fuzz_xenstore \
	$(NULL)
endif

tests_fuzz_replay_agent_SOURCES = $(fuzz_agent_sources) $(FUZZ_REPLAY)
tests_fuzz_replay_agent_LDADD = $(FUZZ_DRIVER_LIBS)
tests_fuzz_fuzz_agent_SOURCES = $(fuzz_agent_sources) tests/fuzz/fuzz.h
tests_fuzz_fuzz_agent_LDADD = $(FUZZ_DRIVER_LIBS)
tests_fuzz_fuzz_agent_LDFLAGS = $(FUZZ_LINK)

tests_fuzz_replay_apply_SOURCES = $(fuzz_apply_sources) $(FUZZ_REPLAY)
tests_fuzz_fuzz_apply_SOURCES = $(fuzz_apply_sources) tests/fuzz/fuzz.h
tests_fuzz_fuzz_apply_LDFLAGS = $(FUZZ_LINK)

tests_fuzz_replay_cpuset_SOURCES = $(fuzz_cpuset_sources) $(FUZZ_REPLAY)
tests_fuzz_replay_cpuset_LDADD = $(FUZZ_MODEL_LIBS)
tests_fuzz_fuzz_cpuset_SOURCES = $(fuzz_cpuset_sources) tests/fuzz/fuzz.h
tests_fuzz_fuzz_cpuset_LDADD = $(FUZZ_MODEL_LIBS)
tests_fuzz_fuzz_cpuset_LDFLAGS = $(FUZZ_LINK)

tests_fuzz_replay_host_SOURCES = $(fuzz_host_sources) $(FUZZ_REPLAY)
tests_fuzz_replay_host_LDADD = $(FUZZ_DRIVER_LIBS)
tests_fuzz_fuzz_host_SOURCES = $(fuzz_host_sources) tests/fuzz/fuzz.h
tests_fuzz_fuzz_host_LDADD = $(FUZZ_DRIVER_LIBS)
tests_fuzz_fuzz_host_LDFLAGS = $(FUZZ_LINK)

tests_fuzz_replay_intent_SOURCES = $(fuzz_intent_sources) $(FUZZ_REPLAY)
tests_fuzz_replay_intent_LDADD = $(FUZZ_ENGINE_LIBS)
tests_fuzz_fuzz_intent_SOURCES = $(fuzz_intent_sources) tests/fuzz/fuzz.h
tests_fuzz_fuzz_intent_LDADD = $(FUZZ_ENGINE_LIBS)
tests_fuzz_fuzz_intent_LDFLAGS = $(FUZZ_LINK)

tests_fuzz_replay_qmp_SOURCES = $(fuzz_qmp_sources) $(FUZZ_REPLAY)
tests_fuzz_replay_qmp_LDADD = $(FUZZ_DRIVER_LIBS)
tests_fuzz_fuzz_qmp_SOURCES = $(fuzz_qmp_sources) tests/fuzz/fuzz.h
tests_fuzz_fuzz_qmp_LDADD = $(FUZZ_DRIVER_LIBS)
tests_fuzz_fuzz_qmp_LDFLAGS = $(FUZZ_LINK)

tests_fuzz_replay_store_SOURCES = $(fuzz_store_sources) $(FUZZ_REPLAY)
tests_fuzz_replay_store_LDADD = $(FUZZ_STORE_LIBS)
tests_fuzz_fuzz_store_SOURCES = $(fuzz_store_sources) tests/fuzz/fuzz.h
tests_fuzz_fuzz_store_LDADD = $(FUZZ_STORE_LIBS)
tests_fuzz_fuzz_store_LDFLAGS = $(FUZZ_LINK)

tests_fuzz_replay_summary_SOURCES = $(fuzz_summary_sources) $(FUZZ_REPLAY)
tests_fuzz_replay_summary_LDADD = $(FUZZ_MODEL_LIBS)
tests_fuzz_fuzz_summary_SOURCES = $(fuzz_summary_sources) tests/fuzz/fuzz.h
tests_fuzz_fuzz_summary_LDADD = $(FUZZ_MODEL_LIBS)
tests_fuzz_fuzz_summary_LDFLAGS = $(FUZZ_LINK)

tests_fuzz_replay_uri_SOURCES = $(fuzz_uri_sources) $(FUZZ_REPLAY)
tests_fuzz_replay_uri_LDADD = libvc_util.la
tests_fuzz_fuzz_uri_SOURCES = $(fuzz_uri_sources) tests/fuzz/fuzz.h
tests_fuzz_fuzz_uri_LDADD = libvc_util.la
tests_fuzz_fuzz_uri_LDFLAGS = $(FUZZ_LINK)

tests_fuzz_replay_xenstore_SOURCES = $(fuzz_xenstore_sources) $(FUZZ_REPLAY)
tests_fuzz_replay_xenstore_CPPFLAGS = $(AM_CPPFLAGS) $(XEN_CFLAGS)
tests_fuzz_replay_xenstore_LDADD = $(FUZZ_DRIVER_LIBS)
tests_fuzz_fuzz_xenstore_SOURCES = $(fuzz_xenstore_sources) tests/fuzz/fuzz.h
tests_fuzz_fuzz_xenstore_CPPFLAGS = $(AM_CPPFLAGS) $(XEN_CFLAGS)
tests_fuzz_fuzz_xenstore_LDADD = $(FUZZ_DRIVER_LIBS)
tests_fuzz_fuzz_xenstore_LDFLAGS = $(FUZZ_LINK)

tests_fuzz_replay_xml_SOURCES = $(fuzz_xml_sources) $(FUZZ_REPLAY)
tests_fuzz_replay_xml_LDADD = $(FUZZ_XML_LIBS)
tests_fuzz_fuzz_xml_SOURCES = $(fuzz_xml_sources) tests/fuzz/fuzz.h
tests_fuzz_fuzz_xml_LDADD = $(FUZZ_XML_LIBS)
tests_fuzz_fuzz_xml_LDFLAGS = $(FUZZ_LINK)

dist_check_SCRIPTS += tests/fuzz/test-corpora.sh
TESTS += tests/fuzz/test-corpora.sh

EXTRA_DIST += \
	tests/fuzz/README \
	tests/fuzz/agent.dict \
	tests/fuzz/apply.dict \
	tests/fuzz/corpus \
	tests/fuzz/fuzz.sh \
	tests/fuzz/host.dict \
	tests/fuzz/intent.dict \
	tests/fuzz/qmp.dict \
	tests/fuzz/store.dict \
	tests/fuzz/uri.dict \
	tests/fuzz/xml.dict \
	$(NULL)

.PHONY: fuzz fuzz-targets
fuzz:
	bash '$(srcdir)/tests/fuzz/fuzz.sh'
fuzz-targets:
	@echo $(fuzz_targets)
