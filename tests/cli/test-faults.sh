#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Each command that reads a hypervisor which fails: it says why, prints nothing
# that looks like an answer, and its exit status tells.
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"

uri=$VCPUCONF_URI
define web
define idle
ok start web

# hit VERBS COMMAND ...: fails at the first call of each of these verbs.
hit()
{
    local verb verbs=$1
    shift
    for verb in $verbs; do
        run -c "$uri&fault=$verb:*:fail" "$@"
        [ "$rc" -eq 1 ] || depth=1 fail "$verb: exit status should be 1"
        grep -q "^error: .*injected fault" "$work/err" || depth=1 fail "$verb: not said"
        [ ! -s "$work/out" ] || depth=1 fail "$verb: printed something"
    done
}

hit host nodeinfo
hit host nodeinfo --format json
hit host maxvcpus
hit list list
hit list list --all --format json
hit list list --name
hit list list --uuid
hit snapshot vcpuinfo web
hit host vcpuinfo web --pretty
hit snapshot vcpucount web --live --active
hit snapshot vcpupin web
hit snapshot dumpxml web
hit snapshot diff web
hit list diff
hit list map
hit create start idle
hit destroy destroy web
hit set_online setvcpus web 2 --live
hit set_affinity vcpupin web 0 1 --live

# A second call of the same verb fails, too.
run -c "$uri&fault=host:2:fail" nodeinfo --format json
[ "$rc" -eq 1 ] || fail "exit status should be 1"

# One whose state can't be read is listed all the same.
run -c "$uri&fault=snapshot:*:fail" list --all
[ "$rc" -eq 1 ] || fail "exit status should be 1"
holds web unreadable 'shut off'
grep -q "injected fault" "$work/err" || fail "not said"
run -c "$uri&fault=snapshot:*:fail" list --all --format json
[ "$rc" -eq 1 ] || fail "exit status should be 1"

# Nothing of all that changed anything.
ok vcpucount web --live --active
wants 4
ok list --name
wants Domain-0 web

# info needs no hypervisor but to open it, and says of a store what it keeps.
ok -c "$uri&fault=host:*:fail" info
holds 'last 100 revisions' 'last 1000 removed'
ok history --keep 0
ok history --removed --keep 0
ok info
holds 'all revisions' 'all removed'
ok info --format json
json /store/keep_revisions 0 /store/keep_removed 0

finish
