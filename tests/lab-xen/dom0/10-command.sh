# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# Counts and pins of running guests, by the command; after each change xl is
# asked what Xen does, and the Linux guest which CPUs it has.

. /lab/libvc.sh

uuid=7b3a5a52-93d4-4b0e-8a57-2f6d1e90c3b1

begin "guests are started by xl"
must start_linux web 4 2 "uuid=\"$uuid\""
must start_tiny db 2 1

begin "without a URI, Xen is found"
last=uri rc=0
is "the URI" xen:///system "$(unset VCPUCONF_URI && vcpuconf uri)"

begin "the host is shown as it is"
ok nodeinfo
holds "CPU(s): 4" "NUMA cell(s): 2" "CPU socket(s): 1" "Core(s) per socket: 2"
ok info
holds "Hypervisor: Xen"

begin "guests are listed with their numbers, definitions without"
ok define $data/web.xml
ok list
holds " 0 Domain-0 running" " $(xl domid web) web running" " $(xl domid db) db running"
ok list --persistent
holds web
grep -q db "$scratch/out" && wrong "db has no definition"

begin "counts are those of Xen and of the definition"
ok setvcpus web 3 --config
ok vcpucount web
holds "maximum config 4" "maximum live 4" "current config 3" "current live 2"
stored web '3 of 4, 0:0-1 1:2'
xl_shows web '0:all 1:all 2-:all 3-:all'

begin "times, states and CPUs come from Xen"
ok vcpuinfo web --pretty
holds 'VCPU: 3' 'State: offline' 'CPU: N/A' 'CPU Affinity: 0-3'
is "vCPUs of web" 4 "$(grep -c ^VCPU: "$scratch/out")"
is "vCPUs offline" 2 "$(grep -c offline "$scratch/out")"
awk '$1 == "CPU" && $2 == "time:" { n++; if (n == 1 && $3 + 0 <= 0) exit 1 }' \
    "$scratch/out" || wrong "vCPU 0 has used no time"
ok vcpulist web db
holds 'web' 'db' '--p'

begin "a live pin is Xen's at once and not in the definition"
ok vcpupin web 1 3 --live
xl_shows web '0:all 1:3 2-:all 3-:all'
stored web '3 of 4, 0:0-1 1:2'

begin "a pin of the definition leaves the guest alone"
ok vcpupin web 2 0,2 --config
xl_shows web '0:all 1:3 2-:all 3-:all'
stored web '3 of 4, 0:0-1 1:2 2:0,2'

begin "a pin of both is in both"
ok vcpupin web 0 1-2 --live --config
xl_shows web '0:1-2 1:3 2-:all 3-:all'
stored web '3 of 4, 0:1-2 1:2 2:0,2'

begin "without a word, a running guest's live half is meant"
ok vcpupin web 0 0
xl_shows web '0:0 1:3 2-:all 3-:all'
stored web '3 of 4, 0:1-2 1:2 2:0,2'

begin "soft affinity is left alone"
must xl vcpu-pin web 1 all 0-1
ok vcpupin web 1 0-2 --live
xl_shows web '0:0 1:0-2/0-1 2-:all 3-:all'
must xl vcpu-pin web 1 3 all
xl_shows web '0:0 1:3 2-:all 3-:all'

begin "a vCPU is pinned while it is offline, and stays so when it comes"
ok vcpupin web 2 1 --live
xl_shows web '0:0 1:3 2-:1 3-:all'
ok setvcpus web 3 --live
xl_shows web '0:0 1:3 2:1 3-:all'
guest_shows web 0-2

begin "a count of both is in both"
ok setvcpus web 4 --live --config
xl_shows web '0:0 1:3 2:1 3:all'
stored web '4 of 4, 0:1-2 1:2 2:0,2'
guest_shows web 0-3

begin "a set with holes is plugged as it is asked"
ok setvcpu web 1,3 --disable --live
xl_shows web '0:0 1-:3 2:1 3-:all'
guest_shows web 0,2
ok vcpumap web
holds 'online : 0,2' 'offline : 1,3' 'possible : 0-3'
ok setvcpus web 3 --live
xl_shows web '0:0 1:3 2:1 3-:all'

begin "a set with holes goes into both"
ok setvcpu web 1 --disable --live --config
xl_shows web '0:0 1-:3 2:1 3-:all'
ok vcpumap web --config
holds 'online : 0,2-3'
ok setvcpu web 1,3 --enable --live --config
xl_shows web '0:0 1:3 2:1 3:all'

begin "one vCPU is left when one is asked for"
ok setvcpus web 1 --live
xl_shows web '0:0 1-:3 2-:1 3-:all'
guest_shows web 0
ok setvcpus web 2 --live
xl_shows web '0:0 1:3 2-:1 3-:all'

begin "what can't be is refused before anything is touched"
refused 'requested vcpus is greater than max allowable vcpus for the live domain: 5 > 4' \
    setvcpus web 5 --live
refused "vcpu 0 can't be" setvcpu web 0 --disable --live
refused 'vcpu 4 is out of range of live cpu count 4' vcpupin web 4 0 --live
refused 'online: 0-3' vcpupin web 0 4-7 --live --config
refused "maximum vcpu count of a live domain can't be modified" \
    setvcpus web 4 --maximum --live --config
xl_shows web '0:0 1:3 2-:1 3-:all'
stored web '4 of 4, 0:1-2 1:2 2:0,2'

begin "a guest without a definition has no config"
refused 'transient domains do not have any persistent config' vcpupin db 0 1 --config
refused 'transient domains do not have any persistent config' \
    setvcpus db 2 --live --config
ok setvcpus db 2
ok vcpupin db 1 1
xl_shows db '0:all 1:1'

begin "a dry run touches nothing"
ok setvcpus web 4 --live --config --dry-run
ok vcpupin web 1 0 --live --dry-run
xl_shows web '0:0 1:3 2-:1 3-:all'

begin "dumpxml shows the guest as it runs, export what is stored"
ok dumpxml web
holds "<vcpu placement='static' current='2'>4</vcpu>" "<vcpupin vcpu='1' cpuset='3'/>"
ok export web
holds "<vcpupin vcpu='1' cpuset='2'/>"

end_guest web
end_guest db
finish
