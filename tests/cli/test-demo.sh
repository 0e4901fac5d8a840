#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The demonstration checks what it shows; it must work from a build, and from
# a copy of the examples at another place, and leave nothing behind.
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"

mkdir "$work/tmp"
cp -r "$examples" "$work/copy" && chmod -R u+w "$work/copy" # of a read-only source

demo()
{
    last=(demo.sh "$@")
    rc=0
    TMPDIR=$work/tmp "$abs_top_builddir/run" \
        bash "$abs_top_srcdir/data/demo.sh" "$@" >"$work/out" 2>"$work/err" || rc=$?
}

case $work in
*[!A-Za-z0-9/._-]*)
    echo "skipped: the build directory's name needs escapes in a URI"
    exit 77
    ;;
esac

demo
is "exit status" 0 "$rc"
holds '$ vcpuconf vcpupin db-orders 0 48-63 --live'
is "what is left behind" "" "$(ls -A "$work/tmp")"
demo "$work/copy"
is "exit status with a directory" 0 "$rc"

# A demonstration that can't fail would show nothing.
sed -i 's/cpuset=.0-15./cpuset="1-15"/' "$work/copy/db-64vcpu-numa.xml"
demo "$work/copy"
is "exit status with other files" 1 "$rc"
is "what is left behind" "" "$(ls -A "$work/tmp")"

finish
