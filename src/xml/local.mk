# SPDX-License-Identifier: LGPL-2.1-or-later
noinst_LTLIBRARIES += libvc_xml.la
libvc_xml_la_SOURCES = \
	src/xml/edit.c \
	src/xml/edit.h \
	src/xml/edit_pins.c \
	src/xml/edit_rows.c \
	src/xml/edit_vcpus.c \
	src/xml/encoding.c \
	src/xml/encoding.h \
	src/xml/guard.c \
	src/xml/guard.h \
	src/xml/import.c \
	src/xml/layout.c \
	src/xml/layout.h \
	src/xml/limits.c \
	src/xml/limits.h \
	src/xml/meaning.c \
	src/xml/meaning.h \
	src/xml/minimal.c \
	src/xml/reader.c \
	src/xml/reading.h \
	src/xml/schema.c \
	src/xml/schema.h \
	src/xml/skeleton.c \
	src/xml/skeleton.h \
	src/xml/splice.c \
	src/xml/splice.h \
	src/xml/tag.c \
	src/xml/tag.h \
	src/xml/version.c \
	src/xml/xml.h \
	$(NULL)
libvc_xml_la_CPPFLAGS = \
	$(AM_CPPFLAGS) \
	$(LIBXML_CFLAGS) \
	-DVC_SCHEMA_PATH='"$(pkgdatadir)/schema/domain.rng"' \
	$(NULL)
libvc_xml_la_LIBADD = \
	$(LIBXML_LIBS) \
	$(NULL)
