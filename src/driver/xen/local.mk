# SPDX-License-Identifier: LGPL-2.1-or-later

if WITH_XEN
noinst_LTLIBRARIES += libvc_driver_xen.la
libvc_driver_la_LIBADD += libvc_driver_xen.la
endif

libvc_driver_xen_la_SOURCES = \
	src/driver/xen/calls.c \
	src/driver/xen/calls.h \
	src/driver/xen/hyper.c \
	src/driver/xen/impl.h \
	src/driver/xen/names.c \
	src/driver/xen/names.h \
	src/driver/xen/pin.c \
	src/driver/xen/plug.c \
	src/driver/xen/read.c \
	src/driver/xen/snapshot.c \
	src/driver/xen/values.c \
	src/driver/xen/values.h \
	src/driver/xen/watch.c \
	src/driver/xen/xen.c \
	src/driver/xen/xen.h \
	src/driver/xen/xenstore.c \
	src/driver/xen/xenstore.h \
	$(NULL)
libvc_driver_xen_la_CPPFLAGS = $(AM_CPPFLAGS) $(XEN_CFLAGS)
libvc_driver_xen_la_LIBADD = $(XEN_LIBS)
