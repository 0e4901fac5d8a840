# SPDX-License-Identifier: LGPL-2.1-or-later
# The store: keys, revisions and bytes.  Only src/store/sqlite sees sqlite3.h.
noinst_LTLIBRARIES += libvc_store.la

libvc_store_la_SOURCES = \
	src/store/fork.c \
	src/store/lock.c \
	src/store/store.c \
	src/store/store.h \
	src/store/store_impl.h \
	src/store/trust.c \
	src/store/turn.c \
	src/store/wait.c \
	src/store/sqlite/answer.c \
	src/store/sqlite/backup.c \
	src/store/sqlite/birth.c \
	src/store/sqlite/care.c \
	src/store/sqlite/check.c \
	src/store/sqlite/connect.c \
	src/store/sqlite/create.c \
	src/store/sqlite/engine.c \
	src/store/sqlite/header.c \
	src/store/sqlite/history.c \
	src/store/sqlite/inherited.c \
	src/store/sqlite/intent.c \
	src/store/sqlite/know.c \
	src/store/sqlite/local.c \
	src/store/sqlite/migrate.c \
	src/store/sqlite/prune.c \
	src/store/sqlite/read.c \
	src/store/sqlite/sqlite_impl.h \
	src/store/sqlite/statement.c \
	src/store/sqlite/write.c \
	$(NULL)

libvc_store_la_CPPFLAGS = \
	$(AM_CPPFLAGS) \
	$(SQLITE_CFLAGS) \
	$(NULL)

libvc_store_la_LIBADD = \
	$(SQLITE_LIBS) \
	$(NULL)
