#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What a file of apply can't say is in test_cli_apply_parse.c; here is what
# becomes of what it says.
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"

# to LINE ...: the file.
to()
{
    printf '%s\n' "$@" >"$work/plan"
}

define web "<vcpu current='2'>4</vcpu><cputune><vcpupin vcpu='1' cpuset='3'/></cputune>"
define db "<vcpu cpuset='8-15'>6</vcpu>"
define 'Mail server' "<vcpu current='1'>2</vcpu>"
ok start web
ok start db

# ---- several domains, first only the plan ----
to '# all of it' '' 'domain web   # here' '	maximum 8' '  pin 0,2 0-1' '  unpin 1' '  vcpus 3' \
    '  target live config' 'domain db' '  online 0,2-3' 'pin 2 8-10,^9' \
    'domain "Mail server"' 'vcpus 2' 'pin 1 5'
before=$(state)
ok apply "$work/plan" --dry-run
wants 'domain web' \
    'live    vcpu 0 affinity 0-15 -> 0-1' 'live    vcpu 2 affinity 0-15 -> 0-1' \
    'live    vcpu 1 affinity 3 -> 0-15' 'live    plug vcpus 2' \
    'config  maximum 4 -> 8; vcpus 2 -> 3; pin vcpu 0: none -> 0-1; pin vcpu 1: 3 -> none; pin vcpu 2: none -> 0-1' \
    'needs restart: the running domain keeps its maximum of 4 until it is started again' \
    'domain db' 'live    vcpu 2 affinity 8-15 -> 8,10' 'live    unplug vcpus 1,4-5' \
    'config  online 0-5 -> 0,2-3; pin vcpu 2: none -> 8,10' \
    'domain Mail server' 'config  vcpus 1 -> 2; pin vcpu 1: none -> 5'
cp "$work/out" "$work/dry"
ok apply --file "$work/plan" --dry-run --format json
json '?' 'applied plan' /applied false '/plan#' 13 /plan/0 'domain web'
is "state after a dry run" "$before" "$(state)"
ok apply "$work/plan" --dry-run -r
refused "read only access prevents" apply "$work/plan" -r
is "state after refusals" "$before" "$(state)"

ok apply "$work/plan"
says "$(cat "$work/dry")" '3 domains changed'
ok vcpucount web --live
wants 3
ok vcpumap db --kind online --live
holds 0,2-3
ok vcpumap db --kind online --config
holds 0,2-3
run diff web db --format json
json '/differences#' 1 /differences/0/what maximum

# ---- a second time there is nothing to do ----
after=$(state)
ok apply "$work/plan"
says 'domain web' \
    'needs restart: the running domain keeps its maximum of 4 until it is started again' 'Nothing to do'
ok -q apply "$work/plan"
wants_nothing
ok -r apply "$work/plan"
ok apply "$work/plan" --format json
json /applied false
is "state" "$after" "$(state)"
ok history db --format json
json '/revisions#' 2

# ---- one domain; standard input; nothing at all ----
printf 'domain db\r\n vcpus 4\r\n' >"$work/plan"
last=(apply - '<' plan)
rc=0
"$vcpuconf" apply - <"$work/plan" >"$work/out" 2>"$work/err" || rc=$?
is "status" 0 "$rc"
says 'domain db' 'live    plug vcpus 1' 'config  online 0,2-3 -> 0-3' '1 domain changed'
printf 'domain db\n vcpus 0\n' | "$vcpuconf" apply - 2>"$work/err"
grep -q '^error: standard input:2: ' "$work/err" || fail "no error said"
to '# nothing'
ok apply "$work/plan"
says 'Nothing to do'
ok apply /dev/null --dry-run
wants 'Nothing to do'

# ---- targets ----
to 'domain web' 'vcpus 2' 'target live'
ok apply "$work/plan"
ok vcpucount web --live
wants 2
ok vcpucount web --config
wants 3
to 'domain web' 'vcpus 4' 'target current'
ok apply "$work/plan"
ok vcpucount web --live
wants 4
ok vcpucount web --config
wants 3
to 'domain web' 'vcpus 8' 'target config'
ok apply "$work/plan"
ok vcpucount web --config
wants 8
to 'domain web' 'online 0-1,5' 'target config'
ok apply "$work/plan"
wants 'domain web' 'config  online 0-7 -> 0-1,5' '1 domain changed' ''
to 'domain web' 'online 0,3' 'target live'
ok apply "$work/plan"
wants 'domain web' 'live    unplug vcpus 1-2' '1 domain changed' ''
to 'domain web' 'vcpus 4' 'target live'
ok apply "$work/plan"
to 'domain web' 'vcpus 8' 'target config'
ok apply "$work/plan"
to 'domain "Mail server"' 'vcpus 1' 'target current'
ok apply "$work/plan"
holds 'config  vcpus 2 -> 1'
to 'domain Domain-0' 'pin 1 1'
ok apply "$work/plan"
holds 'live    vcpu 1 affinity 0-15 -> 1'
to 'domain Domain-0' 'unpin 1' 'target live'
ok apply "$work/plan"

