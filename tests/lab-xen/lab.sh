#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# lab.sh [OPTION ...]: boots a real Xen in an emulated machine and runs scripts
# in its dom0.  README says how it is used.
#
#   --build DIR      a build of vcpuconf: the command, library and schema go along
#   --program FILE   a program that goes along, to /usr/bin, with its libraries
#   --file FROM:TO   a file or directory that goes along
#   --script FILE    a script to run; any number, in their order
#   --work DIR       where logs go (default: lab-xen-work; emptied first)
#   --limit SECONDS  for the whole run in the machine (default: 300)
#   --prepare        only fill the cache
#
# Exit status: 0 passed; 1 failed; 77 can't be run here; 99 was not set up; 124
# took too long; 125 dom0 or the hypervisor died.
set -eEu -o pipefail

lab_source=$(cd "$(dirname "$0")" && pwd)
cleanups=()
emulator=''

add_cleanup()
{
    cleanups+=("$1")
}

end_lab()
{
    local item
    [ -z "$emulator" ] || kill "$emulator" 2>/dev/null || true
    wait
    for item in "${cleanups[@]}"; do
        rm -rf -- "$item"
    done
}

# skip_lab REASON ...
skip_lab()
{
    echo "SKIP: lab-xen: $*"
    exit 77
}

fail_setup()
{
    echo "lab: $*" >&2
    exit 99
}

# Whatever fails unexpectedly is a failed preparation.
failed_at()
{
    fail_setup "${BASH_SOURCE[1]##*/}, line $1: failed with status $2: $BASH_COMMAND"
}
trap 'failed_at "$LINENO" "$?"' ERR

# shellcheck source-path=SCRIPTDIR source=cache.sh
. "$lab_source/cache.sh"
# shellcheck source-path=SCRIPTDIR source=image.sh
. "$lab_source/image.sh"

usage()
{
    sed -n '4,19s/^# \{0,1\}//p' "$lab_source/lab.sh"
}

programs=()
files=()
scripts=()
build=''
work=lab-xen-work
limit=300
only_prepare=no

read_options()
{
    while [ $# -gt 0 ]; do
        case $1 in
        --prepare) only_prepare=yes; shift; continue ;;
        --help) usage; exit 0 ;;
        --*) ;;
        *) usage >&2; exit 2 ;;
        esac
        [ $# -ge 2 ] || { usage >&2; exit 2; }
        case $1 in
        --build) build=$(cd "$2" && pwd) ;;
        --program) programs+=("$2") ;;
        --file) files+=("$2") ;;
        --script) scripts+=("$2") ;;
        --work) work=$2 ;;
        --limit) limit=$2 ;;
        *) usage >&2; exit 2 ;;
        esac
        shift 2
    done
}

need_commands()
{
    local name
    for name in qemu-system-x86_64:qemu-system-x86 cpio:cpio flock:util-linux \
        apt-get:apt dpkg:dpkg xz:xz-utils; do
        command -v "${name%%:*}" >/dev/null ||
            skip_lab "no ${name%%:*} (Debian package: ${name#*:})"
    done
    [ "$(uname -m)" = x86_64 ] || skip_lab "no x86_64 machine"
}

# thread=single and the CPU's flags are measured: with others dom0 dies or
# guests crawl.  norandmaps saves much time, since QEMU translates a program once
# only then, but with it programs in dom0 crashed in 2 runs of 12.  Without
# eager-fpu Xen switches vector registers when they are used, and here loses some:
# in 1 run of 4 of 25-watch.sh, under load, the C library crashed.  Files are
# named without their directories, since QEMU splits what it is told at commas
# and blanks.  The emulator dies with this script.
boot()
{
    local node=memory-backend-ram,size=512M
    (
        cd "$work"
        exec setpriv --pdeathsig TERM timeout -k 5 "$limit" \
            qemu-system-x86_64 -accel tcg,thread=single -cpu max,-smap,-rdtscp \
            -m 1024 -smp 4,sockets=2,cores=2 \
            -object $node,id=m0 -object $node,id=m1 \
            -numa node,nodeid=0,cpus=0-1,memdev=m0 \
            -numa node,nodeid=1,cpus=2-3,memdev=m1 \
            -nographic -nodefaults -no-reboot -net none \
            -serial file:console.log -serial file:results.log -kernel xen \
            -append "console=com1 com1=115200,8n1 dom0_mem=384M,max:384M dom0_max_vcpus=2 numa=on credit2_runqueue=all spec-ctrl=eager-fpu" \
            -initrd "vmlinux-dom0 console=hvc0 rootfstype=ramfs loglevel=5 panic=1 rcupdate.rcu_cpu_stall_timeout=60,initramfs.cpio"
    ) </dev/null >"$work/qemu.log" 2>&1 &
    emulator=$!
}

# Copies the results while they come.  Leaves the emulator's status in $status.
follow()
{
    : >>"$work/results.log"
    # In the background, since only "wait" lets a signal through at once.
    tail -n +1 -s 0.2 -f --pid="$emulator" "$work/results.log" |
        sed -u 's/\r$//; /^lab-exit: /d' &
    status=0
    wait "$emulator" || status=$?
    emulator=''
    wait
}

verdict()
{
    local said
    said=$(tr -d '\r' <"$work/results.log" | sed -n 's/^lab-exit: //p' | tail -n 1)
    if [ -n "$said" ]; then
        exit "$said"
    fi
    if [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
        echo "lab: no end within $limit s" >&2
        status=124
    else
        echo "lab: the machine ended without a verdict (QEMU: $status)" >&2
        cat "$work/qemu.log" >&2
        status=125
    fi
    echo "lab: the end of $work/console.log:" >&2
    tail -n 25 "$work/console.log" | tr -d '\r' >&2
    exit "$status"
}

main()
{
    read_options "$@"
    trap end_lab EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    need_commands
    lab_prepare
    [ $only_prepare = no ] || exit 0
    [ ${#scripts[@]} -gt 0 ] || { usage >&2; exit 2; }

    mkdir -p "$work"
    work=$(cd "$work" && pwd)
    rm -f -- "$work"/{console,results,qemu}.log
    stage=$(mktemp -d "$work/stage-XXXXXX")
    add_cleanup "$stage"
    if [ -n "$build" ]; then
        programs+=("$build/vcpuconf")
        files+=("$lab_source/../../schema/domain.rng:/usr/share/vcpuconf/domain.rng")
    fi
    add_cleanup "$work/initramfs.cpio"
    add_cleanup "$work/xen"
    add_cleanup "$work/vmlinux-dom0"
    ln -sfn "$cache/xen" "$cache/vmlinux-dom0" "$work/"
    make_image "$work/initramfs.cpio"
    rm -rf -- "$stage"
    boot
    follow
    verdict
}

main "$@"
