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

# Units of util, model and plan: each links only what its room may know.
unit_tests = \
	tests/unit/test_cli_watch_runs \
	tests/unit/test_model_cpuset \
	tests/unit/test_model_impact \
	tests/unit/test_model_vcpudef \
	tests/unit/test_plan_adopt \
	tests/unit/test_plan_count \
	tests/unit/test_plan_guest \
	tests/unit/test_plan_pin \
	tests/unit/test_plan_property \
	tests/unit/test_plan_reconcile \
	tests/unit/test_plan_words \
	tests/unit/test_util_buf_error \
	tests/unit/test_util_text \
	$(NULL)

if HAVE_CHECK
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
endif

unit_test_cppflags = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
unit_test_ldadd = libvc_model.la libvc_util.la $(CHECK_LIBS)
plan_test_ldadd = libvc_plan.la $(unit_test_ldadd)

# Facts and requests as text.
plan_test_world = \
	tests/unit/plan_world.c \
	tests/unit/plan_world.h \
	$(NULL)

# Of the command only the part that decides when a watch does what.
tests_unit_test_cli_watch_runs_SOURCES = \
	src/cli/watch_runs.c \
	src/cli/watch_runs.h \
	tests/unit/test_cli_watch_runs.c \
	$(NULL)
tests_unit_test_cli_watch_runs_CPPFLAGS = $(CLI_CPPFLAGS) -I$(top_srcdir)/src/cli $(CHECK_CFLAGS)
tests_unit_test_cli_watch_runs_LDADD = $(CHECK_LIBS)

tests_unit_test_model_cpuset_SOURCES = tests/unit/test_model_cpuset.c
tests_unit_test_model_cpuset_CPPFLAGS = $(unit_test_cppflags)
tests_unit_test_model_cpuset_LDADD = $(unit_test_ldadd)

tests_unit_test_model_impact_SOURCES = tests/unit/test_model_impact.c
tests_unit_test_model_impact_CPPFLAGS = $(unit_test_cppflags)
tests_unit_test_model_impact_LDADD = $(unit_test_ldadd)

tests_unit_test_model_vcpudef_SOURCES = tests/unit/test_model_vcpudef.c
tests_unit_test_model_vcpudef_CPPFLAGS = $(unit_test_cppflags)
tests_unit_test_model_vcpudef_LDADD = $(unit_test_ldadd)

tests_unit_test_plan_adopt_SOURCES = tests/unit/test_plan_adopt.c $(plan_test_world)
tests_unit_test_plan_adopt_CPPFLAGS = $(unit_test_cppflags)
tests_unit_test_plan_adopt_LDADD = $(plan_test_ldadd)

tests_unit_test_plan_count_SOURCES = tests/unit/test_plan_count.c $(plan_test_world)
tests_unit_test_plan_count_CPPFLAGS = $(unit_test_cppflags)
tests_unit_test_plan_count_LDADD = $(plan_test_ldadd)

tests_unit_test_plan_guest_SOURCES = tests/unit/test_plan_guest.c $(plan_test_world)
tests_unit_test_plan_guest_CPPFLAGS = $(unit_test_cppflags)
tests_unit_test_plan_guest_LDADD = $(plan_test_ldadd)

tests_unit_test_plan_pin_SOURCES = tests/unit/test_plan_pin.c $(plan_test_world)
tests_unit_test_plan_pin_CPPFLAGS = $(unit_test_cppflags)
tests_unit_test_plan_pin_LDADD = $(plan_test_ldadd)

tests_unit_test_plan_property_SOURCES = \
	tests/unit/plan_machine.c \
	tests/unit/plan_machine.h \
	tests/unit/plan_scene.c \
	tests/unit/plan_scene.h \
	tests/unit/test_plan_property.c \
	$(NULL)
tests_unit_test_plan_property_CPPFLAGS = $(unit_test_cppflags)
tests_unit_test_plan_property_LDADD = $(plan_test_ldadd)

tests_unit_test_plan_reconcile_SOURCES = tests/unit/test_plan_reconcile.c $(plan_test_world)
tests_unit_test_plan_reconcile_CPPFLAGS = $(unit_test_cppflags)
tests_unit_test_plan_reconcile_LDADD = $(plan_test_ldadd)

tests_unit_test_plan_words_SOURCES = tests/unit/test_plan_words.c $(plan_test_world)
tests_unit_test_plan_words_CPPFLAGS = $(unit_test_cppflags)
tests_unit_test_plan_words_LDADD = $(plan_test_ldadd)

tests_unit_test_util_buf_error_SOURCES = tests/unit/test_util_buf_error.c
tests_unit_test_util_buf_error_CPPFLAGS = $(unit_test_cppflags)
tests_unit_test_util_buf_error_LDADD = $(unit_test_ldadd)

# Beside the library's text the command's, to compare them.
tests_unit_test_util_text_SOURCES = \
	src/cli/text.c \
	src/cli/text.h \
	tests/unit/test_util_text.c \
	$(NULL)
tests_unit_test_util_text_CPPFLAGS = $(unit_test_cppflags)
tests_unit_test_util_text_LDADD = libvc_util.la $(CHECK_LIBS)
