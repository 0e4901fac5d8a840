# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# The contract of all drivers, and cases of this one: lab_contract.c.

. /lab/lib.sh

if ! command -v lab_contract >/dev/null; then
    skip "driver contract: not built (the library check is missing)"
    exit 0
fi

out=/tmp/contract
status=0
CK_VERBOSITY=verbose lab_contract >$out 2>&1 || status=$?

# FILE:LINE:P:CASE:TEST:ITERATION: Passed
ran=0
while IFS=: read -r file line result group name rest; do
    case $result in
    P) pass "driver of $group: $name" ;;
    F | E) fail "driver of $group: $name:$rest ($file:$line)" ;;
    *) continue ;;
    esac
    ran=$((ran + 1))
done <$out
[ $ran -gt 0 ] || fail "driver contract: no test has run"
[ $status -eq 0 ] || { cat $out && exit $status; }
