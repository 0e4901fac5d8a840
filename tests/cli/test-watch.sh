#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# watch: domains that another hand starts get what their definitions say, and
# nobody has to ask for it.
# shellcheck source=tests/cli/hear.sh
. "${abs_top_srcdir:?is exported by make check}/tests/cli/hear.sh"

run watch -r
if grep -q "this build has no watch" "$work/err"; then
    echo "this build has no watch"
    exit 77
fi

# begin NAME PARAMETERS [ARGUMENT ...]: a watch in the background, until it
# watches.
begin()
{
    local name=$1 params=$2
    shift 2
    ear "$name"
    "$vcpuconf" -c "$at?$ours$params" watch "$@" 2>"$to" &
    pids[$name]=$!
    hear "$name" "watching "
}

stop()
{
    kill -"${2-TERM}" "${pids[$1]}"
    ended "$1" 0
}

pin_of()
{
    "$vcpuconf" vcpuinfo "$1" --pretty --format json >"$work/pin"
    "$abs_top_builddir/tests/cli/jsonget" "$work/pin" "/vcpus/$2/cpus"
}

# is_as_defined NAME: its pins are in place.
is_as_defined()
{
    VCPUCONF_DEBUG='' ok diff "$1"
    wants_nothing
}

# ---- how it is called ----
usage "not with --readonly" -r watch
usage "is not a number" watch --give-up soon
refused "" -c "$at?$ours&fault=watch:1:fail" watch
refused "" -c "$at?$ours&fault=list:1:fail" watch
refused "" -c "test:///nowhere/host.db?$ours" watch

pins="<cputune><vcpupin vcpu='0' cpuset='1'/><vcpupin vcpu='1' cpuset='2'/></cputune>"
# The other hand makes a run as it has it defined too, and is not through with
# that when the watch begins: the two must not want different counts.
both web "<vcpu current='2'>4</vcpu>$pins" "<vcpu current='2'>4</vcpu>"
both db "<vcpu>2</vcpu>$pins" "<vcpu>2</vcpu>"
both old "<vcpu current='2'>4</vcpu>$pins" "<vcpu>4</vcpu>"

# ---- what starts while it watches, and what ran before ----
elsewhere start old
begin one ''
hear one "domain 'old': is as defined now (3 changes)"
is_as_defined old
elsewhere destroy old
elsewhere start db
hear one "domain 'db': is as defined now (2 changes)"
is_as_defined db
elsewhere start web
hear one "domain 'web': is as defined now (2 changes)"
is_as_defined web
elsewhere destroy web
elsewhere start web
hear one "domain 'web': is as defined now (2 changes)"
is_as_defined web
# What is changed by hand stays, also when it looks at everything again.
ok vcpupin web 0 7 --live
kill -HUP "${pids[one]}"
hear one "looking at everything again"
elsewhere destroy db
elsewhere start db
hear one "domain 'db': is as defined now"
is "a pin by hand" 7 "$(pin_of web 0)"
stop one
is "times that web was made as defined" 2 "$(heard one "'web': is as defined")"
is "the last word" ending "$(tail -n 1 "$work/one.log")"

# ---- the next one has nothing to do, whoever was first ----
elsewhere destroy web
begin one ''
begin two ''
stop one INT
stop two
is "what the second one said of runs" 0 "$(heard two "is as defined")"

# ---- two of them do the work once ----
export VCPUCONF_DEBUG=driver.test
begin one ''
begin two ''
elsewhere start web
hear one "snapshot web"
hear two "snapshot web"
stop one
stop two
is "pins that were set" 2 $(($(heard one "set_affinity web") + $(heard two "set_affinity web")))
is "runs that were made as defined" 1 \
    $(($(heard one "is as defined") + $(heard two "is as defined")))
elsewhere destroy web

# ---- one that is killed in the middle, and another one ----
begin one '&fault=set_affinity:2:delay=60000'
elsewhere start web
hear one "set_affinity web"
kill -9 "${pids[one]}"
ended one 137
begin two ''
hear two "domain 'web': is as defined now"
is_as_defined web
stop two
elsewhere destroy web
unset VCPUCONF_DEBUG

# ---- a domain that hangs delays no other one ----
elsewhere destroy db
begin one '&fault=set_affinity:1:delay=60000'
elsewhere start web
elsewhere start db
hear one "is as defined now"
[[ $line == *"'db'"* || $line == *"'web'"* ]] || fail "which one? $line"
is "of two" 1 "$(heard one "is as defined")"
# It waits for the one at work, but not when it is told twice.
kill "${pids[one]}"
hear one "ending"
kill "${pids[one]}"
hear one "still at work"
ended one 0
elsewhere destroy web
elsewhere destroy db

