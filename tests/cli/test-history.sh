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
rows "restore revision 1: vcpus 3 -> 4; pin vcpu 0: 1 -> none" "pin vcpu 0: none -> 1" \
    "vcpus 4 -> 3" define
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
usage "needs a <domain>, --removed or --keep" history
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
    rows undefine "restore revision 1: vcpus 3 -> 4; pin vcpu 0: 1 -> none" \
        "restore revision 3: vcpus 4 -> 3; pin vcpu 0: none -> 1" \
        "restore revision 1: vcpus 3 -> 4; pin vcpu 0: 1 -> none" "pin vcpu 0: none -> 1" "vcpus 4 -> 3" define
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

# ---- what each operation says ----
file=$work/says.xml
domain says "<uuid>${uuid%1}5</uuid><vcpu cpuset='0-7' current='2'>4</vcpu>" >"$file"
ok import "$file"
sed -i 's/current=.2./current="3"/; s/0-7/0-3/' "$file"
ok import "$file"
sed -i 's/<memory>1/<memory>2/' "$file"
ok define "$file"
sed -i 's/>4<.vcpu>/>6<\/vcpu>/' "$file"
ok define "$file"
ok define "$file" # the same: no revision
ok vcpupin says 2 4-7 --config
ok vcpupin says 2 0-3 --config
ok vcpupin says 2 0-3 --config
ok vcpupin says 2 --unpin --config
ok setvcpus says 8 --maximum --config
ok setvcpus says 1 --config
ok setvcpu says 3 --enable --config
printf 'domain says\n online 0,2\n pin 0,2 1\n' >"$work/file"
ok apply "$work/file"
ok start says
ok setvcpus says 4 --live
ok adopt says
ok adopt says
ok setvcpus says 5 --live --config
ok destroy says
ok undefine says
ok restore says
ok history says
rows "restore revision 13" undefine "vcpus 4 -> 5" \
    "adopt: online 0,2 -> 0-3" \
    "online 0,3 -> 0,2; pin vcpu 0: none -> 1; pin vcpu 2: none -> 1" "online 0 -> 0,3" \
    "vcpus 3 -> 1" "maximum 6 -> 8" "pin vcpu 2: 0-3 -> none" "pin vcpu 2: 4-7 -> 0-3" \
    "pin vcpu 2: none -> 4-7" "define: maximum 4 -> 6" define \
    "import: vcpus 2 -> 3; cpuset 0-7 -> 0-3" import

# ---- how much is kept ----
usage "about all definitions" history says --keep 3
usage "is not a number" history --keep -1
usage "is not a number" history --keep 4294967296
usage "prints no document" history --keep 3 --format json
refused "" -r history --keep 3
ok info
holds "Kept:           last 100 revisions of each definition"
ok history --keep 3
says "3 revisions of each definition are kept"
ok history says -q
is "lines" 3 "$(wc -l <"$work/out")"
is "newest" 15 "$(awk 'NR == 1 { print $1 }' "$work/out")"
refused "there is no revision 12" restore says 12
refused "there is no revision 12" dumpxml says --revision 12
ok restore says 13
ok setvcpus says 3 --config
ok history says -q
is "lines" 3 "$(wc -l <"$work/out")"
ok history --keep 1
says "1 revision of each definition is kept"
ok undefine says
ok history --removed --keep 1
says "1 removed definition is kept"
ok history --removed -q
is "removed" says "$(awk '{ print $1 }' "$work/out")"
refused "" history "$uuid"
ok restore says
ok vcpucount says --active --config
wants 3
ok check
ok history --keep=0
says "All revisions of each definition are kept"
ok -q history --removed --keep 0
wants_nothing
ok info --format json
json /store/keep_revisions 0 /store/keep_removed 0
ok setvcpus says 5 --config
ok setvcpus says 4 --config
ok history says -q
is "lines" 3 "$(wc -l <"$work/out")"
ok check

finish
