# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# What the library costs beside the calls of the hypervisor; only shown.

. /lab/lib.sh

start_tiny web 4 4
if bench_xen web 100; then
    pass "costs of the library are measured"
else
    fail "costs of the library are measured"
fi
end_guest web
