#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# make check-xen: all of the lab with this build.  The arguments are the
# programs that run in dom0.
#
#   check-xen.log      what it printed
#   check-xen.trs      a line for each result, as automake's tests write them
#   check-xen.skipped  the reason, if the lab can't be run here: status 0 then
set -eu

: "${abs_top_builddir:?is exported by make check-xen}"
: "${abs_top_srcdir:?is exported by make check-xen}"
: "${LAB_HAS_DRIVER?is exported by make check-xen}"
unset VCPUCONF_URI VCPUCONF_STORE VCPUCONF_DEBUG

here=$abs_top_srcdir/tests/lab-xen
out=$abs_top_builddir/tests/lab-xen
mkdir -p "$out"
rm -f -- "$out"/check-xen.{log,trs,skipped}

lab()
{
    local options=(--build "$abs_top_builddir" --work "$out/work"
        --limit "${VCPUCONF_LAB_LIMIT:-900}") item
    if [ -z "$LAB_HAS_DRIVER" ]; then
        echo "SKIP: lab-xen: this build has no driver of Xen (Debian package: libxen-dev)"
        return 77
    fi
    for item in "$@"; do
        options+=(--program "$item")
    done
    for item in "$here"/dom0/[0-9]*.sh; do
        options+=(--script "$item")
    done
    bash "$here/lab.sh" "${options[@]}" \
        --file "$here/data:/lab/data" \
        --file "$here/flags-xen.expect:/lab/flags-xen.expect" \
        --file "$out/tiny/tiny:/lab/guests/tiny"
}

# The emulated machine itself hangs in rare cases, which says nothing of us:
# once more then, and once only.
for try in first second; do
    set +e
    lab "$@" | tee "$out/check-xen.log"
    status=${PIPESTATUS[0]}
    set -e
    [ $try = first ] && [ "$status" -ge 124 ] && [ "$status" -le 125 ] &&
        ! grep -q '^FAIL: ' "$out/check-xen.log" || break
    echo "=== the machine ended without a verdict; its console is in" \
        "$out/work-1/console.log. Once more:"
    rm -rf -- "$out/work-1"
    mv -T "$out/work" "$out/work-1"
done

# One that can't be run, or was interrupted, has at most said so.
sed -n 's/^\(PASS\|FAIL\|SKIP\): .*/:global-test-result: \1/p' \
    "$out/check-xen.log" >"$out/check-xen.trs"
case $status in
0) grep -q PASS "$out/check-xen.trs" || status=99 ;;
77)
    sed -n 's/^SKIP: //p' "$out/check-xen.log" >"$out/check-xen.skipped"
    exit 0
    ;;
esac
if [ "$status" -ne 0 ] && ! grep -q FAIL "$out/check-xen.trs"; then
    echo "FAIL: lab-xen: ends with status $status"
    echo ':global-test-result: FAIL' >>"$out/check-xen.trs"
fi
exit "$status"
