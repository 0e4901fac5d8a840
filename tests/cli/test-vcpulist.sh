#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# vcpulist and diff.
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"

define web "<vcpu current='2'>3</vcpu>
  <cputune><vcpupin vcpu='1' cpuset='4-5'/></cputune>"
define db "<vcpu>1</vcpu>"

# lines REGEX ...: stdout is lines that match these.
lines()
{
    local regex i=0
    is "lines" $# "$(wc -l <"$work/out")"
    for regex in "$@"; do
        i=$((i + 1))
        sed -n "${i}p" "$work/out" | grep -qxE -e "$regex" || fail "line $i is not '$regex'"
    done
}
header='Name {32}ID  VCPU   CPU State   Time\(s\) CPU Affinity'

# ---- vcpulist ----
refused "web: Requested operation is not valid: domain is not running" vcpulist web
refused "nobody" vcpulist nobody
ok start web
run vcpulist db web
is "status where one does not run" 1 "$rc"
is "lines about the other" 4 "$(wc -l <"$work/out")"
ok start db
ok vcpulist web db
lines "$header" \
    'web {34}1 {5}0 +[0-9]+ +(r--|-b-) +[0-9]+\.[0-9] any cpu' \
    'web {34}1 {5}1 +[45] +(r--|-b-) +[0-9]+\.[0-9] 4-5' \
    'web {34}1 {5}2 {5}- {3}--p +0\.0 any cpu' \
    'db {35}2 {5}0 +[0-9]+ +(r--|-b-) +[0-9]+\.[0-9] any cpu'
ok vcpulist
is "lines about web and db" 4 "$(grep -cE '^(web|db) ' "$work/out")"
grep -q '^Domain-0 ' "$work/out" || fail "no Domain-0"
ok -q vcpulist db
lines 'db {35}2 .*'

# ---- diff ----
ok diff
wants_nothing
ok diff web db
wants_nothing
ok vcpupin web 1 7 --live
ok setvcpus web 3 --live
ok setvcpus web 4 --config --maximum
run diff
is "status of drift" 3 "$rc"
says ' Domain   VCPU   What       Config    Live     Reconciled' \
    '-----------------------------------------------------------' \
    ' web      -      maximum    4         3        3' \
    ' web      1      affinity   4-5       7        4-5' \
    ' web      2      state      offline   online   offline'
cp "$work/out" "$work/all"
run diff --all
is "status of drift" 3 "$rc"
cmp -s "$work/out" "$work/all" || fail "diff --all differs"
run diff web
cmp -s "$work/out" "$work/all" || fail "diff web differs"
run -q diff web db
is "status of drift" 3 "$rc"
is "lines" 3 "$(wc -l <"$work/out")"
ok diff db
wants_nothing
usage "either domains or --all" diff web --all
refused "nobody" diff nobody
run diff web nobody
is "a failure counts more than drift" 1 "$rc"
refused "Domain-0: Requested operation is not valid: " diff Domain-0
ok destroy db
refused "db" diff db
ok destroy web
ok diff
wants_nothing
ok start web
ok diff web
wants_nothing

finish
