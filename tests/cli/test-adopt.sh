#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# adopt and reconcile: each makes one side as the other is.
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"

define web "<vcpu current='2'>4</vcpu>
  <cputune><vcpupin vcpu='1' cpuset='4-5'/></cputune>"
define db
cp "$work/domain.xml" "$work/db.xml"

# ---- adopt ----
refused "not running" adopt web
refused "nobody" adopt nobody
refused "not running" adopt web --dry-run
usage "needs a <domain>" adopt
ok start web
ok adopt web
wants "Nothing to do"
ok setvcpus web 3 --live
ok vcpupin web 0 7 --live
before=$(state)
ok adopt web --dry-run
is "lines" 1 "$(wc -l <"$work/out")"
holds "config  " "vcpus 2 -> 3" "pin vcpu 0: none -> 7"
cp "$work/out" "$work/plan"
ok -r adopt web --dry-run
cmp -s "$work/out" "$work/plan" || fail "another plan with --readonly"
ok adopt web --dry-run --format json
json '?' plan '/plan#' 1 /plan/0 "$(cat "$work/plan")"
refused "" -r adopt web
is "state after plans" "$before" "$(state)"
ok adopt web
says "$(cat "$work/plan")" "Domain 'web' is defined as it runs now"
ok diff web
wants_nothing
ok vcpucount web --config
wants 3
ok vcpupin web 0 8 --live
ok -q adopt web
wants_nothing
ok vcpupin web 0 9 --live
ok adopt web --format json
json '/plan#' 1
ok adopt web --format json
json '/plan#' 0
ok -q vcpupin web 0 --config
wants ' 0      9'

# A transient domain gets a definition.
ok undefine web
refused "transient" vcpucount web --config
ok adopt web
holds "Domain 'web' is defined as it runs now"
ok -q vcpupin web 0 --config
wants ' 0      9'
ok vcpucount web --config
wants 3

# ---- reconcile ----
usage "needs a <domain> or --all" reconcile
usage "either domains or --all" reconcile web --all
refused "db: " reconcile db
refused "nobody" reconcile nobody
ok reconcile --all --dry-run
ok reconcile web --force
ok setvcpus web 1 --live
before=$(state)
ok reconcile web
says "Domain 'web': was changed since it was done" "drift   vcpu 1: config online, live offline" \
    "drift   vcpu 2: config online, live offline"
ok -q reconcile --all --format json
json '?' domains '/domains#' 1 '/domains/0?' 'name plan result uuid' /domains/0/result drifted
ok -r reconcile web --force --dry-run
holds "Domain 'web': to be done" "live    plug vcpus 1-2"
refused "" -r reconcile web --force
is "state after plans" "$before" "$(state)"
ok reconcile web --force
holds "Domain 'web': is as defined now"
ok diff
wants_nothing
ok reconcile web
says "Domain 'web': was done before"
ok reconcile web --force --dry-run
says "Domain 'web': nothing to do"
ok setvcpus web 6 --maximum --config
ok reconcile web --force --format json
json /domains/0/result restart

# One that fails does not stop the others.
run reconcile db web --force
is "status where one does not run" 1 "$rc"
holds "Domain 'web': "
grep -qF "error: db: " "$work/err" || fail "no error said"
ok destroy web
ok reconcile --all
wants_nothing
ok reconcile --all --format json
json '/domains#' 0

finish
