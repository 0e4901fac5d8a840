# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# What the library costs beside the calls of the hypervisor, for a guest that has
# its definition's uuid and for one that has only its name; only shown.

. /lab/lib.sh

uuid=$(sed -n 's:.*<uuid>\(.*\)</uuid>.*:\1:p' /lab/data/web.xml)
vcpuconf -c xen:///system define /lab/data/web.xml >/dev/null

# measure WHAT [LINE ...]
measure()
{
    local what=$1
    shift
    echo "--- a guest of the definition's $what"
    start_tiny web 4 4 "$@"
    if bench_xen web 60; then
        pass "costs of the library are measured: $what"
    else
        fail "costs of the library are measured: $what"
    fi
    end_guest web
}

measure uuid "uuid=\"$uuid\""
measure name
vcpuconf -c xen:///system undefine web >/dev/null
