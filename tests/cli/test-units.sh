#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The units for systemd, as they would be installed: nothing is left to be
# filled in, systemd takes them, and they can do little harm.
set -u

: "${abs_top_builddir:?is exported by make check}"
: "${abs_top_srcdir:?is exported by make check}"
units=vcpuconf-reconcile.service
# A build without libuv has no watch, and no unit for it.
! grep -q '^#define HAVE_LIBUV 1' "$abs_top_builddir/build-aux/config.h" ||
    units="$units vcpuconf-watch.service"
worst=30 # of 100: systemd's own number for how much a unit could do
failures=0

fail()
{
    failures=$((failures + 1))
    echo "FAIL: $*"
}

for unit in $units; do
    file=$abs_top_builddir/data/systemd/$unit
    [ -s "$file" ] || { fail "$unit is not there"; continue; }
    ! grep -n '@[A-Za-z_]*@' "$file" || fail "$unit: not filled in"
    grep -q '^ExecStart=/.*/vcpuconf ' "$file" || fail "$unit: starts nothing"
done
command -v systemd-analyze >/dev/null || {
    echo "no systemd-analyze (Debian package: systemd)"
    exit $((failures ? 1 : 77))
}

work=$(mktemp -d "$PWD/units-XXXXXX") || exit 99
trap 'rm -rf -- "$work"' EXIT
for unit in $units; do
    # The program is not installed yet: the one that was built stands in.
    sed "s|^ExecStart=/.*/vcpuconf |ExecStart=$abs_top_builddir/vcpuconf |" \
        "$abs_top_builddir/data/systemd/$unit" >"$work/$unit"
done
out=$(cd "$work" && systemd-analyze verify --man=no --recursive-errors=no ./*.service 2>&1) ||
    fail "systemd-analyze verify: $out"
if grep -E "vcpuconf-[a-z]+\.service" <<<"$out"; then
    fail "systemd-analyze verify complains"
fi
for unit in $units; do
    number=$(systemd-analyze security --offline=yes --no-pager "$work/$unit" 2>&1 |
        sed -n 's/.*Overall exposure level for .*: \([0-9]*\.[0-9]*\) .*/\1/p')
    echo "exposure of $unit: ${number:-unknown}"
    [ -z "$number" ] || [ "${number/./}" -le $worst ] || fail "$unit: exposure $number"
done
exit $((failures > 0))
