# SPDX-License-Identifier: LGPL-2.1-or-later
XML_TESTS = \
	tests/xml/test_xml_corpus \
	tests/xml/test_xml_edit \
	tests/xml/test_xml_encoding \
	tests/xml/test_xml_hostile \
	tests/xml/test_xml_import \
	tests/xml/test_xml_threads \
	$(NULL)
check_PROGRAMS += $(XML_TESTS)
TESTS += $(XML_TESTS)

XML_TEST_COMMON = \
	tests/unit/vc_check.h \
	tests/xml/xml_test.c \
	tests/xml/xml_test.h \
	$(NULL)
XML_TEST_CPPFLAGS = \
	$(AM_CPPFLAGS) \
	-I$(top_srcdir)/tests/unit \
	$(CHECK_CFLAGS) \
	$(NULL)
XML_TEST_LDADD = \
	libvc_xml.la \
	libvc_model.la \
	libvc_util.la \
	$(CHECK_LIBS) \
	$(NULL)

tests_xml_test_xml_corpus_SOURCES = tests/xml/test_xml_corpus.c $(XML_TEST_COMMON)
tests_xml_test_xml_corpus_CPPFLAGS = $(XML_TEST_CPPFLAGS)
tests_xml_test_xml_corpus_LDADD = $(XML_TEST_LDADD)

tests_xml_test_xml_edit_SOURCES = tests/xml/test_xml_edit.c $(XML_TEST_COMMON)
tests_xml_test_xml_edit_CPPFLAGS = $(XML_TEST_CPPFLAGS)
tests_xml_test_xml_edit_LDADD = $(XML_TEST_LDADD)

tests_xml_test_xml_encoding_SOURCES = tests/xml/test_xml_encoding.c $(XML_TEST_COMMON)
tests_xml_test_xml_encoding_CPPFLAGS = $(XML_TEST_CPPFLAGS)
tests_xml_test_xml_encoding_LDADD = $(XML_TEST_LDADD)

tests_xml_test_xml_hostile_SOURCES = tests/xml/test_xml_hostile.c $(XML_TEST_COMMON)
tests_xml_test_xml_hostile_CPPFLAGS = $(XML_TEST_CPPFLAGS)
tests_xml_test_xml_hostile_LDADD = $(XML_TEST_LDADD)

tests_xml_test_xml_import_SOURCES = tests/xml/test_xml_import.c $(XML_TEST_COMMON)
tests_xml_test_xml_import_CPPFLAGS = $(XML_TEST_CPPFLAGS)
tests_xml_test_xml_import_LDADD = $(XML_TEST_LDADD)

# It looks at libxml2's own handlers.
tests_xml_test_xml_threads_SOURCES = tests/xml/test_xml_threads.c $(XML_TEST_COMMON)
tests_xml_test_xml_threads_CPPFLAGS = $(XML_TEST_CPPFLAGS) $(LIBXML_CFLAGS)
tests_xml_test_xml_threads_LDADD = $(XML_TEST_LDADD) $(LIBXML_LIBS)
