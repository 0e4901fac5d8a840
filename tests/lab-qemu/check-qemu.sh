#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs the lab's programs, named by their paths below the build directory; make
# check-qemu calls it. Each has a log (NAME.log) and a result (NAME.trs) as the
# tests of make check have. Several run at once, since most of their time they
# wait; one called bench_* runs alone, last, and is shown.
#
# Exit status: 0, 1 (something failed), 77 (there is no QEMU here).
set -u

: "${abs_top_builddir:?is exported by make check-qemu}"
: "${abs_top_srcdir:?is exported by make check-qemu}"
export top_srcdir=$abs_top_srcdir
place=$abs_top_builddir/tests/lab-qemu
at_once=3
limit=240

qemu=${VCPUCONF_LAB_QEMU:-qemu-system-x86_64}
if ! command -v "$qemu" >/dev/null; then
    echo "SKIP: check-qemu: no $qemu here (Debian package: qemu-system-x86)"
    exit 77
fi

work=$(mktemp -d "$place/run.XXXXXX") || exit 99
chmod 755 "$work" # some tests become other users
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf -- "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Only the agent's test needs a Linux guest.
prepare()
{
    [ "$1" = lab_agent ] || return 0
    local said status=0
    said=$(bash "$abs_top_srcdir/tests/lab-qemu/guest.sh") || status=$?
    said=$(tail -n 1 <<<"$said")
    case $status in
    0) export VCPUCONF_LAB_GUEST=$said ;;
    77) export VCPUCONF_LAB_NO_GUEST=$said ;;
    *) echo "guest.sh failed with status $status: $said"; return 1 ;;
    esac
}

# run NAME: leaves NAME.log and NAME.trs, prints a line. In a subshell: it ends
# its program when it is told to end.
run()
{
    local name=$1 log=$place/$1.log status=0 result started=$SECONDS program=''

    trap '[ -z "$program" ] || kill "$program"; wait; exit 143' TERM
    mkdir -m 755 "$work/$name"
    {
        prepare "$name" && cd "$work/$name" && {
            timeout --kill-after=5 "$limit" "$place/$name" &
            program=$!
            wait "$program"
        }
    } >"$log" 2>&1 </dev/null || status=$?
    case $status in
    0) result=PASS ;;
    77) result=SKIP ;;
    *)
        result=FAIL
        {
            echo "exit status $status; what the machines said:"
            tail -n 20 "$work/$name"/vm.*/*.log
        } >>"$log" 2>/dev/null
        ;;
    esac
    printf ':test-result: %s\n:global-test-result: %s\n:recheck: no\n:copy-in-global-log: no\n' \
        "$result" "$result" >"$place/$name.trs"
    printf '%s: tests/lab-qemu/%s (%d s)\n' "$result" "$name" $((SECONDS - started))
    # a case that needs root, say, is left out inside of a program
    grep -a '^SKIP:' "$log" | sed 's/^/    /'
    [ "$result" != FAIL ] || sed 's/^/    /' "$log"
}

names=()
last=()
for program in "$@"; do
    name=${program##*/}
    rm -f "$place/$name.trs" "$place/$name.log"
    case $name in
    bench_*) last+=("$name") ;;
    *) names+=("$name") ;;
    esac
done

for name in "${names[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge $at_once ]; do
        wait -n
    done
    run "$name" &
done
wait
for name in "${last[@]}"; do
    run "$name" &
    wait
    [ ! -e "$place/$name.log" ] || sed 's/^/    /' "$place/$name.log"
done

count()
{
    cat "$place"/*.trs | grep -c "^:global-test-result: $1\$"
}
echo "$(count PASS) passed, $(count FAIL) failed, $(count SKIP) skipped"
[ "$(count FAIL)" -eq 0 ] && [ "$(cat "$place"/*.trs | grep -c '^:test-result:')" -eq $# ]
