# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The shared library is the sum of its rooms.  Each room is a convenience
# library of its own, so that a test of one room links only what it may know.

include src/util/local.mk
include src/model/local.mk
include src/plan/local.mk
include src/xml/local.mk
include src/store/local.mk
include src/driver/local.mk
include src/engine/local.mk
include src/reconcile/local.mk
include src/api/local.mk
include src/cli/local.mk

lib_LTLIBRARIES += libvcpuconf.la

libvcpuconf_la_SOURCES =
libvcpuconf_la_LIBADD = \
	libvc_api.la \
	libvc_reconcile.la \
	libvc_engine.la \
	libvc_plan.la \
	libvc_xml.la \
	libvc_store.la \
	libvc_driver.la \
	libvc_model.la \
	libvc_util.la \
	$(NULL)
libvcpuconf_la_LDFLAGS = \
	$(AM_LDFLAGS) \
	$(NO_UNDEFINED_LDFLAGS) \
	-version-info $(VCPUCONF_VERSION_INFO) \
	-Wl,--version-script=$(top_srcdir)/src/libvcpuconf.map \
	$(NULL)
EXTRA_libvcpuconf_la_DEPENDENCIES = $(top_srcdir)/src/libvcpuconf.map

EXTRA_DIST += \
	src/README \
	src/libvcpuconf.map \
	$(NULL)
