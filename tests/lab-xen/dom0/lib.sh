# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# For the scripts in dom0.

lab_counts=/run/lab-counts

pass()
{
    echo "PASS: $*"
    echo pass >>$lab_counts
}

fail()
{
    echo "FAIL: $*"
    echo fail >>$lab_counts
}

skip()
{
    echo "SKIP: $*"
    echo skip >>$lab_counts
}

# Of passes, failures, skips.
lab_count()
{
    grep -c "^$1$" $lab_counts
}

# run_script FILE: in a shell of its own.  One that fails without saying so is
# a failure too.
run_script()
{
    local name=${1##*/} begun failed status=0
    name=${name#*-}
    echo "=== $name"
    failed=$(lab_count fail)
    begun=$(seconds)
    sh "$1" || status=$?
    [ $status -eq 0 ] || [ "$(lab_count fail)" -gt "$failed" ] ||
        fail "$name ends with status $status"
    echo "    $name: $(($(seconds) - begun)) s"
}

lab_summary()
{
    local passed failed skipped
    passed=$(lab_count pass) failed=$(lab_count fail) skipped=$(lab_count skip)
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ]
}

# Since the boot.
seconds()
{
    cut -d. -f1 /proc/uptime
}

# wait_for SECONDS COMMAND ...: until it succeeds.
wait_for()
{
    local until=$(($(seconds) + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$(seconds)" -le $until ] || return 1
        usleep 50000
    done
}

# create_domain NAME KERNEL MAXIMUM VCPUS MEMORY [LINE ...]: by xl, from a file
# that stays in /run/NAME.cfg.  LINEs go into it.  With cpus="all", xl chooses no
# soft affinity of its own.
create_domain()
{
    local name=$1 cfg=/run/$1.cfg
    rm -f "$(guest_console "$name")"
    cat >"$cfg" <<END
name="$name"
type="pv"
kernel="/lab/guests/$2"
maxvcpus=$3
vcpus=$4
memory=$5
cpus_soft="all"
on_poweroff="destroy"
on_reboot="destroy"
on_crash="destroy"
END
    shift 5
    [ $# -eq 0 ] || printf '%s\n' "$@" >>"$cfg"
    xl create -q "$cfg"
}

# start_linux NAME MAXIMUM VCPUS [LINE ...]: a guest with a Linux; returns when
# its user space runs and has its CPUs.
start_linux()
{
    local name=$1 maximum=$2 vcpus=$3
    shift 3
    create_domain "$name" vmlinuz-guest "$maximum" "$vcpus" 128 "$@" \
        'ramdisk="/lab/guests/guest.cpio"' 'extra="console=hvc0 loglevel=4"' || return
    if [ "$vcpus" -eq 1 ]; then
        guest_has "$name" 0
    else
        guest_has "$name" "0-$((vcpus - 1))"
    fi
}

# start_tiny NAME MAXIMUM VCPUS [LINE ...]: a guest that does nothing but plug and
# unplug vCPUs as it is told, and is there at once; see tiny/.
start_tiny()
{
    local name=$1 maximum=$2 vcpus=$3
    shift 3
    create_domain "$name" tiny "$maximum" "$vcpus" 4 "$@" || return
    wait_for 20 guest_said "$name" ready
}

guest_console()
{
    echo "/var/log/xen/console/guest-$1.log"
}

# guest_said NAME LINE: at some time.
guest_said()
{
    tr -d '\r' <"$(guest_console "$1")" | grep -qxF "$2"
}

# guest_has NAME CPUS: a Linux guest says so last, within a limit.
guest_has()
{
    wait_for 60 guest_says "$1" "guest: online $2"
}

guest_says()
{
    [ "$(tail -n 1 "$(guest_console "$1")" | tr -d '\r')" = "$2" ]
}

# end_guest NAME: by xl; returns when Xen has forgotten it.
end_guest()
{
    local id
    id=$(xl domid "$1" 2>/dev/null) || return 0
    xl destroy "$id" && wait_for 20 is_gone "$id"
}

is_gone()
{
    ! xl list | awk -v id="$1" '$2 == id { n++ } END { exit !n }'
}
