# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# Trouble around guests: host CPUs that go away, pools, guests that pause or
# end, callers that may not.

. /lab/libvc.sh

cpu_is()
{
    wait_for 20 xen-hptool "cpu-$1" "$2"
}

# Of the guest's first vCPU.
runs_on()
{
    xl vcpu-list web | awk -v cpu="$1" '$3 == 0 { exit $4 != cpu }'
}

begin "a host CPU goes offline"
must start_tiny web 4 2
ok define $data/web.xml
ok reconcile web
xl_shows web '0:0-1 1:2 2-:all 3-:all'
must cpu_is offline 3
ok nodeinfo
holds 'CPU(s): 3'

begin "a set with an offline CPU means the others"
ok vcpupin web 0 2-3 --live
xl_shows web '0:2-3 1:2 2-:all 3-:all'
wait_for 10 runs_on 2 || wrong "vCPU 0 does not run on CPU 2"
differs web
holds ' web 0 affinity 0-1 2-3'

begin "a set of offline CPUs only is refused before anything is touched"
refused 'online: 0-2' vcpupin web 1 3 --live
refused 'online: 0-2' vcpupin web 1 3 --live --config
xl_shows web '0:2-3 1:2 2-:all 3-:all'
stored web '2 of 4, 0:0-1 1:2'

begin "the host CPU comes back"
must cpu_is online 3
ok nodeinfo
holds 'CPU(s): 4'
xl_shows web '0:2-3 1:2 2-:all 3-:all'
ok vcpupin web 0 3 --live
xl_shows web '0:3 1:2 2-:all 3-:all'
ok vcpupin web 0 r
ok vcpupin web 1 r

begin "a pool limits the CPUs of its guests"
cat >"$scratch/pool" <<'END'
name="small"
sched="credit2"
cpus="3"
END
must wait_for 20 xl cpupool-cpu-remove Pool-0 3
must xl cpupool-create "$scratch/pool" >/dev/null
must xl cpupool-migrate web small
ok vcpupin web 0 2-3 --live
wait_for 10 runs_on 3 || wrong "vCPU 0 does not run on CPU 3"
refused 'online: 3' vcpupin web 1 0-2 --live
must xl cpupool-migrate web Pool-0
must xl cpupool-destroy small
must xl cpupool-cpu-add Pool-0 3
refused 'online: 0-3' vcpupin web 1 4 --live
ok vcpupin web 0 0-3 --live

begin "a paused guest does not follow: neither half changes"
must xl pause web
limit=10
run setvcpus web 3 --live --config -c "$VCPUCONF_URI&timeout=1"
is "the exit status" 1 $rc
grep -q 'did not get online within 1000 ms' "$scratch/err" || wrong "other words"
limit=20
must xl unpause web
xl_shows web '0:all 1:all 2-:all 3-:all'
stored web '2 of 4, 0:0-1 1:2'
is "the node of vCPU 2" offline \
    "$(xenstore-read "/local/domain/$(xl domid web)/cpu/2/availability")"

begin "a paused guest can be pinned"
must xl pause web
ok vcpupin web 1 2 --live
must xl unpause web
xl_shows web '0:all 1:2 2-:all 3-:all'

begin "guests are started and ended by xl, which is said"
refused 'xl destroy web' destroy web
must end_guest web
refused 'xl create' start web

begin "a guest that ended is not running"
refused 'domain is not running' vcpupin web 0 1 --live
refused 'domain is not running' setvcpus web 3 --live
refused 'domain is not running' setvcpus web 3 --live --config
stored web '2 of 4, 0:0-1 1:2'

begin "a guest that ends while its vCPUs are waited for"
must start_tiny web 4 2
must xl pause web
timeout -s KILL 20 vcpuconf setvcpus web 4 --live --config >"$scratch/out" \
    2>"$scratch/err" &
asked=$!
node=/local/domain/$(xl domid web)/cpu/3/availability
wait_for 10 eval "[ \"\$(xenstore-read $node)\" = online ]" || wrong "vCPU 3 was not asked for"
must end_guest web
rc=0
wait $asked || rc=$?
last='setvcpus web 4 --live --config'
is "the exit status" 1 $rc
grep -q 'domain is not running' "$scratch/err" || wrong "other words"
stored web '2 of 4, 0:0-1 1:2'

begin "users other than root are told so"
mkdir -m 777 "$scratch/theirs"
chmod 755 "$scratch"
last="list, as nobody" rc=0
su nobody -c "vcpuconf -c 'xen:///system?store=$scratch/theirs/s.db' list" \
    >"$scratch/out" 2>"$scratch/err" </dev/null || rc=$?
is "the exit status" 1 $rc
grep -q 'only root may' "$scratch/err" || wrong "other words"

finish
