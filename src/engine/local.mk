# SPDX-License-Identifier: LGPL-2.1-or-later
noinst_LTLIBRARIES += libvc_engine.la
libvc_engine_la_SOURCES = \
	src/engine/adopt.c \
	src/engine/again.c \
	src/engine/apply.c \
	src/engine/care.c \
	src/engine/change.c \
	src/engine/commit.c \
	src/engine/define.c \
	src/engine/drift.c \
	src/engine/define.h \
	src/engine/engine.h \
	src/engine/gather.c \
	src/engine/import.c \
	src/engine/intent.c \
	src/engine/internal.h \
	src/engine/life.c \
	src/engine/list.c \
	src/engine/resolve.c \
	src/engine/runs.c \
	$(NULL)
