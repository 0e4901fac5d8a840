# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# For tests with programs that run beside them. What these print goes into a
# pipe that the test reads line by line, waiting for a line that holds a text:
# no test sleeps.
# shellcheck source=tests/cli/lib.sh
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"

limit=60 # seconds until a line that does not come is a failure
declare -A ears pids

clean_up()
{
    [ ${#pids[@]} -eq 0 ] || kill -9 "${pids[@]}" 2>/dev/null
    wait
    rm -rf -- "$work"
}
trap clean_up EXIT

# ear NAME: makes the pipe; $to is what a program writes to.
ear()
{
    local fd
    rm -f "$work/$1.pipe"
    mkfifo "$work/$1.pipe"
    exec {fd}<>"$work/$1.pipe"
    ears[$1]=$fd
    # shellcheck disable=SC2034 # for the tests
    to=$work/$1.pipe
    : >"$work/$1.log"
}

# hear NAME TEXT: waits for a line of it that holds the text; leaves $line.
hear()
{
    local end=$((SECONDS + limit))
    while [ $SECONDS -lt $end ]; do
        IFS= read -r -t "$limit" -u "${ears[$1]}" line || break
        printf '%s\n' "$line" >>"$work/$1.log"
        [[ $line != *"$2"* ]] || return 0
    done
    failures=$((failures + 1))
    echo "FAIL: line ${BASH_LINENO[0]}: '$1' never said '$2'; it said:"
    sed 's/^/    /' "$work/$1.log"
    return 1
}

# rest NAME: what it said that was not heard yet, once it has ended.
rest()
{
    echo "--- that is all ---" >&"${ears[$1]}"
    while IFS= read -r -t "$limit" -u "${ears[$1]}" line &&
        [ "$line" != "--- that is all ---" ]; do
        printf '%s\n' "$line" >>"$work/$1.log"
    done
}

# ended NAME STATUS: it ends, and so.
ended()
{
    local got=0
    wait "${pids[$1]}" 2>/dev/null || got=$?
    unset "pids[$1]"
    rest "$1"
    is "exit status of $1" "$2" "$got"
}

# heard NAME TEXT: how many lines of it held the text.
heard()
{
    grep -cF -e "$2" "$work/$1.log"
}

# ---- The other hand: another store on the same host ----
at="test://$(uri_path "$work")/host.db"
ours="store=$(uri_path "$work")/store.db"
theirs="store=$(uri_path "$work")/other.db"
VCPUCONF_URI="$at?$ours"

# elsewhere ARGUMENT ...: the other hand, which has definitions of its own.
elsewhere()
{
    run -q -c "$at?$theirs" "$@"
    [ "$rc" -eq 0 ] || fail "the other hand was refused"
}

# both NAME OURS THEIRS: a definition here and another one there of one domain.
both()
{
    local uuid
    uuid="<uuid>$(md5sum <<<"$1" | cut -c 1-32)</uuid>"
    domain "$1" "$uuid$3" >"$work/domain.xml"
    elsewhere define "$work/domain.xml"
    domain "$1" "$uuid$2" >"$work/domain.xml"
    ok define "$work/domain.xml"
}