# ---- what fails is tried again ----
begin one '&fault=set_affinity:1:fail,set_affinity:3:fail'
elsewhere start db
hear one "trying again"
hear one "domain 'db': is as defined now"
is_as_defined db
is "complaints" 1 "$(heard one "warning: ")"
stop one
elsewhere destroy db

# ---- until it is given up; another look has another chance ----
begin one '&fault=set_affinity:*:fail' --give-up 1
elsewhere start db
hear one "warning: domain 'db': "
hear one "error: domain 'db': given up after "
elsewhere start web
hear one "warning: domain 'web': "
kill -HUP "${pids[one]}"
hear one "looking at everything"
hear one "warning: domain 'db': "
stop one
is "complaints of db" 3 "$(heard one "'db': ")"
elsewhere destroy web
elsewhere destroy db

# ---- others have locked the domain, or the store ----
begin one ''
elsewhere start db
hear one "domain 'db': is as defined now"
elsewhere destroy db
ear holder
mkfifo "$work/hold"
"$abs_top_builddir/tests/cli/holdstore" "$work/store.db" <"$work/hold" >"$to" &
pids[holder]=$!
exec {hold}>"$work/hold"
hear holder held
elsewhere start db
exec {hold}>&-
hear one "domain 'db': is as defined now"
ended holder 0
stop one
elsewhere destroy db

# ---- the watch is over, and begins anew ----
begin one '&fault=dispatch:1:fail'
elsewhere start db
hear one "warning: the watch is over: "
hear one "domain 'db': is as defined now"
elsewhere start web
hear one "domain 'web': is as defined now"
stop one
elsewhere destroy web
elsewhere destroy db

# ---- a maximum that differs is told once ----
elsewhere setvcpus db 3 --config --maximum
begin one ''
elsewhere start db
hear one "domain 'db': needs a restart: "
kill -HUP "${pids[one]}"
elsewhere start web
hear one "domain 'web': is as defined now"
stop one
is "times that it was told" 1 "$(heard one "needs a restart")"
elsewhere destroy db
elsewhere destroy web
elsewhere undefine db
ok undefine db

# ---- pins of vCPUs that another hand plugs, where they are not remembered ----
ours="pinoffline=no&$ours" theirs="pinoffline=no&$theirs"
VCPUCONF_URI="$at?$ours"
both kept "<vcpu current='2'>4</vcpu><cputune><vcpupin vcpu='3' cpuset='5'/></cputune>" \
    "<vcpu current='2'>4</vcpu>"
begin one ''
elsewhere start kept
hear one "domain 'kept': is as defined now"
elsewhere setvcpus kept 4 --live
hear one "domain 'kept': vcpus that another hand brought online"
is "the pin that was kept" 5 "$(pin_of kept 3)"
elsewhere vcpupin kept 3 6 --live
elsewhere start web
hear one "domain 'web': is as defined now"
stop one
is "a pin by the other hand" 6 "$(pin_of kept 3)"

# ---- what it says is fit for a log ----
evil=$'e\xe2\x80\xaevil'
both "$evil" "<vcpu>2</vcpu>$pins" "<vcpu>2</vcpu>"
ear one
stream=$(stat -L -c %d:%i "$to")
JOURNAL_STREAM=$stream "$vcpuconf" -c "$at?$ours&fault=set_affinity:1:fail" watch 2>"$to" &
pids[one]=$!
hear one "watching "
elsewhere start "$evil"
hear one "trying again"
is "the beginning" '<4>domain '\''e\xe2\x80\xaevil'\' "${line%%: *}"
hear one "is as defined now"
is "the beginning" '<6>domain '\''e\xe2\x80\xaevil'\' "${line%%: *}"
stop one
ear one
JOURNAL_STREAM=1:1 "$vcpuconf" -c "$at?$ours" watch 2>"$to" &
pids[one]=$!
hear one "watching "
is "without a journal" watching "${line%% *}"
stop one
ear one
VCPUCONF_DEBUG=driver.test "$vcpuconf" -q -c "$at?$ours&fault=dispatch:1:fail" watch 2>"$to" &
pids[one]=$!
hear one "driver.test: list"
elsewhere destroy web
hear one "warning: "
stop one
is "lines with --quiet" 1 "$(grep -cv "driver.test: " "$work/one.log")"

# ---- how long it takes, for whoever wants to know ----
elsewhere destroy "$evil"
both fast "<vcpu>2</vcpu>$pins" "<vcpu>2</vcpu>"
begin one ''
"$abs_top_builddir/tests/cli/latency" "$at?$theirs" fast 20 || fail "never pinned"
stop one

finish
