# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# dom0 is a domain like others: it can be pinned, defined, and lose and get back
# a vCPU.

. /lab/libvc.sh

cpus_here=/sys/devices/system/cpu/online

begin "dom0 is pinned live, by name and by number"
ok vcpupin Domain-0 1 3 --live
xl_shows 0 '0:all 1:3'
ok vcpupin 0 1 r
xl_shows 0 '0:all 1:all'

begin "dom0 has no config before it is defined"
refused 'transient domains do not have any persistent config' vcpupin Domain-0 0 1 --config

begin "dom0 is defined and reconciled"
ok define $data/dom0.xml
ok list --persistent
holds 'Domain-0 running'
differs Domain-0
ok reconcile --all
xl_shows 0 '0:0-1 1:2-3'
ok diff

begin "a vCPU of dom0 goes and comes back"
ok setvcpus Domain-0 1 --live
xl_shows 0 '0:0-1 1-:2-3'
is "the CPUs of dom0's kernel" 0 "$(cat $cpus_here)"
ok vcpucount Domain-0
holds 'current config 2' 'current live 1'
ok setvcpus Domain-0 2 --live
xl_shows 0 '0:0-1 1:2-3'
is "the CPUs of dom0's kernel" 0-1 "$(cat $cpus_here)"

begin "both halves of dom0 change together"
ok setvcpu Domain-0 1 --disable --live --config
xl_shows 0 '0:0-1 1-:2-3'
stored Domain-0 '1 of 2, 0:0-1 1:2-3'
ok setvcpus Domain-0 2 --live --config
xl_shows 0 '0:0-1 1:2-3'
stored Domain-0 '2 of 2, 0:0-1 1:2-3'

begin "dom0 keeps its first vCPU"
refused "vcpu 0 can't be" setvcpu Domain-0 0 --disable
refused 'requested vcpus' setvcpus Domain-0 3

begin "dom0 is not started or ended"
refused 'Domain-0' destroy Domain-0
ok vcpupin Domain-0 0 r
ok vcpupin Domain-0 1 r
xl_shows 0 '0:all 1:all'

finish
