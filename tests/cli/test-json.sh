#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What is common to all documents, and the commands whose own tests say nothing
# of them.
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"

uuid=6c1f0a52-93d4-4b0e-8a57-2f6d1e90c3b1
define web "<uuid>$uuid</uuid><vcpu current='2'>4</vcpu>"
ok start web
define db

# ---- list ----
ok list --all --format json
json '?' domains '/domains#' 3 '/domains/1?' 'id name persistent state uuid' /domains/0/name Domain-0 \
    /domains/0/persistent false /domains/1/id 1 /domains/1/uuid "$uuid" /domains/1/state running \
    /domains/1/persistent true /domains/2/name db /domains/2/id null /domains/2/state 'shut off'
ok list --inactive --transient --format=json
json '/domains#' 0
ok -q list --format json
json '/domains#' 2
ok list --format text
holds running
usage "excludes --name and --uuid" list --name --format json
usage "excludes --name and --uuid" list --uuid --format json
usage "is none of: text json" list --format JSON
usage "is none of: text json" list --format 'text json'
usage "is none of: text json" list --format ''
usage "is none of: text json" list --format js
usage "is given twice" list --format json --format json

# ---- vcpucount ----
ok vcpucount web --format json
json '?' 'config live name uuid' /name web '/config?' 'current maximum' /config/current 2 \
    /config/maximum 4 /live/current 2
ok vcpucount db --format json
json /live null /config/maximum 4
ok vcpucount Domain-0 --format json
json /config null
ok vcpucount web --live --maximum --format json
json '?' 'count name uuid' /count 4

# ---- diff ----
ok diff --format json
json '?' differences '/differences#' 0
ok setvcpus web 3 --live
ok setvcpus web 5 --maximum --config
run diff --format json
is "status of drift" 3 "$rc"
json '/differences#' 2 '/differences/0?' 'config live name reconciled uuid vcpu what' /differences/0/vcpu null \
    /differences/0/what maximum /differences/0/config 5 /differences/0/live 4 \
    /differences/0/reconciled 4 \
    /differences/1/vcpu 2 /differences/1/what state /differences/1/config offline \
    /differences/1/live online

# ---- dumpxml, plans ----
ok dumpxml web --inactive --format json
json '?' 'name uuid xml'
"$abs_top_builddir/tests/cli/jsonget" "$work/out" /xml >"$work/xml"
ok dumpxml web --inactive
echo >>"$work/out"
cmp -s "$work/out" "$work/xml" || fail "another document"
ok setvcpus web 1 --live --config --dry-run --format json
json '?' plan '/plan#' 2
usage "--format json needs --dry-run" setvcpus web 1 --format json

# ---- where a command fails there is no document ----
for command in "vcpucount" "vcpupin" "vcpuinfo" "vcpumap" "guestvcpus" "history" "dumpxml" "adopt"; do
    refused "nobody" "$command" nobody --format json
done
usage "no option --format" start web --format json
usage "no option --format" define x --format json

# ---- odd names ----
# Not one byte of a terminal's language, and the same text after reading.
long=$(printf 'x%.0s' {1..255})
names=('two words' "it's" '日本' $'e\u0301' $'abc\u202egnp' $'a\u200bb'
    $'\U0001f5a5' '\u0041' 'back\slash' 'quo"te' '%s%n' "$long")
for name in "${names[@]}"; do
    define "$name"
    ok list --inactive --format json
    last=("$name")
    found=no
    count=$("$abs_top_builddir/tests/cli/jsonget" "$work/out" '/domains#')
    for ((i = 0; i < count; i++)); do
        got=$("$abs_top_builddir/tests/cli/jsonget" "$work/out" "/domains/$i/name")
        [ "$got" != "$name" ] || found=yes
    done
    is "found in the list" yes $found
    for command in "vcpucount" "vcpupin" "vcpuinfo" "vcpumap" "history" "dumpxml"; do
        ok "$command" --format json -- "$name"
        json /name "$name"
    done
    ok undefine -- "$name"
    ok history --format json -- "$name"
    json /name "$name" /removed true
    ok history --removed
    LC_ALL=C grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$work/out" &&
        fail "control characters were printed"
    ok restore -- "$name"
    ok undefine -- "$name"
done
if command -v script >/dev/null; then
    define '日本'
    LC_ALL=C script -qec "'$vcpuconf' list --inactive --format json" /dev/null \
        </dev/null | tr -d '\r' >"$work/out"
    LC_ALL=C grep -qP '[\x80-\xff]' "$work/out" && fail "not ASCII for a terminal without UTF-8"
    ok list --inactive --format json
    json '/domains#' 2 /domains/1/name '日本'
else
    echo "not looked at: a terminal without UTF-8 (no script)"
fi

# Text of a document that would be a control.
define control $'<vcpu>4</vcpu><title>a\u009b31mb\u0085\u007f\u202e</title>'
ok dumpxml control --inactive --format json
"$abs_top_builddir/tests/cli/jsonget" "$work/out" /xml | grep -qF $'>a\u009b31mb\u0085\u007f\u202e<' ||
    fail "another text"
holds 'a\u009b31mb\u0085\u007f\u202e'

# Bytes that are not UTF-8, in the name of a file.
bad=$work/$'x\xff\e[31m\u009by.xml'
echo '<' >"$bad"
run import --format json "$bad"
is "status" 1 "$rc"
json '/refusals#' 1 /refusals/0/file "$work/"$'x\ufffd\e[31m\u009by.xml' /refused 1

finish
