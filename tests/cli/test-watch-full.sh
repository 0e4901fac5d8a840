#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# watch on a store that can't be written for a while: its file system is full,
# or another one holds it. A start is not lost, and waiting costs nothing.
#
# Filling a file system takes one of our own: a small one, mounted where only
# this test sees it, which ends with the test.
if [ -z "${has_mounts-}" ]; then
    for how in -m -rm; do
        # shellcheck disable=SC2016 # not here
        unshare "$how" sh -c 'mount -t tmpfs none "$0"' "$PWD" 2>/dev/null || continue
        export has_mounts=yes
        # shellcheck disable=SC2093 # the next way, if this one does not work
        exec unshare "$how" "$BASH" "$0"
    done
    echo "no file system can be mounted here, not even in a namespace"
    exit 77
fi
# shellcheck source=tests/cli/hear.sh
. "${abs_top_srcdir:?is exported by make check}/tests/cli/hear.sh"

run watch -r
if grep -q "this build has no watch" "$work/err"; then
    echo "this build has no watch"
    exit 77
fi

small=$work/small
mkdir "$small"
mount -t tmpfs -o size=2m,mode=700 none "$small" || exit 99
trap 'umount -l "$small"; clean_up' EXIT
ours="store=$(uri_path "$small")/store.db"
VCPUCONF_URI="$at?$ours"

fill()
{
    if cat /dev/zero >"$small/fill" 2>"$work/err"; then
        fail "the file system is not full"
    fi
}

begin()
{
    ear one
    VCPUCONF_DEBUG=driver.test "$vcpuconf" -c "$at?$ours" watch 2>"$to" &
    pids[one]=$!
    hear one "watching "
}

stop()
{
    kill "${pids[one]}"
    ended one 0
}

# CPU time that it has used, in ms.
used_ms()
{
    awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print int(($12 + $13) * 1000 / hz) }' \
        "/proc/${pids[one]}/stat"
}

now_ms()
{
    echo $((${EPOCHREALTIME/[.,]/} / 1000))
}

# Behind the first complaint: it tries again, after times that grow, says
# nothing, and sleeps in between.
waits_quietly()
{
    local from used took i
    from=$(now_ms) used=$(used_ms)
    for ((i = 0; i < 5; i++)); do
        hear one "driver.test: snapshot web"
    done
    took=$(($(now_ms) - from)) used=$(($(used_ms) - used))
    # at the least half of 0.2, 0.4, 0.8, 1.6 and 3.2 s
    [ $took -ge 3000 ] || fail "five more tries in $took ms"
    [ $((used * 2)) -le $took ] || fail "used $used ms of the CPU in $took ms"
    is "complaints" 1 "$(heard one "warning: ")"
}

# done_once NAME: as it is defined, by one change of each pin, and known to be so.
done_once()
{
    hear one "domain '$1': is as defined now"
    VCPUCONF_DEBUG='' ok diff "$1"
    wants_nothing
    stop
    is "pins that were set" 2 "$(heard one "set_affinity $1")"
    begin
    stop
    is "times that it was done again" 0 "$(heard one "is as defined")"
    ok check
}

both web "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/>
    <vcpupin vcpu='1' cpuset='2'/></cputune>" "<vcpu>2</vcpu>"

# ---- full while it watches ----
begin
fill
elsewhere start web
hear one "trying again"
[[ $line == *"warning: domain 'web': "*"no space left"* ]] || fail "other words: $line"
waits_quietly
rm "$small/fill"
done_once web
elsewhere destroy web

# ---- full when it begins: a reason, and whoever began it does so again ----
fill
refused "" watch
rm "$small/fill"

# ---- another one holds it for longer than one waits ----
begin
ear holder
mkfifo "$work/hold"
"$abs_top_builddir/tests/cli/holdstore" "$small/store.db" <"$work/hold" >"$to" &
pids[holder]=$!
exec {hold}>"$work/hold"
hear holder held
elsewhere start web
hear one "trying again"
[[ $line == *"warning: domain 'web': "*busy* ]] || fail "other words: $line"
hear one "driver.test: snapshot web"
exec {hold}>&-
ended holder 0
done_once web

finish
