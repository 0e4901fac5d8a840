# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# Guests that end and are created again, by xl, which knows nothing of pins and
# gives them another uuid each time: reconcile puts back what was defined.

. /lab/libvc.sh

begin "a definition waits for its guest"
ok define $data/web.xml
ok setvcpus web 3 --config
ok vcpupin web 2 0,2 --config
refused 'domain is not running' vcpupin web 0 0 --live
ok diff
ok reconcile --all

begin "a guest with another uuid is known by its name, and differs"
must start_tiny web 4 2
differs web
holds ' web 0 affinity 0-1 0-3' ' web 1 affinity 2 0-3' ' web 2 state online offline'

begin "reconcile brings counts and pins back"
ok reconcile web
holds 'is as defined now'
xl_shows web '0:0-1 1:2 2:0,2 3-:all'
ok diff web
stored web '3 of 4, 0:0-1 1:2 2:0,2'

begin "reconciled once, a guest is left alone"
ok reconcile web
holds 'was done before'
must xl vcpu-pin web 1 3
ok reconcile --all
holds 'was changed since it was done'
xl_shows web '0:0-1 1:3 2:0,2 3-:all'
differs
holds ' web 1 affinity 2 3'

begin "reconcile can be forced"
ok reconcile web --force
xl_shows web '0:0-1 1:2 2:0,2 3-:all'
ok diff

begin "what was tuned by hand can be adopted"
must xl vcpu-pin web 0 1
must xl vcpu-set web 2
wait_for 20 eval 'xl vcpu-list web | grep -q "2 *- *--p"' || wrong "vCPU 2 stays"
ok adopt web
stored web '2 of 4, 0:1 1:2 2:0,2'
ok diff

begin "a guest that was created again is reconciled again"
must end_guest web
ok diff
must start_tiny web 4 1
differs
ok reconcile --all
holds 'is as defined now'
xl_shows web '0:1 1:2 2-:0,2 3-:all'
ok diff

begin "the same uuid is known under it"
must end_guest web
must start_tiny web 4 2 'uuid="7b3a5a52-93d4-4b0e-8a57-2f6d1e90c3b1"'
differs 7b3a5a52-93d4-4b0e-8a57-2f6d1e90c3b1
ok reconcile --all
xl_shows web '0:1 1:2 2-:0,2 3-:all'

begin "a default CPU set of the definition is applied"
must start_tiny db 2 2
ok define $data/db.xml
differs db
ok reconcile db
xl_shows db '0:2-3 1-:2-3'
ok diff db

begin "soft affinity survives reconcile"
must xl vcpu-pin db 0 all 0
ok reconcile db --force
xl_shows db '0:2-3/0 1-:2-3'

begin "a maximum that differs is reported, and the rest is done"
must end_guest web
must start_tiny web 2 2
run reconcile web
holds 'the maximum needs a start'
xl_shows web '0:1 1:2'

begin "pins to CPUs that the host lacks are cut, or fail alone"
must end_guest web
must start_tiny web 4 2
run vcpupin web 0 2-9 --config
run vcpupin web 1 8-9 --config
run reconcile web
is "the exit status" 1 $rc
xl_shows web '0:2-3 1:all 2-:0,2 3-:all'

end_guest web
end_guest db
finish
