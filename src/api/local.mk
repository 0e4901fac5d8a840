# SPDX-License-Identifier: LGPL-2.1-or-later
noinst_LTLIBRARIES += libvc_api.la
libvc_api_la_SOURCES = \
	src/api/api.h \
	src/api/args.c \
	src/api/batch.c \
	src/api/care.c \
	src/api/conn.c \
	src/api/define.c \
	src/api/domain.c \
	src/api/error.c \
	src/api/extra.c \
	src/api/get.c \
	src/api/history.c \
	src/api/node.c \
	src/api/set.c \
	src/api/watch.c \
	src/api/topology.c \
	$(NULL)
