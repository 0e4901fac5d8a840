# SPDX-License-Identifier: LGPL-2.1-or-later
noinst_LTLIBRARIES += libvc_model.la
libvc_model_la_SOURCES = \
	src/model/cpuset.c \
	src/model/cpuset.h \
	src/model/cpuset_parse.c \
	src/model/identity.c \
	src/model/impact.c \
	src/model/impact.h \
	src/model/live.c \
	src/model/live.h \
	src/model/summary.c \
	src/model/vcpudef.c \
	src/model/vcpudef.h \
	$(NULL)
