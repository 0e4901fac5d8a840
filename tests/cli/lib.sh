# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# For the tests of the command: each sources this, runs the command by `ok`,
# `refused` and `usage`, and ends with `finish`. Every test has a directory,
# a store and a simulated host of its own, and goes on after a failure.
set -u

: "${abs_top_builddir:?is exported by make check}"
: "${abs_top_srcdir:?is exported by make check}"
vcpuconf=$abs_top_builddir/vcpuconf
# shellcheck disable=SC2034 # for the tests
examples=$abs_top_srcdir/data/examples
export LC_ALL=C.UTF-8
unset VCPUCONF_STORE VCPUCONF_DEBUG

work=$(mktemp -d "$PWD/cli-test-XXXXXX") || exit 99
trap 'rm -rf -- "$work"' EXIT
failures=0

# A path as it is written in a URI.
uri_path()
{
    local LC_ALL=C path=$1 i c
    for ((i = 0; i < ${#path}; i++)); do
        c=${path:i:1}
        case $c in
        [A-Za-z0-9/._-]) printf %s "$c" ;;
        *) printf '%%%02X' "'$c" ;;
        esac
    done
}
VCPUCONF_URI="test://$(uri_path "$work")/host.db?cpus=16&store=$(uri_path "$work")/store.db"
export VCPUCONF_URI

fail()
{
    local at=${depth:-1}
    [ ${#BASH_LINENO[@]} -gt 2 ] || at=0 # called by the test itself
    failures=$((failures + 1))
    printf 'FAIL: line %s: %s\n' "${BASH_LINENO[at]}" "$*"
    printf '  command: %s\n' "${last[*]@Q}"
    printf '  exit status %s, stdout:\n' "$rc"
    sed 's/^/    /' "$work/out"
    printf '  stderr:\n'
    sed 's/^/    /' "$work/err"
}

# run ARGUMENT ...: the command; leaves $rc, $work/out and $work/err.
last=()
rc=0
run()
{
    last=(vcpuconf "$@")
    rc=0
    "$vcpuconf" "$@" >"$work/out" 2>"$work/err" </dev/null || rc=$?
}

# ok ARGUMENT ...: it does what it is told and complains of nothing.
ok()
{
    run "$@"
    [ "$rc" -eq 0 ] || { depth=1 fail "refused"; return; }
    [ ! -s "$work/err" ] || depth=1 fail "complained"
}

# fails STATUS TEXT ARGUMENT ...: exit status, one "error: ..." with that text,
# nothing on stdout.
fails()
{
    local status=$1 text=$2
    shift 2
    run "$@"
    [ "$rc" -eq "$status" ] || depth=2 fail "exit status should be $status"
    [ "$(head -c 7 "$work/err")" = "error: " ] || depth=2 fail "no error said"
    head -n 1 "$work/err" | grep -qF -e "$text" || depth=2 fail "does not say '$text'"
    [ ! -s "$work/out" ] || depth=2 fail "printed something"
}

refused()
{
    fails 1 "$@"
}

usage()
{
    fails 2 "$@"
}

wants_nothing()
{
    [ ! -s "$work/out" ] || fail "printed something"
}

# wants LINE ...: stdout is exactly these lines.
wants()
{
    printf '%s\n' "$@" >"$work/want"
    diff "$work/want" "$work/out" >"$work/diff" ||
        fail "other output than wanted: $(cat "$work/diff")"
}

# says LINE ...: stdout is these lines and the empty line behind messages.
says()
{
    printf '%s\n' "$@" '' >"$work/want"
    diff "$work/want" "$work/out" >"$work/diff" ||
        fail "other output than wanted: $(cat "$work/diff")"
}

# holds TEXT ...: stdout holds each of them.
holds()
{
    local text
    for text in "$@"; do
        grep -qF -e "$text" "$work/out" || fail "no '$text' in the output"
    done
}

# json POINTER WANTED ...: stdout is a sound JSON document, and these members
# of it are so; see jsonget.c.
json()
{
    local got
    "$abs_top_builddir/tests/cli/jsonget" "$work/out" >"$work/json" 2>&1 ||
        fail "no sound document: $(cat "$work/json")"
    while [ $# -gt 0 ]; do
        got=$("$abs_top_builddir/tests/cli/jsonget" "$work/out" "$1" 2>&1)
        [ "$got" = "$2" ] || fail "$1 should be '$2', not '$got'"
        shift 2
    done
}

# is WHAT WANTED GOT
is()
{
    [ "$2" = "$3" ] || fail "$1 should be '$2', not '$3'"
}

# All that can be seen of all domains, in one line.
state()
{
    local uuid
    {
        "$vcpuconf" list --all
        for uuid in $("$vcpuconf" list --all --persistent --uuid); do
            "$vcpuconf" export "$uuid"
            "$vcpuconf" dumpxml "$uuid"
            "$vcpuconf" vcpucount "$uuid"
        done
        "$vcpuconf" diff
    } 2>&1 | sha256sum
}

# domain NAME [VCPU ELEMENTS] >FILE: a definition; the name as in XML.
domain()
{
    printf "<domain type='test'>\n  <name>%s</name>\n  <memory>1</memory>\n" "$1"
    printf '  %s\n' "${2-<vcpu>4</vcpu>}"
    printf '  <os><type>hvm</type></os>\n</domain>\n'
}

# define NAME [VCPU ELEMENTS]: stores it.
define()
{
    domain "$@" >"$work/domain.xml"
    ok define "$work/domain.xml"
}

finish()
{
    [ "$failures" -eq 0 ] || echo "$failures failures"
    exit $((failures > 0))
}
