# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# Without xenstored.  Started again, it knows nothing of what was, so this comes
# last.

. /lab/libvc.sh

daemon=$(cat /run/xenstored.pid)
limit=15

# said TIMES TEXT: watch has; says: by and by.
said()
{
    [ "$(grep -cF -e "$2" "$scratch/watch")" -ge "$1" ]
}
says()
{
    wait_for 60 said "$@" && return
    wrong "watch should have said '$2' $1 times"
    sed 's/^/    /' "$scratch/watch"
}

# CPU time of watch, in 1/100 s.
used()
{
    awk '{ sub(/.*\) /, ""); print $12 + $13 }' /proc/$watch/stat
}

begin "a guest runs as long as xenstored does, and watch knows it"
must start_tiny web 4 2
ok define $data/web.xml
ok define $data/db.xml
vcpuconf watch 2>"$scratch/watch" &
watch=$!
says 1 "domain 'web': is as defined now"
xl_shows web '0:0-1 1:2 2-:all 3-:all'

begin "xenstored does not answer: a clear error in time"
must kill -STOP "$daemon"
run setvcpus web 3 --live
is "the exit status" 1 $rc
grep -q 'xenstored' "$scratch/err" || wrong "does not say who"
run setvcpus web 3 --live --config
is "the exit status" 1 $rc
run list
[ $rc -ne 137 ] || wrong "hangs"

begin "it answers again, and nothing has changed"
must kill -CONT "$daemon"
ok vcpucount web
holds 'current config 2' 'current live 2'
stored web '2 of 4, 0:0-1 1:2'
ok setvcpus web 3 --live
ok setvcpus web 2 --live
xl_shows web '0:0-1 1:2 2-:all 3-:all'
is "lines of watch" 2 "$(wc -l <"$scratch/watch")"

begin "xenstored is gone: a clear error at once"
must kill -KILL "$daemon"
wait_for 10 eval "! kill -0 $daemon" || wrong "xenstored stays"
limit=5
run setvcpus web 3 --live --config
is "the exit status" 1 $rc
grep -q 'xenstored' "$scratch/err" || wrong "does not say who"
run list
[ $rc -ne 137 ] || wrong "hangs"

begin "what needs no names works without it"
ok vcpupin 0 0 0-1 --live
ok vcpuinfo 0 --pretty
holds 'CPU Affinity: 0-1 '
ok nodeinfo
ok check

begin "watch goes on without it, and waits"
says 1 "the watch is over: xenstored closed the connection; beginning another one"
says 1 "xenstored is not running"
before=$(used) since=$(seconds)
wait_for 5 false
[ $(($(used) - before)) -le $((10 * ($(seconds) - since))) ] || wrong "watch spins"
must kill -0 $watch
is "lines of watch" 4 "$(wc -l <"$scratch/watch")"

begin "xenstored is started again, with nothing in it: watch begins anew"
must xenstored --pid-file=/run/xenstored-2.pid
must xen-init-dom0 >/dev/null
kill "$(cat /run/xenconsoled.pid)"
must xenconsoled --log=guest --log-dir=/var/log/xen/console --pid-file=/run/xenconsoled-2.pid
says 1 "watching again"
must start_tiny db 2 1
says 1 "domain 'db': is as defined now"
xl_shows db '0:2-3 1-:2-3'
limit=20
ok diff db
kill $watch
rc=0
wait $watch || rc=$?
is "the exit status of watch" 0 $rc

finish
