#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Each function that the library shows is called where its allocations fail:
# by test_fault_memory, or, if it needs none, by test_fault_memory_none.
set -eu -o pipefail

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
map=$top/src/libvcpuconf.map

# not_called NAME ...: those that no test calls
not_called()
{
    local name
    for name in "$@"; do
        grep -qE "\\b$name\\(" "$top"/tests/fault/memory_{calls,reads,changes}.c \
            "$top/tests/fault/test_fault_memory_none.c" || echo "$name"
    done
}

mapfile -t names < <(sed -n 's/^    \(\(vir\|vcpuconf\)[A-Z][A-Za-z0-9]*\);$/\1/p' "$map")
[ ${#names[@]} -gt 0 ] || { echo "no function in $map"; exit 1; }

missing=$(not_called "${names[@]}")
[ -z "$missing" ] || { printf 'called without memory by no test:\n%s\n' "$missing"; exit 1; }
[ "$(not_called virDomainNew)" = virDomainNew ] || { echo "a new function is not noticed"; exit 1; }
echo "${#names[@]} functions"
