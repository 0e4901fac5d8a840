# SPDX-License-Identifier: LGPL-2.1-or-later

noinst_LTLIBRARIES += libvc_driver.la

libvc_driver_la_SOURCES = \
	src/driver/driver.c \
	src/driver/driver.h \
	src/driver/table.c \
	src/driver/test/file.c \
	src/driver/test/file.h \
	src/driver/test/home.c \
	src/driver/test/home.h \
	src/driver/test/host.c \
	src/driver/test/host.h \
	src/driver/test/json.h \
	src/driver/test/json_read.c \
	src/driver/test/json_write.c \
	src/driver/test/test.c \
	src/driver/test/test.h \
	src/driver/test/vcpus.c \
	src/driver/test/watch.c \
	src/driver/test/watch.h \
	src/driver/wrap/fault.c \
	src/driver/wrap/fault.h \
	src/driver/wrap/fault_spec.c \
	src/driver/wrap/fault_spec.h \
	src/driver/wrap/trace.c \
	src/driver/wrap/trace.h \
	$(NULL)
libvc_driver_la_CPPFLAGS = $(AM_CPPFLAGS) $(JSONC_CFLAGS)
libvc_driver_la_LIBADD = $(JSONC_LIBS)

include src/driver/xen/local.mk
include src/driver/qemu/local.mk
