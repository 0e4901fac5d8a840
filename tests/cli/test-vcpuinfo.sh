#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# vcpuinfo, and the documents of vcpulist and vcpupin.
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"

define web "<vcpu current='2'>3</vcpu>
  <cputune><vcpupin vcpu='1' cpuset='4-5'/><vcpupin vcpu='2' cpuset='3,99'/></cputune>"

# times_hidden: the host's clock goes on.
times_hidden()
{
    sed -i 's/^CPU time:       [0-9]*\.[0-9]s$/CPU time:       Ts/' "$work/out"
}

# ---- a domain that does not run: what is defined ----
block=('CPU:            N/A' 'State:          N/A' 'CPU time:       N/A')
ok vcpuinfo web
says 'VCPU:           0' "${block[@]}" 'CPU Affinity:   yyyyyyyyyyyyyyyy' '' \
    'VCPU:           1' "${block[@]}" 'CPU Affinity:   ----yy----------' '' \
    'VCPU:           2' "${block[0]}" 'State:          offline' "${block[2]}" \
    'CPU Affinity:   ---y------------'
ok -q vcpuinfo web --pretty
is "affinities" "CPU Affinity:   0-15 (out of 16)
CPU Affinity:   4-5 (out of 16)
CPU Affinity:   3,99 (out of 16)" "$(grep Affinity "$work/out")"
ok vcpuinfo web --format json
json '?' 'id name uuid vcpus' /name web /id null '/vcpus#' 3 \
    '/vcpus/0?' 'any_cpu cpu cpus state time_ns vcpu' /vcpus/0/any_cpu true \
    /vcpus/0/state null /vcpus/0/time_ns null /vcpus/0/cpus 0-15 /vcpus/1/cpu null \
    /vcpus/1/any_cpu false /vcpus/2/vcpu 2 /vcpus/2/state offline /vcpus/2/cpus 3,99
ok vcpuinfo -r web
refused "nobody" vcpuinfo nobody
usage "unexpected argument" vcpuinfo web 0

# ---- one that runs ----
ok start web
ok vcpuinfo web
times_hidden
sed -i 's/^\(State:          \)\(running\|blocked\)$/\1R/; s/^\(CPU:            \)4$/\15/' "$work/out"
says 'VCPU:           0' 'CPU:            0' 'State:          R' 'CPU time:       Ts' \
    'CPU Affinity:   yyyyyyyyyyyyyyyy' '' \
    'VCPU:           1' 'CPU:            5' 'State:          R' 'CPU time:       Ts' \
    'CPU Affinity:   ----yy----------' '' \
    'VCPU:           2' 'CPU:            N/A' 'State:          offline' 'CPU time:       Ts' \
    'CPU Affinity:   ---y------------'
ok vcpuinfo web --pretty
holds 'CPU Affinity:   4-5 (out of 16)'
ok vcpuinfo 1 --format json
json /id 1 '/vcpus#' 3 /vcpus/0/cpu 0 /vcpus/1/cpus 4-5 /vcpus/1/any_cpu false \
    /vcpus/2/cpu null /vcpus/2/state offline /vcpus/2/time_ns 0
"$abs_top_builddir/tests/cli/jsonget" "$work/out" /vcpus/0/time_ns | grep -qE '^[0-9]+$' ||
    fail "a time is not a whole number"
ok vcpuinfo Domain-0

# ---- vcpulist, vcpupin ----
ok vcpulist --format json
json '?' domains '/domains#' 2 '/domains/1?' 'id name uuid vcpus' /domains/1/name web \
    /domains/1/id 1 '/domains/1/vcpus#' 3 '/domains/1/vcpus/0?' \
    'any_cpu cpu cpus state time_ns vcpu' /domains/1/vcpus/2/state offline
define db
run vcpulist db web --format json
is "status where one does not run" 1 "$rc"
json '/domains#' 1 /domains/0/name web
grep -qF 'error: db: ' "$work/err" || fail "no error said"
ok vcpupin web --format json
json '?' 'name uuid vcpus' '/vcpus#' 3 '/vcpus/0?' 'cpus vcpu' /vcpus/1/cpus 4-5 /vcpus/2/vcpu 2
ok vcpupin web 2 --config --format json
json '/vcpus#' 1 /vcpus/0/vcpu 2 /vcpus/0/cpus 3,99
refused "out of range" vcpupin web 3 --format json
usage "--format json needs --dry-run" vcpupin web 0 1 --format json
usage "--format json needs --dry-run" vcpupin web 0 --unpin --format json
ok vcpupin web 0 1 --config --dry-run --format json
json '?' plan '/plan#' 1 /plan/0 "config  pin vcpu 0: none -> 1"

finish
