#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The parser, the global options, help and version.
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"

# ---- what is not a command line ----
run
is "status without a command" 2 "$rc"
[ -s "$work/out" ] && fail "usage belongs on stderr"
usage "unknown command 'nonsense'" nonsense
usage "unknown command ''" ''
usage "unknown option --nonsense" --nonsense list
usage "unknown option -x" -x list
usage "unknown option -x" list -x
usage "no option --nonsense" list --nonsense
usage "no option --live" list --live
usage "unexpected argument 'b'" start a b
usage "unexpected argument 'a'" list a
usage "needs a <domain>" start
usage "needs a <count>" setvcpus a
usage "needs a value" start --domain
usage "needs a value" vcpupin a --vcpu
usage "is given twice" start --domain a --domain b
usage "unexpected argument 'b'" start --domain a b
usage "takes no value" list --all=yes
usage "takes no value" --quiet=yes list
usage "needs a URI" list -c
usage "needs a URI" list --connect
for number in -1 +1 1x x '' ' 1' 0x10 1.0 4294967296 99999999999999999999999; do
    usage "is not a number" setvcpus a "$number"
    usage "is not a number" setvcpus a --count="$number"
    usage "is not a number" vcpupin a "$number" 0
done
usage "exclude each other" setvcpus a 2 --current --live
usage "exclude each other" setvcpus a 2 --config --current
usage "exclude each other" vcpupin a 0 0 --config --current
usage "exclude each other" vcpupin a --config --current
usage "exclude each other" vcpucount a --live --current
usage "exclude each other" vcpucount a --active --maximum

# A usage error opens nothing: no store was made.
for file in store.db host.db; do
    [ -e "$work/$file" ] && fail "a usage error made $file"
done

# ---- places and spellings ----
define web
for args in 'vcpucount web --maximum --config' 'vcpucount --maximum web --config' \
    'vcpucount --config --maximum --domain web' 'vcpucount --domain=web --config --maximum' \
    'vcpucount --maximum --config -- web' '-q vcpucount web --maximum --config' \
    'vcpucount -q web --maximum --config' 'vcpucount web --maximum --config -r' \
    '-rq vcpucount web --maximum --config --maximum'; do
    # shellcheck disable=SC2086 # they are lists of words
    ok $args
    wants 4
done
ok vcpupin web --cpulist 1 --vcpu 2
ok vcpupin web --vcpu=3 2
ok vcpupin --vcpu 1 --domain web 3
ok -q vcpupin web
wants ' 0      0-15' ' 1      3' ' 2      1' ' 3      2'

define -x
ok start -- -x
ok destroy --domain=-x
ok start --domain -x
ok destroy -- -x

# ---- connections ----
ok --connect "$VCPUCONF_URI" list --all --name
holds web
ok -c"$VCPUCONF_URI" list --all --name
ok list --all --name "--connect=$VCPUCONF_URI"
refused nonsense:///x -c nonsense:///x list
VCPUCONF_URI=nonsense:///y refused nonsense:///y list

# ---- read only ----
before=$(state)
for args in 'start web' 'undefine web' 'setvcpus web 2 --config' 'vcpupin web 0 0 --config' \
    'vcpupin web 0 --unpin --config' "define $work/domain.xml"; do
    # shellcheck disable=SC2086
    refused "" -r $args
    # shellcheck disable=SC2086
    refused "" $args --readonly
done
is "state after read-only refusals" "$before" "$(state)"
ok -r dumpxml web
rm -rf "$work/none"
refused "" -r -c "test:///default?store=$(uri_path "$work")/none/store.db" list --all
[ -e "$work/none" ] && fail "a read-only connection made a store"

# ---- quiet ----
"$vcpuconf" export web >"$work/domain.xml"
ok -q define "$work/domain.xml"
wants_nothing
ok list --inactive -q
wants ' -    -x     shut off' ' -    web    shut off'

# ---- help ----
ok help
holds vcpupin "--connect URI"
cp "$work/out" "$work/help"
ok --help
cmp -s "$work/out" "$work/help" || fail "help and --help differ"
run
cmp -s "$work/err" "$work/help" || fail "help and no command differ"
ok help help
# shellcheck disable=SC2046
for command in $(sed -n 's/^    \([a-z][a-z-]\{2,\}\) .*/\1/p' "$work/help"); do
    ok help "$command"
    holds NAME SYNOPSIS DESCRIPTION "    $command"
    cp "$work/out" "$work/want"
    ok "$command" --help
    cmp -s "$work/out" "$work/want" || fail "help $command and $command --help differ"
    ok -h "$command"
    awk 'length > 80 { exit 1 }' "$work/out" || fail "long lines"
done
is "commands" "$("$vcpuconf" help --table | grep -c ^command)" \
    "$(grep -c '^    [a-z][a-z-]\{2,\} ' "$work/help")"
usage "unknown command 'nonsense'" help nonsense
ok help help
grep -q -e --table "$work/out" && fail "an option for programs is in the help"

# ---- version ----
ok -v
is "one line" 1 "$(wc -l <"$work/out")"
version=$(cat "$work/out")
ok --version
wants "$version"
ok version
holds "vcpuconf $version" "libvcpuconf $version" test

# ---- output that gets nowhere ----
rc=0
"$vcpuconf" list --all >&- 2>"$work/err" || rc=$?
is "status with closed output" 1 "$rc"
grep -q '^error: the output' "$work/err" || fail "no error said"
rc=0
"$vcpuconf" define - <&- 2>"$work/err" || rc=$?
is "status with closed input" 1 "$rc"
grep -q '^error: standard input: ' "$work/err" || fail "no error said"
rc=0
"$vcpuconf" start nobody 2>&- || rc=$?
is "status with closed errors" 1 "$rc"
ok list --all
if [ -w /dev/full ]; then
    rc=0
    "$vcpuconf" list --all >/dev/full 2>"$work/err" || rc=$?
    is "status with a full disk" 1 "$rc"
    grep -q '^error: the output' "$work/err" || fail "no error said"
fi

finish
