#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# list, start, destroy, and the ways to name a domain.
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"

ok list
says ' Id   Name       State' '--------------------------' ' 0    Domain-0   running'

define web '<uuid>6c1f0a52-93d4-4b0e-8a57-2f6d1e90c3b1</uuid><vcpu>4</vcpu>'
define db
ok list
says ' Id   Name       State' '--------------------------' ' 0    Domain-0   running'
ok list --inactive
says ' Id   Name   State' '-----------------------' ' -    db     shut off' ' -    web    shut off'

# ---- start, destroy ----
ok start web
says "Domain 'web' started"
refused "already" start web
ok list
says ' Id   Name       State' '--------------------------' ' 0    Domain-0   running' \
    ' 1    web        running'
ok list --all
says ' Id   Name       State' '---------------------------' ' 0    Domain-0   running' \
    ' 1    web        running' ' -    db         shut off'
ok list --all --name
wants Domain-0 web db
ok list --uuid --all --name --persistent --inactive
[ "$(wc -l <"$work/out")" -eq 2 ] || fail "two lines"
holds '6c1f0a52-93d4-4b0e-8a57-2f6d1e90c3b1 web'
ok list --uuid --persistent
wants 6c1f0a52-93d4-4b0e-8a57-2f6d1e90c3b1
ok list --transient --name
wants Domain-0
refused "not running" destroy db
ok destroy web
says "Domain 'web' destroyed"
refused "not running" destroy web
refused "nobody" start nobody
refused "nobody" destroy nobody
ok list --name --persistent
wants_nothing

# ---- id, UUID, name ----
uuid=6c1f0a52-93d4-4b0e-8a57-2f6d1e90c3b1
ok start "$uuid"
ok list --name
wants Domain-0 web
ok destroy 2
says "Domain 'web' destroyed"
ok start "${uuid^^}"
ok destroy "${uuid//-/}"
for word in 4 -1 00 99999999999999999999 "${uuid%1}2" '' ' web' WEB; do
    refused "" vcpucount -- "$word"
done

# Names that look like ids and UUIDs. An id comes first, then the UUID, then
# the name, as in virsh; an id has no leading zeros.
define 4 '<vcpu>7</vcpu>'
define 004 '<vcpu>8</vcpu>'
define 99999999999999999999 '<vcpu>9</vcpu>'
define "${uuid//-/}" '<vcpu>10</vcpu>'
define aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa '<vcpu>11</vcpu>'
ok vcpucount 4 --maximum
wants 7
ok vcpucount 004 --maximum
wants 8
ok vcpucount 99999999999999999999 --maximum
wants 9
ok vcpucount aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa --maximum
wants 11
ok vcpucount "${uuid//-/}" --maximum
wants 4
ok start web
ok list --name
wants Domain-0 web
ok vcpucount 4 --maximum # now an id
wants 4
ok vcpucount 004 --maximum
wants 8
ok destroy 4
says "Domain 'web' destroyed"
ok vcpucount 4 --maximum
wants 7

usage "no option --state" list --state
usage "needs a <domain>" destroy

finish
