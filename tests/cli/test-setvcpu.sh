#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# setvcpu, vcpumap, guestvcpus.
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"

define web "<vcpu current='2'>6</vcpu>"

# sets ONLINE OFFLINE ONLINABLE OFFLINABLE: vcpumap of web's definition.
sets()
{
    ok vcpumap web --config
    says "online         : $1" "offline        : $2" "onlinable      : $3" \
        "offlinable     : $4" "possible       : 0-5"
}

# ---- a domain that does not run ----
sets 0-1 2-5 2-5 1
ok setvcpu web 4,5 --enable
wants_nothing
sets 0-1,4-5 2-3 2-3 1,4-5
ok setvcpu --domain web --vcpulist 1,4 --disable --config
ok vcpumap web --kind online
wants 0,5
ok vcpumap web --kind=offline --config
wants 1-4
ok setvcpu web 5 --disable --current
ok vcpumap web --kind offlinable
wants ''
ok vcpucount web --config
wants 1

before=$(state)
usage "either --enable or --disable" setvcpu web 1
usage "either --enable or --disable" setvcpu web 1 --enable --disable
usage "needs a <vcpulist>" setvcpu web --enable
usage "exclude each other" setvcpu web 1 --enable --live --current
usage "--format json needs --dry-run" setvcpu web 1 --enable --format json
usage "'xml' is none of: text json" setvcpu web 1 --enable --format xml
for list in '' x 1-2-3 6 99999999999 ' ' -1 0x1 '1;2'; do
    refused "" setvcpu web --enable --vcpulist="$list"
done
refused "" setvcpu web 0 --disable
refused "" setvcpu web 0-1 --disable
refused "not running" setvcpu web 1 --enable --live
refused "not running" vcpumap web --live
refused "nobody" setvcpu nobody 1 --enable
refused "" -r setvcpu web 1 --enable --config
usage "kind 'all' is none of: online" vcpumap web --kind all
usage "exclude each other" vcpumap web --config --current
refused "not running" vcpumap web --kind agent-online
refused "nobody" vcpumap nobody
is "state after refusals" "$before" "$(state)"

# ---- one that runs ----
ok start web
ok setvcpu web 3 --enable --live --config --dry-run
wants "live    plug vcpus 3" "config  online 0 -> 0,3"
ok setvcpu web 3 --enable --live --dry-run --format json
json '?' plan '/plan#' 1 /plan/0 "live    plug vcpus 3"
ok setvcpu web 0 --enable --live --config --dry-run
wants "Nothing to do"
ok setvcpu web 0 --enable --live --dry-run --format json
json '/plan#' 0
is "state after plans" 1 "$("$vcpuconf" vcpucount web --live)"
ok setvcpu web 3 --enable
ok vcpumap web --kind online
wants 0,3
ok vcpumap web --kind online --config
wants 0
ok setvcpu web 2,5 --enable --live --config
ok vcpumap web --live --kind online
wants 0,2-3,5
ok vcpumap web --kind online --config
wants 0,2,5
before=$(state)
refused "" setvcpu web 2,6 --disable --live --config
refused "" vcpumap web --live --config
is "state after refusals" "$before" "$(state)"

# ---- documents ----
ok vcpumap web --format json
json '?' 'maps maximum name uuid' /name web /maximum 6 '/maps?' \
    'offlinable offline onlinable online possible' /maps/online 0,2-3,5 /maps/possible 0-5
ok vcpumap web --kind offline --format json --config
json '/maps?' offline /maps/offline 1,3-4

# ---- inside the guest ----
ok guestvcpus web
says 'vcpus          : 0,2-3,5' 'online         : 0,2-3,5' 'offlinable     : 2-3,5'
ok guestvcpus web --cpulist 3,5 --disable
wants_nothing
ok guestvcpus web
says 'vcpus          : 0,2-3,5' 'online         : 0,2' 'offlinable     : 2'
ok vcpumap web --kind agent-offline
wants 3,5
ok vcpucount web --guest
wants 2
ok guestvcpus web --enable --cpulist 3
ok guestvcpus web --format json
json '?' 'name offlinable online uuid vcpus' /name web /vcpus 0,2-3,5 /online 0,2-3 \
    /offlinable 2-3
before=$(state)
usage "either --enable or --disable" guestvcpus web --enable --disable --cpulist 3
usage "--enable needs --cpulist" guestvcpus web --enable
usage "--disable needs --cpulist" guestvcpus web --disable
usage "--cpulist needs --enable or --disable" guestvcpus web --cpulist 3
usage "--format json excludes" guestvcpus web --enable --cpulist 3 --format json
refused "" guestvcpus web --disable --cpulist 0
refused "" guestvcpus web --disable --cpulist 9
refused "nobody" guestvcpus nobody
refused "" -r guestvcpus web --disable --cpulist 3
refused "" -c "$VCPUCONF_URI&agent=no" guestvcpus web
ok destroy web
refused "not running" guestvcpus web
refused "not running" guestvcpus web --disable --cpulist 3

finish
