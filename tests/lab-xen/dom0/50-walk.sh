# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# Every call with every flag, compared with what is expected.

. /lab/lib.sh

if lab_walk >/tmp/walk 2>/tmp/walk.err && diff /lab/flags-xen.expect /tmp/walk >/tmp/walk.diff; then
    pass "every call with every flag"
else
    cat /tmp/walk.err /tmp/walk.diff
    echo "--- the whole table, to renew flags-xen.expect"
    cat /tmp/walk
    echo "---"
    fail "every call with every flag"
fi
