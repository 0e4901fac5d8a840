#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# From outside: of each command every system call fails once, the first of its
# kind, the second, ... until the command runs through untouched. Whatever
# fails: the command ends by itself, with the answer of the untouched run or
# with an error that is said; what is stored and what runs are as before or as
# they should be, and as the exit status says; the next who opens the store
# finds nothing left over.
#
#   strace.sh [COMMAND ...]   those of the list below; without: all of them
#
# STRACE_SAMPLE=N takes every Nth call only; STRACE_VERBOSE=1 tells of each.
# What the dynamic loader does before main() does not count.
set -u

: "${abs_top_builddir:?is exported by make check}"
: "${abs_top_srcdir:?is exported by make check}"
sample=${STRACE_SAMPLE:-1}
verbose=${STRACE_VERBOSE:-}
export VCPUCONF_SCHEMA=${VCPUCONF_SCHEMA-$abs_top_srcdir/schema/domain.rng}
export LC_ALL=C.UTF-8 TZ=UTC0
unset VCPUCONF_STORE VCPUCONF_DEBUG VCPUCONF_URI
# Seconds that a command may take: where a lock can't be given up, which no
# kernel refuses, SQLite tries for 10 of them to go on, up to three times.
LIMIT=45

skip()
{
    echo "not run: $1"
    exit 77
}
[ -z "${SANITIZE_CFLAGS-}" ] || skip "a sanitizer's own system calls would fail too"
command -v strace >/dev/null || skip "strace (Debian package: strace) is missing"
strace -o /dev/null -e inject=getppid:error=EIO true 2>/dev/null ||
    skip "strace may not trace here (ptrace is not allowed, or it can't inject)"

# The program itself: the script that libtool makes has system calls of its own.
vcpuconf=$abs_top_builddir/.libs/vcpuconf
[ -x "$vcpuconf" ] || vcpuconf=$abs_top_builddir/vcpuconf
export LD_LIBRARY_PATH=$abs_top_builddir/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}

top=$(mktemp -d "$PWD/strace-XXXXXX") || exit 99
trap 'rm -rf -- "$top"' EXIT

# ---- what fails, and how ----
# Not brk: the C library does not look at the errors that are put in its place
# (the kernel answers with the old end); tests/fault/test_fault_memory has those.
calls=(
    "openat EIO EMFILE" "read EIO EINTR" "pread64 EIO" "pwrite64 ENOSPC EIO EINTR"
    "write ENOSPC EINTR" "fsync EIO" "fdatasync EIO" "ftruncate EIO"
    "fcntl EIO EINTR" "flock EIO EINTR" "newfstatat EIO ENOMEM" "fstat EIO" "lstat EIO" "stat EIO"
    "statx EIO" "mmap ENOMEM" "unlink EIO" "rename EIO" "renameat2 EIO EINVAL" "link EIO"
    "mkdir EIO" "close EIO" "getrandom EIO" "readlink EIO" "faccessat2 EIO" "access EIO"
    "fchmod EPERM" "fchown EPERM" "getdents64 EIO" "lseek EIO" "ioctl EIO"
    "socket EMFILE" "connect EIO EINTR" "getsockopt EIO" "sendto EIO EINTR" "recvfrom EIO EINTR"
    "recvmsg EIO EINTR" "poll EINTR" "ppoll EINTR" "clock_gettime EINVAL" "clock_nanosleep EINTR"
    "sched_setaffinity EPERM" "sched_getaffinity EIO"
)

# ---- the commands ----
# In the directory of the world: host.db, store.db with db (runs) and web,
# old.db (a store of the first format), new.xml, some.d.
commands=(
    "define define new.xml"
    "redefine define web2.xml"
    "pin-config vcpupin web 0 1-2 --config"
    "pin-both vcpupin db 0 1-2 --live --config"
    "setvcpus-both setvcpus db 3 --live --config"
    "setvcpus-live setvcpus db 1 --live"
    "undefine undefine web"
    "import import some.d"
    "apply apply changes"
    "restore restore web 1"
    "export export web out.xml"
    "export-all export --all --dir out.d"
    "reconcile reconcile db --force"
    "start start web"
    "history history web"
    "list list --all"
    "vcpulist vcpulist"
    "diff diff"
    "check check"
    "backup backup out.db"
    "create -c test:///default?store=@/made/store.db list --all"
    "migrate -c test:///default?store=@/old.db list --all"
    "qemu-list list --all"
    "qemu-pin vcpupin vm 0 0 --live"
    "qemu-both vcpupin vm 0 0 --live --config"
)

