# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# Without xenstored.  It can't be started again with what it knew, so this comes
# last.

. /lab/libvc.sh

daemon=$(cat /run/xenstored.pid)
limit=15

begin "a guest runs as long as xenstored does"
must start_tiny web 4 2
ok define $data/web.xml

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
xl_shows web '0:all 1:all 2-:all 3-:all'

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

finish
