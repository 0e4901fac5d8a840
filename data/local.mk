# SPDX-License-Identifier: LGPL-2.1-or-later

pkgconfigdir = $(libdir)/pkgconfig
nodist_pkgconfig_DATA = data/vcpuconf.pc

dist_man_MANS = \
	data/man/vcpuconf-json.5 \
	data/man/vcpuconf.1 \
	$(NULL)

bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = data/completion/vcpuconf

EXTRA_DIST += \
	data/SECURITY \
	data/demo.sh \
	data/examples/README \
	data/examples/auto-placement.xml \
	data/examples/build-farm.xml \
	data/examples/comments.xml \
	data/examples/crlf-windows.xml \
	data/examples/db-64vcpu-numa.xml \
	data/examples/default-cpuset.xml \
	data/examples/kvm-vfio-desktop.xml \
	data/examples/no-vcpu-router.xml \
	data/examples/one-line.xml \
	data/examples/qemu-commandline.xml \
	data/examples/vcpuconf-qemu@.service \
	data/examples/xen-hvm-mail.xml \
	data/examples/xen-pv-web.xml \
	$(NULL)

# Paths are put in by make, where all of them are known.
systemdsystemunit_DATA = data/systemd/vcpuconf-reconcile.service
if HAVE_LIBUV
systemdsystemunit_DATA += data/systemd/vcpuconf-watch.service
endif
dist_tmpfiles_DATA = data/systemd/vcpuconf.conf
CLEANFILES += $(systemdsystemunit_DATA)
EXTRA_DIST += \
	data/systemd/vcpuconf-reconcile.service.in \
	data/systemd/vcpuconf-watch.service.in \
	$(NULL)

$(systemdsystemunit_DATA): %.service: %.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) data/systemd && \
	sed -e 's|@''bindir@|$(bindir)|g' \
	    -e 's|@''VC_WATCH_TYPE@|$(VC_WATCH_TYPE)|g' \
	    -e 's|@''VC_WATCH_WATCHDOG@|$(VC_WATCH_WATCHDOG)|g' \
	    $(srcdir)/$@.in >$@-t && mv $@-t $@