# A machine that stands still, in ./qemu: its threads can be pinned. Else says
# why there is none.
start_qemu()
{
    local qemu=${VCPUCONF_LAB_QEMU:-qemu-system-x86_64} pid
    command -v "$qemu" >/dev/null || { echo "$qemu (Debian package: qemu-system-x86) is missing"; return 1; }
    [ "$(getconf _NPROCESSORS_ONLN)" -gt 1 ] || { echo "there is one CPU only"; return 1; }
    mkdir -m 700 qemu
    (cd qemu && "$qemu" -name vm,debug-threads=on -uuid 00000001-0000-4000-8000-000000000000 -S \
        -nodefaults -no-user-config -display none -machine pc -accel tcg,thread=multi -m 16 \
        -smp 2,maxcpus=4 -qmp unix:vm.qmp,server=on,wait=off -pidfile pid -daemonize) ||
        { echo "QEMU does not start"; return 1; }
    pid=$(cat qemu/pid)
    # shellcheck disable=SC2064 # that process
    trap "kill $pid" EXIT
    "$vcpuconf" -c "qemu://$PWD/qemu?store=$PWD/none/none.db" list >/dev/null ||
        { echo "vcpuconf can't speak with QEMU"; return 1; }
}

document() # NAME
{
    printf "<domain type='test'>\n  <name>%s</name>\n" "$1"
    printf '  <uuid>%08x-0000-4000-8000-000000000000</uuid>\n' "$(printf %s "$1" | cksum | cut -d' ' -f1)"
    printf "  <memory>1</memory>\n  <vcpu current='2'>4</vcpu>\n"
    printf '  <os><type>hvm</type></os>\n</domain>\n'
}

# plain ARGUMENT ...: untouched, in the world of the current directory.
plain()
{
    "$vcpuconf" -c "$host?store=$PWD/store.db" "$@" </dev/null
}

make_qemu_world()
{
    document vm | sed "s/<uuid>.*</<uuid>00000001-0000-4000-8000-000000000000</" >vm.xml
    plain define vm.xml >/dev/null || exit 99
}

make_world()
{
    mkdir -m 700 some.d
    document new >new.xml
    document a >some.d/a.xml
    document b >some.d/b.xml
    document web >web.xml
    document db >db.xml
    printf 'domain web\n    vcpus 3\n    pin 0-2 4\ndomain db\n    pin 0 1\n' >changes
    {
        plain define web.xml && plain define db.xml && plain start db &&
            plain vcpupin web 3 2 --config && plain vcpupin db 1 3 --config &&
            plain export web >web2.xml && sed -i "s/current='2'/current='3'/" web2.xml &&
            plain backup old.db
    } >/dev/null || exit 99
    if command -v sqlite3 >/dev/null; then
        sqlite3 old.db "PRAGMA journal_mode=DELETE; DROP TABLE intent; DROP TABLE setting;
            DROP TABLE removed; DROP TABLE forgotten; PRAGMA user_version=1" >/dev/null || exit 99
    fi
}

# All of what is stored and what runs, but for times; opening it ends what was
# left over.
state()
{
    {
        rm -rf ../state
        plain list --all
        plain -q export --all --dir ../state
        cat ../state/*
        plain vcpulist | timeless
    } 2>&1
}

# Whether a vCPU runs or waits, and for how long it did, differs every time.
timeless()
{
    awk '{print $1, $2, $3, $5 == "--p", $7, $8}'
}

# sound STORE: and nothing in it waits to be undone.
sound()
{
    [ -e "$1" ] || return 0
    "$vcpuconf" -c "test:///default?store=$PWD/$1" check </dev/null >../check 2>&1 || return 1
    command -v sqlite3 >/dev/null || return 0
    [ "$(sqlite3 "file:$PWD/$1?immutable=1" "SELECT count(*) FROM intent" 2>&1)" = 0 ]
}

files()
{
    find . -mindepth 1 ! -name '*.lock' -printf '%P\n' | sort
}

# ---- one fault ----

wrong()
{
    printf 'FAIL: %s: %s %s, call %s: %s\n' "$name" "$call" "$errno" "$n" "$1"
    printf '  exit status %s; standard error:\n' "$rc"
    sed 's/^/    /' ../err
    [ "$rc" -ne "$rc0" ] || diff ../out0 ../out
    grep -h INJECTED ../log | sed 's/^/  /'
    : >../failed
}

run()
{
    rc=0
    timeout -k 2 "$LIMIT" strace -f -qq -o ../log "$@" >../out 2>../err </dev/null || rc=$?
}

# A machine that could not be asked is listed without its number.
same_output()
{
    case $name in
    vcpulist) cmp -s <(timeless <../out) <(timeless <../out0) ;;
    qemu-list) cmp -s <(awk '{$1 = ""; print}' ../out) <(awk '{$1 = ""; print}' ../out0) ;;
    *) cmp -s ../out ../out0 ;;
    esac
}

# import goes on past a document that it can't store, and names it.
each_is_said()
{
    local file
    for file in ../state.new/*; do
        file=${file##*/}
        if [ -e "../state/$file" ]; then
            cmp -s "../state/$file" "../state.new/$file" || return 1
        elif [ -e "$file" ]; then
            return 1 # what was there before is gone
        else
            grep -q "^error: " ../err || return 1
        fi
    done
}

