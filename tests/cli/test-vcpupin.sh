#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"

head=(' VCPU   CPU Affinity' '----------------------')
define web "<vcpu current='2' cpuset='0-7'>3</vcpu>"

# ---- a domain that does not run ----
ok vcpupin web
says "${head[@]}" ' 0      0-7' ' 1      0-7' ' 2      0-7'
ok vcpupin web 0 1,3-5,^4
wants_nothing
ok vcpupin web --vcpu 2 --cpulist 15
ok vcpupin web
says "${head[@]}" ' 0      1,3,5' ' 1      0-7' ' 2      15'
ok vcpupin web 0
says "${head[@]}" ' 0      1,3,5'
ok vcpupin web --config --vcpu 2
says "${head[@]}" ' 2      15'
ok -q vcpupin web --current
wants ' 0      1,3,5' ' 1      0-7' ' 2      15'
ok vcpupin web 1 r
ok vcpupin web 1
says "${head[@]}" ' 1      0-15'
ok vcpupin web 1 --unpin
wants_nothing
ok vcpupin web 1 --unpin --config
ok vcpupin web 1
says "${head[@]}" ' 1      0-7'

before=$(state)
for list in '' x 5-2 1-2-3 '^1' 16384 -1 0x1 rr R; do
    refused "" vcpupin web 0 --config "--cpulist=$list"
done
refused "" vcpupin web 0 0 --live
refused "" vcpupin web --live
refused "" vcpupin web 0 --unpin --live
refused "3" vcpupin web 3 0
refused "3" vcpupin web 3 --unpin
refused "out of range" vcpupin web 3
refused "out of range" vcpupin web 4294967295
refused "" vcpupin web 4294967295 0
refused "nobody" vcpupin nobody
refused "nobody" vcpupin nobody 0 0
is "state after refusals" "$before" "$(state)"

usage "--cpulist needs --vcpu" vcpupin web --cpulist 0
usage "--unpin needs --vcpu" vcpupin web --unpin
usage "either --cpulist or --unpin" vcpupin web 0 1 --unpin
usage "--dry-run needs" vcpupin web --dry-run
usage "--dry-run needs" vcpupin web 0 --dry-run
usage "unexpected argument" vcpupin web 0 1 2

# ---- CPUs of another host ----
run vcpupin web 0 --config 2,14-20,100,^19
is "status" 0 "$rc"
is "warning" "warning: this host has CPUs 0-15 only, not 16-18,20,100" "$(cat "$work/err")"
run vcpupin web 0 --config --dry-run 16383
is "status" 0 "$rc"
is "warning" "warning: this host has CPUs 0-15 only, not 16383" "$(cat "$work/err")"
ok -q vcpupin web 0 --config
wants ' 0      2,14-18,20,100'
ok vcpupin web 0 --config --cpulist 1,3,5

# ---- one that runs ----
ok start web
ok vcpupin web
says "${head[@]}" ' 0      1,3,5' ' 1      0-7' ' 2      15'
ok vcpupin web 1 2 --live
ok vcpupin web 1
says "${head[@]}" ' 1      2'
ok vcpupin web 1 --config
says "${head[@]}" ' 1      0-7'
ok vcpupin web 0 8-9
ok vcpupin web 0 --config
says "${head[@]}" ' 0      1,3,5'
ok vcpupin web 0 4 --live --config
ok vcpupin web 0 --config
says "${head[@]}" ' 0      4'
ok vcpupin web 0 --live
says "${head[@]}" ' 0      4'

# ---- a host that makes less of it ----
narrows="$VCPUCONF_URI&fault=set_affinity:*:narrow"
run -c "$narrows" vcpupin web 1 6-9 --live
is "status" 0 "$rc"
is "warning" "warning: of host CPUs 6-9 the host lets vcpu 1 run on 6 only" "$(cat "$work/err")"
run -c "$narrows" vcpupin web 1 6-9 --config
is "no warning of a definition" "" "$(cat "$work/err")"
run -c "$narrows" vcpupin web 1 6-9 --live --dry-run
is "no warning of a plan" "" "$(cat "$work/err")"
ok vcpupin web 1 --unpin --live --config

before=$(state)
refused "" vcpupin web 0 16 --live
refused "" vcpupin web 0 16 --live --config
refused "" vcpupin web --live --config
is "state after refusals" "$before" "$(state)"

# ---- plans ----
ok vcpupin web 0 5 --live --config --dry-run
wants "live    vcpu 0 affinity 4 -> 5" "config  pin vcpu 0: 4 -> 5"
ok vcpupin web 0 --unpin --config --dry-run
wants "config  pin vcpu 0: 4 -> none"
ok vcpupin web 0 4 --config --dry-run
wants "Nothing to do"
refused "" vcpupin web 0 16 --live --dry-run
is "state after plans" "$before" "$(state)"

# ---- without a definition ----
ok undefine web
ok vcpupin web 0 6
ok vcpupin web 0
says "${head[@]}" ' 0      6'
ok vcpupin web 0 --unpin
ok vcpupin web 0
says "${head[@]}" ' 0      0-15'
refused "transient" vcpupin web 0 6 --config
refused "transient" vcpupin web --config

finish
