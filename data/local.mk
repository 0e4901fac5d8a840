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
	data/examples/xen-hvm-mail.xml \
	data/examples/xen-pv-web.xml \
	$(NULL)