# What the exit status says must be so.
judge()
{
    local now hit
    now=$(state)
    hit=$(grep -h INJECTED ../log)
    if [ "$rc" -ge 124 ]; then
        wrong "crashed, or did not end"
    elif [ "$rc" -eq "$rc0" ]; then
        [ "$now" = "$new" ] || wrong "says that it is done, but it is not"
        same_output || wrong "says something else than without the fault"
    else
        case $hit in
        *'write(2,'*) ;;
        # Those of reconcile and check are in their reports.
        *) grep -qE '^(error|failed): |^[1-9][0-9]* faults?$' ../err ../out || wrong "says no error" ;;
        esac
        if [ "$name" = import ]; then
            each_is_said || wrong "stored other documents than it says"
        elif [ "$now" != "$old" ] && { [ "$now" != "$new" ] ||
            ! grep -qE 'may or may not|could not be written' ../err; }; then
            [ "$now" = "$new" ] && wrong "says an error, but it is done"
            [ "$now" = "$new" ] || wrong "left something half done"
            diff <(printf '%s' "$old") <(printf '%s' "$now") | head -n 20
        fi
    fi
    leftovers "$hit"
}

leftovers()
{
    local file
    for file in store.db out.db made/store.db ${is_old:+old.db}; do
        sound "$file" || { wrong "$file is not sound"; cat ../check; }
    done
    for file in $(comm -13 ../files <(files)); do
        # What could not be removed is there.
        case $1 in *unlink*) continue ;; esac
        wrong "left a file: $file"
    done
    for file in out.xml out.d/*.xml; do
        [ ! -e "$file" ] || cmp -s "$file" "../new/$file" || wrong "wrote a part of $file"
    done
}

fresh()
{
    cd .. && rm -rf w && cp -a t w && cd w || exit 99
    [ -z "$is_qemu" ] || plain -q vcpupin vm 0 r --live || exit 99
}

# ---- one command ----

walk()
{
    local name=$1 call errno errnos n base line rc rc0 old new count=0
    shift
    local args=("${@//@/$PWD/w}") is_qemu='' is_old='' host=test://$PWD/w/host.db
    if [[ $name == qemu-* ]]; then
        is_qemu=y
        host=qemu://$PWD/qemu
        start_qemu >why 2>&1 || { echo "not run: $name: $(cat why)"; return; }
    fi
    mkdir w && cd w || exit 99
    if [ -n "$is_qemu" ]; then
        make_qemu_world
    else
        make_world
    fi
    case $name in
    create) ;;
    migrate) is_old=y ;;
    *) args=(-c "$host?store=$PWD/store.db" "${args[@]}") ;;
    esac
    cp -a ../w ../t
    fresh
    old=$(state)
    fresh
    run -o ../all "$vcpuconf" "${args[@]}"
    rc0=$rc
    case $rc0 in
    0 | 3) ;;
    *)
        cat ../err
        exit 99
        ;;
    esac
    mv ../out ../out0
    new=$(state)
    mv ../state ../state.new
    sort -u <(files) <(cd ../t && files) >../files
    rm -rf ../new
    cp -a . ../new
    for line in "${calls[@]}"; do
        read -r call errnos <<<"$line"
        grep -qE "^[0-9]+ +$call\(" ../all || continue
        # main() begins with a look at its standard files.
        base=$(sed '/fcntl(0, F_GETFD)/q' ../all | grep -cE "^[0-9]+ +$call\(")
        [ "$call" != fcntl ] || base=$((base - 1))
        for errno in $errnos; do
            for ((n = base + 1; n < base + 5000; n += sample)); do
                fresh
                run -e "trace=$call" -e "inject=$call:error=$errno:when=$n" "$vcpuconf" "${args[@]}"
                grep -q INJECTED ../log || break
                count=$((count + 1))
                judge
                [ -z "$verbose" ] || echo "$name $call $errno $n: $rc $(head -n 1 ../err)"
            done
        done
    done
    echo "$name: $count faults"
}

# ---- all of them ----

if [ $# -gt 0 ]; then
    wanted=" $* "
else
    wanted=
fi
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
chosen=()
for line in "${commands[@]}"; do
    name=${line%% *}
    [ -z "$wanted" ] || [[ $wanted == *" $name "* ]] || continue
    if [ "$name" = migrate ] && ! command -v sqlite3 >/dev/null; then
        echo "not run: migrate: sqlite3 (Debian package: sqlite3) is missing"
        continue
    fi
    chosen+=("$name")
    mkdir "$top/$name"
    while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
        wait -n
    done
    read -r -a words <<<"${line#* }"
    (cd "$top/$name" && walk "$name" "${words[@]}") >"$top/$name/report" 2>&1 || : >"$top/$name/failed" &
done
wait
failures=0
for name in "${chosen[@]}"; do
    cat "$top/$name/report"
    [ ! -e "$top/$name/failed" ] || failures=$((failures + 1))
done
[ "$failures" -eq 0 ] || { echo "$failures commands failed"; exit 1; }
