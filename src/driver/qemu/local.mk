# SPDX-License-Identifier: LGPL-2.1-or-later

if WITH_QEMU
noinst_LTLIBRARIES += libvc_driver_qemu.la
libvc_driver_la_LIBADD += libvc_driver_qemu.la
endif

libvc_driver_qemu_la_SOURCES = \
	src/driver/qemu/affinity.c \
	src/driver/qemu/agent.c \
	src/driver/qemu/agent.h \
	src/driver/qemu/dir.c \
	src/driver/qemu/dir.h \
	src/driver/qemu/guard.c \
	src/driver/qemu/guard.h \
	src/driver/qemu/guest.c \
	src/driver/qemu/guest.h \
	src/driver/qemu/home.c \
	src/driver/qemu/home.h \
	src/driver/qemu/host.c \
	src/driver/qemu/host.h \
	src/driver/qemu/json.c \
	src/driver/qemu/json.h \
	src/driver/qemu/live.c \
	src/driver/qemu/live.h \
	src/driver/qemu/look.c \
	src/driver/qemu/machine.c \
	src/driver/qemu/machine.h \
	src/driver/qemu/peer.c \
	src/driver/qemu/peer.h \
	src/driver/qemu/plug.c \
	src/driver/qemu/plug.h \
	src/driver/qemu/proc.c \
	src/driver/qemu/proc.h \
	src/driver/qemu/qemu.c \
	src/driver/qemu/qemu.h \
	src/driver/qemu/qmp.c \
	src/driver/qemu/qmp.h \
	src/driver/qemu/rules.c \
	src/driver/qemu/rules.h \
	src/driver/qemu/scan.c \
	src/driver/qemu/scan.h \
	src/driver/qemu/session.c \
	src/driver/qemu/session.h \
	src/driver/qemu/watch.c \
	src/driver/qemu/watch.h \
	src/driver/qemu/wire.c \
	src/driver/qemu/wire.h \
	$(NULL)
libvc_driver_qemu_la_CPPFLAGS = $(AM_CPPFLAGS) $(JSONC_CFLAGS)
libvc_driver_qemu_la_LIBADD = $(JSONC_LIBS)
