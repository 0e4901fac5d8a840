#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The shared library shows what the public header declares, all of it and
# nothing else, each name with our version.
set -eu -o pipefail

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
library=${abs_top_builddir:-.}/.libs/libvcpuconf.so.0

command -v nm >/dev/null || { echo "nm is missing"; exit 77; }
[ -e "$library" ] || { echo "$library is missing"; exit 1; }

fail()
{
    printf '%s:\n%s\n' "$1" "$2"
    exit 1
}

# Names of functions in the header, its comments and macros gone.
declared=$(echo '#include <vcpuconf/vcpuconf.h>' |
    ${CC:-cc} -E -P -I "$top/include" - |
    grep -oE '\b(vir|vcpuconf)[A-Z][A-Za-z0-9]*[[:space:]]*\(' | tr -d '( \t' | sort -u)

# Names with versions; the version nodes themselves are symbols as well.
shown=$(nm -D --defined-only --with-symbol-versions "$library" |
    awk '$3 !~ /^VCPUCONF_[0-9.]+(@@VCPUCONF_[0-9.]+)?$/ { print $3 }' | sort -u)
[ -n "$shown" ] || fail "shows nothing" "$library"

odd=$(grep -vE '^(vir|vcpuconf)[A-Z][A-Za-z0-9]*@@VCPUCONF_[0-9.]+$' <<<"$shown" || true)
[ -z "$odd" ] || fail "not a public name, or without a version" "$odd"

names=$(cut -d@ -f1 <<<"$shown")
hidden=$(comm -23 <(echo "$declared") <(echo "$names"))
[ -z "$hidden" ] || fail "declared, but not defined or not in src/libvcpuconf.map" "$hidden"
secret=$(comm -13 <(echo "$declared") <(echo "$names"))
[ -z "$secret" ] || fail "shown, but not declared in the public header" "$secret"

echo "$(wc -l <<<"$names") public functions"
