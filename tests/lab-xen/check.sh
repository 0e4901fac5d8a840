#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# make check-xen: all of the lab with this build, in two machines side by side.
# The arguments are the programs that run in dom0.
#
#   check-xen.log      what both printed, in the order of the scripts
#   check-xen.trs      a line for each result, as automake's tests write them
#   check-xen.skipped  the reason, if the lab can't be run here: status 0 then
#   work-N/            of machine N, see lab.sh
#
# Exit status: as lab.sh has them, that of the machine where it was worse.  One
# that dies or takes too long is a failure, and is not run again.
set -eu

: "${abs_top_builddir:?is exported by make check-xen}"
: "${abs_top_srcdir:?is exported by make check-xen}"
: "${LAB_HAS_DRIVER?is exported by make check-xen}"
unset VCPUCONF_URI VCPUCONF_STORE VCPUCONF_DEBUG

here=$abs_top_srcdir/tests/lab-xen
out=$abs_top_builddir/tests/lab-xen
second_from=35 # the number of the first script that is the second machine's
status=0
labs=()
mkdir -p "$out/work-1" "$out/work-2"
rm -f -- "$out"/check-xen.{log,trs,skipped} "$out"/work-[12]/*.log

# Programs that a shell starts in the background don't hear a Ctrl-C.
# shellcheck disable=SC2317 # is called by a trap
end_labs()
{
    [ ${#labs[@]} -eq 0 ] || kill "${labs[@]}" 2>/dev/null || true
    wait
}
trap end_labs EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

options=(--build "$abs_top_builddir" --limit "${VCPUCONF_LAB_LIMIT:-900}"
    --file "$here/data:/lab/data"
    --file "$here/flags-xen.expect:/lab/flags-xen.expect"
    --file "$out/tiny/tiny:/lab/guests/tiny")
for item in "$@"; do
    options+=(--program "$item")
done

# What all machines need is there, or this says what is missing.
prepare()
{
    if [ -z "$LAB_HAS_DRIVER" ]; then
        echo "SKIP: lab-xen: this build has no driver of Xen (Debian package: libxen-dev)"
        return 77
    fi
    bash "$here/lab.sh" --prepare
}

has_room_for_both()
{
    [ "$(nproc)" -ge 2 ] &&
        awk '$1 == "MemAvailable:" { exit $2 < 3000000 }' /proc/meminfo
}

# begin MACHINE: with the scripts that are its.
begin()
{
    local scripts=() item number
    for item in "$here"/dom0/[0-9]*.sh; do
        number=${item##*/}
        number=${number%%-*}
        [ $((1 + (number >= second_from))) -ne "$1" ] || scripts+=(--script "$item")
    done
    bash "$here/lab.sh" "${options[@]}" "${scripts[@]}" --work "$out/work-$1" \
        >"$out/work-$1/shown.log" 2>&1 &
    labs[$1]=$!
}

# show MACHINE: what it prints, until it ends; makes $status worse if that is.
show()
{
    local ended=0 words
    # In the background, since only "wait" lets a signal through at once.
    tail -n +1 -s 0.2 -f --pid="${labs[$1]}" "$out/work-$1/shown.log" |
        sed -u '/^[0-9]* passed, [0-9]* failed, [0-9]* skipped$/d' |
        tee -a "$out/check-xen.log" &
    wait $!
    wait "${labs[$1]}" || ended=$?
    unset "labs[$1]"
    case $ended in
    0) ;;
    1) words="has failures" ;;
    77) words="can't be run, though all was there" ended=99 ;;
    99) words="was not set up" ;;
    124) words="did not end in time" ;;
    125) words="died: the hypervisor or dom0" ;;
    *) words="ends with status $ended" ;;
    esac
    # Whatever is a failure has such a line.
    [ $ended -eq 0 ] ||
        { [ $ended -eq 1 ] && grep -q '^FAIL: ' "$out/work-$1/shown.log"; } ||
        echo "FAIL: lab-xen: machine $1 $words" | tee -a "$out/check-xen.log"
    [ $ended -le "$status" ] || status=$ended
}

prepare 2>&1 | tee "$out/check-xen.log"
status=${PIPESTATUS[0]}
if [ "$status" -eq 77 ]; then
    sed -n 's/^SKIP: //p' "$out/check-xen.log" >"$out/check-xen.skipped"
elif [ "$status" -ne 0 ]; then
    echo "FAIL: lab-xen: the lab was not set up" | tee -a "$out/check-xen.log"
else
    begin 1
    ! has_room_for_both || begin 2
    show 1
    [ -n "${labs[2]-}" ] || begin 2
    show 2
fi

sed -n 's/^\(PASS\|FAIL\|SKIP\): .*/:global-test-result: \1/p' \
    "$out/check-xen.log" >"$out/check-xen.trs"
[ "$status" -ne 77 ] || exit 0
count()
{
    grep -c "$1" "$out/check-xen.trs" || true
}
echo "$(count PASS) passed, $(count FAIL) failed, $(count SKIP) skipped"
[ "$status" -ne 0 ] || grep -q PASS "$out/check-xen.trs" || status=99
exit "$status"
