# SPDX-License-Identifier: LGPL-2.1-or-later

pkginclude_HEADERS += \
	include/vcpuconf/connect.h \
	include/vcpuconf/domain.h \
	include/vcpuconf/extra.h \
	include/vcpuconf/vcpu.h \
	include/vcpuconf/vcpuconf.h \
	include/vcpuconf/virterror.h \
	$(NULL)
