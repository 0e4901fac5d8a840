#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The end of a watch: asked for once it waits for who is at work, asked for
# twice it does not; and how many threads it is given.
# shellcheck source=tests/cli/hear.sh
. "${abs_top_srcdir:?is exported by make check}/tests/cli/hear.sh"

run watch -r
if grep -q "this build has no watch" "$work/err"; then
    echo "this build has no watch"
    exit 77
fi

# begin NAME PARAMETERS
begin()
{
    ear "$1"
    "$vcpuconf" -c "$at?$ours$2" watch 2>"$to" &
    pids[$1]=$!
    hear "$1" "watching "
}

pins="<cputune><vcpupin vcpu='0' cpuset='1'/><vcpupin vcpu='1' cpuset='2'/></cputune>"
both web "<vcpu>2</vcpu>$pins" "<vcpu>2</vcpu>"

# ---- who is at work is waited for ----
export VCPUCONF_DEBUG=driver.test
begin one '&fault=set_affinity:2:delay=1000'
elsewhere start web
hear one "set_affinity web"
kill "${pids[one]}"
ended one 0
VCPUCONF_DEBUG='' ok diff web
wants_nothing
elsewhere destroy web

# ---- unless it is asked for twice ----
begin two '&fault=set_affinity:2:delay=60000'
elsewhere start web
hear two "set_affinity web"
kill "${pids[two]}"
hear two "ending"
kill "${pids[two]}"
hear two "1 domains are still at work: left to the next one who watches"
ended two 0
# who does it
begin three ''
hear three "domain 'web': is as defined now"
kill "${pids[three]}"
ended three 0
elsewhere destroy web
unset VCPUCONF_DEBUG

# ---- threads: nonsense is no hindrance ----
for threads in 0 -1 x 1 5000; do
    export UV_THREADPOOL_SIZE=$threads
    begin "threads$threads" ''
    elsewhere start web
    hear "threads$threads" "domain 'web': is as defined now"
    kill "${pids[threads$threads]}"
    ended "threads$threads" 0
    elsewhere destroy web
done

finish
