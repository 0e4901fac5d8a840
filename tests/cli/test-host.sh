#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# nodeinfo, maxvcpus, uri, and the document of version.
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"

ok nodeinfo
says 'CPU model:           Simulated CPU' 'CPU(s):              16' \
    'CPU frequency:       2000 MHz' 'CPU socket(s):       1' 'Core(s) per socket:  8' \
    'Thread(s) per core:  1' 'NUMA cell(s):        2' 'Memory size:         16777216 KiB'
ok nodeinfo --format json
json '?' 'cores cpus cpus_online cpus_present memory_kib mhz model nodes sockets threads' \
    /model 'Simulated CPU' /cpus 16 /cpus_present 16 /cpus_online 0-15 /mhz 2000 /nodes 2 \
    /sockets 1 /cores 8 /threads 1 /memory_kib 16777216
ok -c 'test:///default?cpus=10&offline=3,9' nodeinfo --format json
json /cpus 8 /cpus_present 10 /cpus_online 0-2,4-8
ok -q nodeinfo
is "lines" 8 "$(wc -l <"$work/out")"
usage "unexpected argument" nodeinfo x

ok maxvcpus
wants 16384
ok maxvcpus kvm
wants 16384
ok maxvcpus --type kvm --format json
json '?' maximum /maximum 16384

ok uri
wants "$VCPUCONF_URI"
ok uri -c test:///default
wants test:///default
ok uri --format json
json '?' uri /uri "$VCPUCONF_URI"

ok version --format json
json '?' 'command drivers library' /drivers/0 test
is "version" "$("$vcpuconf" -v)" "$("$abs_top_builddir/tests/cli/jsonget" "$work/out" /command)"

finish