# ---- refusals, each of everything ----
before=$(state)
# no TEXT LINE ...: a file that begins with a change that could be done.
no()
{
    local text=$1
    shift
    to 'domain db' 'pin 0 9' "$@"
    refused "$work/plan:$text" apply "$work/plan"
    refused "$work/plan:$text" apply "$work/plan" --dry-run
}
no "3: 'nonsense' is none of: domain, target, maximum, vcpus, online, pin, unpin" 'nonsense 1'
no "3: domain 'nobody': " 'domain nobody' 'vcpus 1'
no "3: domain '1': " 'domain 1' 'vcpus 1'
no "5: vcpus 9: the maximum in the definition of domain 'web' is 8" 'domain web' 'target config' 'vcpus 9'
no "4: vcpus 5: domain 'web' has a maximum of 4 until it is started again ('target config'" \
    'domain web' 'vcpus 5'
no "4: vCPU 4: domain 'web' has" 'domain web' 'pin 1,3-4 1'
no "4: vCPU 5: domain 'web' has" 'domain web' 'online 0-5'
no "3: domain 'Mail server': " 'domain "Mail server"' 'vcpus 1' 'target live'
no "3: domain 'Domain-0': " 'domain Domain-0' 'vcpus 1' 'target config'
no "3: domain 'db' was there before, in line 1" 'domain db' 'vcpus 1'
uuid=$("$vcpuconf" export db | sed -n 's/.*<uuid>\(.*\)<.*/\1/p')
no "3: domain '$uuid' was there before, in line 1" "domain $uuid" 'vcpus 1'
no "3: domain '$uuid': " "domain \"$uuid\"" 'vcpus 1'
refused "No such file" apply "$work/none"
to 'domain db' 'pin 0 99' 'target live'
refused "$work/plan:1: domain 'db': " apply "$work/plan"
to 'domain web' 'pin 0 1' 'domain db' 'pin 0 99' 'target live'
refused "domain 'db': cannot pin vcpu 0 to host CPUs 99" apply "$work/plan"
is "state after refusals" "$before" "$(state)"
head -c 5000000 /dev/zero | tr '\0' '#' >"$work/plan"
refused "is longer than 4194304 bytes" apply "$work/plan"

# CPUs of another host are accepted, and said to be.
to 'domain "Mail server"' 'pin 0 15-17'
run apply "$work/plan"
is "status" 0 "$rc"
grep -qxF "warning: $work/plan:2: this host has CPUs 0-15 only, not 16-17" "$work/err" || fail "no warning"

# ---- a failure half-way leaves all as it was ----
to 'domain web' 'vcpus 3' 'pin 0 7' 'domain db' 'online 0-5' 'pin 0-1 9' 'domain "Mail server"' 'vcpus 2'
before=$(state)
for fault in set_online:2:fail set_online:2:failafter set_affinity:2:fail set_affinity:3:failafter \
    set_online:2:timeout; do
    VCPUCONF_URI="$VCPUCONF_URI&fault=$fault" refused "domain 'db'" apply "$work/plan"
    is "state after $fault" "$before" "$(state)"
done
ok apply "$work/plan"
holds '3 domains changed'

# ---- lower and raise ----
to 'domain db' 'maximum 3' 'online 0,2' 'pin 2 8'
ok apply "$work/plan"
ok vcpucount db --maximum --config
wants 3
ok vcpumap db --kind online --live
holds 0,2
ok apply "$work/plan"
holds 'Nothing to do'
to 'domain db' 'target config' 'maximum 16' 'vcpus 16' 'pin 0-15 8-15'
ok apply "$work/plan"
ok vcpucount db --config
wants 16
ok destroy db
ok start db
ok diff db
# All of it in one revision each.
ok history db --format json
json '/revisions#' 6

# ---- many ----
for ((i = 0; i < 300; i++)); do
    domain "many$i" >"$work/many$i.xml"
    printf 'domain many%d\n vcpus 2\n pin 0-3 %d\n' $i $((i % 16))
done >"$work/plan"
ok -q import "$work"/many*.xml
ok apply "$work/plan"
holds '300 domains changed'
ok apply "$work/plan"
says 'Nothing to do'

finish
