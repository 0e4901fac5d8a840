#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# watch as a service of systemd: what it tells its manager.
# shellcheck source=tests/cli/hear.sh
. "${abs_top_srcdir:?is exported by make check}/tests/cli/hear.sh"

for have in HAVE_LIBUV HAVE_LIBSYSTEMD; do
    grep -q "^#define $have 1" "$abs_top_builddir/build-aux/config.h" ||
        { echo "this build has no watch, or one that tells systemd nothing"; exit 77; }
done

# A socket's path is short: 108 bytes.
socket=$(mktemp -d) || exit 99
trap 'clean_up; rm -rf -- "$socket"' EXIT
ear manager
"$abs_top_builddir/tests/cli/notified" "$socket/notify" >"$to" &
pids[manager]=$!
hear manager listening

define web "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='1'/></cputune>"
ear one
NOTIFY_SOCKET=$socket/notify WATCHDOG_USEC=200000 "$vcpuconf" watch 2>"$to" &
pids[one]=$!
hear manager "READY=1"
hear manager "STATUS="
hear manager "WATCHDOG=1"
hear manager "WATCHDOG=1"
"$vcpuconf" -q start web
hear manager "STATUS=1 domains"
kill -HUP "${pids[one]}"
hear manager "RELOADING=1 MONOTONIC_USEC="
hear manager "READY=1"
kill "${pids[one]}"
hear manager "STOPPING=1"
ended one 0

# It is dead when the first look fails: it never says that it is ready.
: >"$work/manager.log"
NOTIFY_SOCKET=$socket/notify "$vcpuconf" -c "$VCPUCONF_URI&fault=list:1:fail" watch 2>/dev/null
is "exit status" 1 $?
hear manager "STOPPING=1"
is "READY" 0 "$(heard manager READY)"

finish
