#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# reconcile: once per run, whoever asks, and what it says of it.
# shellcheck source=tests/cli/hear.sh
. "${abs_top_srcdir:?is exported by make check}/tests/cli/hear.sh"

both web "<vcpu current='2'>4</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/>
<vcpupin vcpu='3' cpuset='5'/></cputune>" "<vcpu>4</vcpu>"

# ---- two at the same time do the work once ----
export VCPUCONF_DEBUG=driver.test
elsewhere start web
for name in one two; do
    ear $name
    "$vcpuconf" -c "$at?$ours&fault=set_affinity:*:delay=300" reconcile web \
        >"$work/$name.out" 2>"$to" &
    pids[$name]=$!
done
ended one 0
ended two 0
unset VCPUCONF_DEBUG
is "pins that were set" 2 $(($(heard one "set_affinity web") + $(heard two "set_affinity web")))
is "the results" "is as defined now
was done before" "$(sed -n "s/^Domain 'web': //p" "$work/one.out" "$work/two.out" | sort)"

# ---- what is said of each, and the status ----
ok reconcile web
says "Domain 'web': was done before"
ok vcpupin web 0 7 --live
ok reconcile --all
says "Domain 'web': was changed since it was done" "drift   vcpu 0: config 1, live 7"
ok reconcile --all --format json
json /domains/0/result drifted
ok reconcile web --force
says "Domain 'web': is as defined now" "live    vcpu 0 affinity 7 -> 1"
define off
run reconcile off web
is "exit status" 1 "$rc"
holds "Domain 'web': was done before"
elsewhere destroy web
elsewhere start web
run -c "$at?$ours&fault=set_affinity:1:fail" reconcile --all
is "exit status" 1 "$rc"
holds "Domain 'web': failed" "failed: vcpu 0"
ok reconcile --all
holds "Domain 'web': is as defined now"
ok undefine off

# ---- pins that were kept for vCPUs that another hand plugs ----
VCPUCONF_URI="$at?pinoffline=no&$ours" theirs="pinoffline=no&$theirs"
elsewhere destroy web
elsewhere start web
ok reconcile web
holds "kept pin none -> 5"
elsewhere setvcpus web 4 --live
ok reconcile web --dry-run
holds "Domain 'web': to be done" "live    vcpu 3 affinity 0-7 -> 5" "kept pin 5 -> none"
ok reconcile --all --format json
json /domains/0/result kept
ok reconcile web
says "Domain 'web': was changed since it was done" \
    "drift   vcpu 2: config offline, live online" \
    "drift   vcpu 3: config offline, live online"

finish
