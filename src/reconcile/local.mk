# SPDX-License-Identifier: LGPL-2.1-or-later
noinst_LTLIBRARIES += libvc_reconcile.la
libvc_reconcile_la_SOURCES = \
	src/reconcile/reconcile.c \
	src/reconcile/reconcile.h \
	$(NULL)
