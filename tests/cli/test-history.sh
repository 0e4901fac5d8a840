#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# history, restore, dumpxml --revision; also of definitions that were removed.
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"

uuid=6c1f0a52-93d4-4b0e-8a57-2f6d1e90c3b1
define web "<uuid>$uuid</uuid><vcpu>4</vcpu>"
cp "$work/domain.xml" "$work/first.xml"
ok setvcpus web 3 --config
ok vcpupin web 0 1 --config
export TZ=UTC

# rows OPERATION ...: the table has these revisions, newest first.
rows()
{
    local n=$# head=('Revision' 'Time' 'Operation') got
    is "head" "${head[*]}" "$(sed -n '1s/ \{1,\}/ /gp' "$work/out" | sed 's/^ //; s/ $//')"
    got=$(sed '1,2d; /^$/d' "$work/out" | while read -r number time what; do
        [[ $time =~ ^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\+00:00$ ]] || echo "time '$time'"
        echo "$number $what"
    done)
    is "revisions" "$(while [ $# -gt 0 ]; do echo "$n $1"; n=$((n - 1)); shift; done)" "$got"
}

# ---- one that is there ----
ok history web
rows "pin vcpu 0: none -> 1" "vcpus 4 -> 3" define
ok -q history --domain "$uuid"
is "lines" 3 "$(wc -l <"$work/out")"
TZ=XYZ-3:30 ok -q history web
grep -q '+03:30 ' "$work/out" || fail "not in local time"
ok history web --format json
json '?' 'name removed revisions uuid' /name web /uuid "$uuid" /removed false '/revisions#' 3 \
    '/revisions/0?' 'operation removed revision time time_us' /revisions/0/revision 3 \
    /revisions/1/operation 'vcpus 4 -> 3' /revisions/2/removed false
"$abs_top_builddir/tests/cli/jsonget" "$work/out" /revisions/0/time |
    grep -qE '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6}Z$' || fail "not a time"
ok dumpxml web --revision 1
cmp -s "$work/out" "$work/first.xml" || fail "not the document of revision 1"
ok dumpxml web --revision=2 --format json
json '?' 'name revision uuid xml' /revision 2
refused "4" dumpxml web --revision 4
refused "0" dumpxml web --revision 0
usage "--revision excludes" dumpxml web --revision 1 --inactive
usage "is not a number" dumpxml web --revision x
ok restore web 1
says "Domain 'web' restored from revision 1"
ok dumpxml web
cmp -s "$work/out" "$work/first.xml" || fail "not restored"
ok history web
rows "restore revision 1" "pin vcpu 0: none -> 1" "vcpus 4 -> 3" define
ok restore --domain web --revision 3
ok vcpucount web
holds "current      config         3"

# A running domain is not touched.
ok start web
ok -q restore web 1
wants_nothing
ok vcpucount web --live
wants 3
ok destroy web

before=$(state)
refused "say which revision" restore web
refused "" restore web 0
refused "" restore web 99
refused "" restore web 4294967295
usage "is not a number" restore web 4294967296
refused "nobody" restore nobody
refused "nobody" history nobody
refused "" -r restore web 1
refused "domain 'Domain-0' never had a definition" history Domain-0
refused "domain 'Domain-0' never had a definition" restore Domain-0 1
usage "needs a <domain> or --removed" history
usage "either a domain or --removed" history web --removed
is "state after refusals" "$before" "$(state)"

# ---- one that was removed ----
ok history --removed --format json
json '?' removed '/removed#' 0
ok undefine web
ok history --removed
is "head" " Name UUID Revision Removed" "$(sed -n '1s/ \{1,\}/ /gp' "$work/out" | sed 's/ $//')"
sed -n 3p "$work/out" | grep -qE "^ web +$uuid +7 +20.*\+00:00$" || fail "no such row"
ok history --removed --format json
json '/removed#' 1 '/removed/0?' 'name revision time time_us uuid' /removed/0/name web \
    /removed/0/uuid "$uuid" /removed/0/revision 7
for word in web "$uuid" "${uuid^^}" "${uuid//-/}"; do
    ok history "$word"
    rows undefine "restore revision 1" "restore revision 3" "restore revision 1" \
        "pin vcpu 0: none -> 1" "vcpus 4 -> 3" define
done
ok history web --format json
json /name web /removed true '/revisions#' 7 /revisions/0/removed true
ok dumpxml web --revision 1
cmp -s "$work/out" "$work/first.xml" || fail "not the document of revision 1"
refused "revisions count from 1" restore web 0
refused "7" restore web 7
refused "web" dumpxml web
refused "" -r restore web
refused "" history "${uuid%1}2"
ok restore web
says "Domain 'web' restored as it was last"
ok dumpxml web
cmp -s "$work/out" "$work/first.xml" || fail "not restored"
ok undefine web
ok restore "${uuid^^}" 2
says "Domain 'web' restored from revision 2"
ok vcpucount web --active
wants 3
ok history --removed -q
wants_nothing

# A domain that runs on without its definition is found as a domain.
ok start web
ok undefine web
ok history web
holds undefine
ok restore web
ok vcpucount web --config
wants 3
ok destroy web

# Two of one name, removed: only the UUID tells them apart.
ok undefine web
define web "<uuid>${uuid%1}2</uuid><vcpu>7</vcpu>"
ok undefine web
refused "2 definitions named 'web' were removed" history web
refused "2 definitions named 'web' were removed" restore web
ok restore "${uuid%1}2"
ok vcpucount web --maximum
wants 7
ok history web
rows "restore revision 1" undefine define

# A restore that would take another's name.
refused "web" restore "$uuid"
ok history --removed --format json
json '/removed#' 1

finish
