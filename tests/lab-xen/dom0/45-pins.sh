# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# Pins in a row while other hands are at work: lab_pins.c.

. /lab/lib.sh

out=/tmp/pins
status=0
lab_pins >$out 2>&1 || status=$?
while read -r result name; do
    case $result in
    pass) pass "pins in a row: $name" ;;
    fail) fail "pins in a row: $name" ;;
    *) echo "$result $name" ;;
    esac
done <$out
grep -q '^pass ' $out || fail "pins in a row: no case has run"
[ $status -eq 0 ] || exit $status
