# SPDX-License-Identifier: LGPL-2.1-or-later
noinst_LTLIBRARIES += libvc_util.la
libvc_util_la_SOURCES = \
	src/util/buf.c \
	src/util/buf.h \
	src/util/cleanup.h \
	src/util/error.c \
	src/util/error.h \
	src/util/log.c \
	src/util/log.h \
	src/util/text.c \
	src/util/text.h \
	src/util/uri.c \
	src/util/uri.h \
	$(NULL)
