#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# setvcpus and vcpucount.
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"

define web "<vcpu current='2'>4</vcpu>"

# counts ROW ...: the bare table.
counts()
{
    local row rows=()
    for row in "$@"; do
        # shellcheck disable=SC2086
        rows+=("$(printf '%-12s %-12s %3d' $row)")
    done
    ok vcpucount web
    says "${rows[@]}"
}

# ---- a domain that does not run ----
counts 'maximum config 4' 'current config 2'
ok setvcpus web 3
wants_nothing
counts 'maximum config 4' 'current config 3'
ok setvcpus web 2 --current
ok setvcpus web 4 --config
ok vcpucount web --config
wants 4
ok vcpucount web --active --config
wants 4
ok vcpucount web --maximum
wants 4
ok vcpucount web --active
wants 4
ok vcpucount web --current
wants 4
ok setvcpus web 6 --maximum --config
counts 'maximum config 6' 'current config 4'
before=$(state)
refused "not running" setvcpus web 2 --live
refused "not running" setvcpus web 2 --live --config
refused "not running" vcpucount web --live
refused "7 > 6" setvcpus web 7
refused "" setvcpus web 0
refused "" setvcpus web 4294967295 --config
refused "" setvcpus web 16385 --config --maximum
refused "" setvcpus web 2 --maximum
refused "" setvcpus web 2 --guest --config
refused "nobody" setvcpus nobody 2
is "state after refusals" "$before" "$(state)"

# ---- one that runs ----
ok start web
counts 'maximum config 6' 'maximum live 6' 'current config 4' 'current live 4'
ok setvcpus web 2
counts 'maximum config 6' 'maximum live 6' 'current config 4' 'current live 2'
ok setvcpus web 3 --live
ok vcpucount web --live
wants 3
ok vcpucount web --live --maximum
wants 6
ok vcpucount web --current
wants 3
ok setvcpus --domain web --count 5 --live --config
counts 'maximum config 6' 'maximum live 6' 'current config 5' 'current live 5'
ok setvcpus web 8 --config --maximum
counts 'maximum config 8' 'maximum live 6' 'current config 5' 'current live 5'
ok setvcpus web 6 --live --config --hotpluggable
before=$(state)
refused "7 > 6" setvcpus web 7 --live --config
refused "9 > 8" setvcpus web 9 --config
refused "" setvcpus web 8 --live --maximum
refused "" setvcpus web 8 --live --config --maximum
refused "" vcpucount web --live --config
is "state after refusals" "$before" "$(state)"

# ---- plans ----
ok setvcpus web 4 --live --config --dry-run
holds "live    " "config  "
is "lines" 2 "$(wc -l <"$work/out")"
ok setvcpus web 4 --config --dry-run
is "lines" 1 "$(wc -l <"$work/out")"
ok setvcpus web 6 --live --dry-run
wants "Nothing to do"
ok -q setvcpus web 6 --live --dry-run
wants_nothing
ok setvcpus web 2 --maximum --config --dry-run
holds "maximum 8 -> 2"
refused "7 > 6" setvcpus web 7 --live --dry-run
refused "" setvcpus web 2 --maximum --dry-run
is "state after plans" "$before" "$(state)"

# ---- without a definition ----
ok undefine web
counts 'maximum live 6' 'current live 6'
refused "transient" setvcpus web 2 --config
refused "transient" setvcpus web 2 --live --config
refused "transient" vcpucount web --config
ok setvcpus web 2
ok vcpucount web --active
wants 2

# ---- the guest's agent ----
ok setvcpus web 5 --live
ok vcpucount web --guest
wants 5
ok setvcpus web 3 --guest
ok vcpucount web --guest
wants 3
ok vcpucount web --live
wants 5
ok setvcpus web 4 --guest --dry-run
wants "live    guest: online vcpus 3"
before=$(state)
refused "" setvcpus web 6 --guest
refused "" -c "$VCPUCONF_URI&agent=no" setvcpus web 2 --guest
refused "" -c "$VCPUCONF_URI&agent=no" vcpucount web --guest
is "state after refusals" "$before" "$(state)"

finish
