# SPDX-License-Identifier: LGPL-2.1-or-later

if HAVE_CHECK
check_PROGRAMS += tests/fault/test_fault_apply
TESTS += tests/fault/test_fault_apply
endif
tests_fault_test_fault_apply_SOURCES = \
	tests/api/scratchdir.c \
	tests/api/scratchdir.h \
	tests/fault/test_fault_apply.c \
	$(NULL)
tests_fault_test_fault_apply_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(SQLITE_CFLAGS)
tests_fault_test_fault_apply_LDADD = \
	libvc_engine.la \
	libvc_plan.la \
	libvc_xml.la \
	libvc_store.la \
	libvc_driver.la \
	libvc_model.la \
	libvc_util.la \
	$(SQLITE_LIBS) \
	$(CHECK_LIBS) \
	$(NULL)
