# SPDX-License-Identifier: LGPL-2.1-or-later
noinst_LTLIBRARIES += libvc_plan.la
libvc_plan_la_SOURCES = \
	src/plan/adopt.c \
	src/plan/count.c \
	src/plan/diff.c \
	src/plan/guest.c \
	src/plan/internal.h \
	src/plan/pin.c \
	src/plan/pins.c \
	src/plan/plan.c \
	src/plan/plan.h \
	src/plan/print.c \
	src/plan/reconcile.c \
	src/plan/words.c \
	$(NULL)
