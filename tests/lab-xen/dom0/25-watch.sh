# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# `watch` beside guests that xl creates and ends: nobody runs another command,
# and what xl itself shows is what was defined.

. /lab/libvc.sh

watchers=''

# watch_begin NAME [URI]: in the background, until it watches. Its lines are in
# $scratch/watch-NAME, the driver's calls among them.
watch_begin()
{
    VCPUCONF_DEBUG=driver.xen vcpuconf -c "${2:-$VCPUCONF_URI}" watch \
        2>"$scratch/watch-$1" &
    watchers="$watchers $!"
    eval "pid_$1=$!"
    tells "$1" 1 "watching "
}

pid_of()
{
    eval "echo \$pid_$1"
}

# watch_end NAME SIGNAL STATUS
watch_end()
{
    last="watch $1" rc=0
    kill "-$2" "$(pid_of "$1")"
    wait "$(pid_of "$1")" || rc=$?
    is "the exit status of watch $1" "$3" $rc
}

# told NAME TEXT: how many of its lines hold that.
told()
{
    grep -cF -e "$2" "$scratch/watch-$1"
}

has_told()
{
    [ "$(told "$1" "$3")" -ge "$2" ]
}

# tells NAME TIMES TEXT: by and by it has said that so often.
tells()
{
    wait_for 60 has_told "$@" && return
    last="watch $1" rc=-
    wrong "watch $1 should have said '$3' $2 times"
    sed 's/^/    /' "$scratch/watch-$1"
}

# Times that any of its threads gave its CPU away and got it again.
wakes()
{
    awk '/^voluntary/ { n += $2 } END { print n }' /proc/"$(pid_of "$1")"/task/*/status
}

# The uuid that xl gave the guest.
uuid_of()
{
    xenstore-read "/local/domain/$(xl domid "$1")/vm"
}

as_defined="domain 'web': is as defined now"
one_did_it()
{
    has_told one 1 "$as_defined" || has_told two 1 "$as_defined"
}

begin "watch waits for guests"
ok define $data/web.xml
ok setvcpus web 3 --config
ok vcpupin web 2 0,2 --config
ok vcpupin web 3 1 --config
ok define $data/db.xml
watch_begin one
is "guests that run" 1 "$(told one ': 0 domains that are defined run')"

begin "a guest that xl creates gets its count and its pins"
must start_tiny web 4 2
first=$(uuid_of web)
tells one 1 "$as_defined"
xl_shows web '0:0-1 1:2 2:0,2 3-:1'

begin "the pin of an offline vCPU is Xen's already when the vCPU comes"
must xl vcpu-set web 4
wait_for 20 eval 'xl vcpu-list web | grep -q "3 *[0-9] *[-rb]"' || wrong "vCPU 3 does not come"
xl_shows web '0:0-1 1:2 2:0,2 3:1'

begin "created again, under another uuid, it gets them again"
must end_guest web
must start_tiny web 4 1
[ "$first" != "$(uuid_of web)" ] || wrong "xl gave it the same uuid"
tells one 2 "$as_defined"
xl_shows web '0:0-1 1:2 2:0,2 3-:1'
ok diff web

begin "what is tuned by hand is left alone, also at other guests' news"
woken=$(wakes one)
must xl vcpu-pin web 1 3
must xl vcpu-set web 2
wait_for 20 eval 'xl vcpu-list web | grep -q "2 *- *--p"' || wrong "vCPU 2 stays"
is "times that an idle watch woke" "$woken" "$(wakes one)"
must start_tiny db 2 2
tells one 1 "domain 'db': is as defined now"
xl_shows db '0:2-3 1-:2-3'
kill -HUP "$(pid_of one)"
tells one 1 "looking at everything again"
must end_guest db
must start_tiny db 2 2
tells one 2 "domain 'db': is as defined now"
must end_guest db
xl_shows web '0:0-1 1:3 2-:0,2 3-:1'
is "times that web was made as defined" 2 "$(told one "$as_defined")"

begin "the next watch leaves it alone too"
watch_end one TERM 0
is "last words" 1 "$(told one ending)"
watch_begin two
must start_tiny db 2 2
tells two 1 "domain 'db': is as defined now"
watch_end two INT 0
xl_shows web '0:0-1 1:3 2-:0,2 3-:1'
is "changes of web" 0 "$(told two "set_affinity web")"

begin "two watch at once and do the work once"
must end_guest web
watch_begin one
watch_begin two
kill -STOP "$(pid_of one)" "$(pid_of two)"
must start_tiny web 4 2
lists_one=$(told one list:) lists_two=$(told two list:)
kill -CONT "$(pid_of one)" "$(pid_of two)"
tells one $((lists_one + 1)) list:
tells two $((lists_two + 1)) list:
wait_for 60 one_did_it || wrong "none of them did it"
watch_end one TERM 0
watch_end two TERM 0
xl_shows web '0:0-1 1:2 2:0,2 3-:1'
is "runs made as defined" 1 $(($(told one "$as_defined") + $(told two "$as_defined")))
is "pins that were set" 4 $(($(told one "set_affinity web") + $(told two "set_affinity web")))
is "counts that were set" 1 $(($(told one "set_online web") + $(told two "set_online web")))

begin "one is killed in the middle, and the next one does the rest"
must end_guest web
watch_begin one "$VCPUCONF_URI&fault=set_affinity:3:delay=60000"
must start_tiny web 4 2
tells one 2 "set_affinity web"
watch_end one KILL 137
watch_begin two
tells two 1 "$as_defined"
xl_shows web '0:0-1 1:2 2:0,2 3-:1'
is "pins that the first one set" 2 "$(told one "set_affinity web")"
is "pins that the second one set" 2 "$(told two "set_affinity web")"

begin "one is killed when all is done, and the next one does nothing"
watch_end two KILL 137
must xl vcpu-pin web 0 3
watch_begin one
is "guests that run" 1 "$(told one ': 2 domains that are defined run')"
must end_guest db
must start_tiny db 2 2
tells one 1 "domain 'db': is as defined now"
watch_end one TERM 0
xl_shows web '0:3 1:2 2:0,2 3-:1'
is "changes of web" 0 "$(told one "set_affinity web")"
ok check

[ -z "$watchers" ] || kill -9 $watchers 2>/dev/null
end_guest web
end_guest db
finish
