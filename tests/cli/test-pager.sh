#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# --pager, on a terminal of script(1).
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"

define web
define control $'<vcpu>4</vcpu><title>x\u009bcontrol</title>'

# Without a terminal there is nothing to page.
cat >"$work/pager" <<'P'
#!/bin/sh
echo "args $#: $*" >"${0%/*}/paged.args"
cat >"${0%/*}/paged"
cat "${0%/*}/paged"
P
chmod +x "$work/pager"
export PAGER=$work/pager
ok list --all
cp "$work/out" "$work/list"
ok list --all --pager
cmp -s "$work/out" "$work/list" || fail "--pager prints something else"
[ -e "$work/paged" ] && fail "a pager for a file"
usage "no option --pager" start web --pager

if ! command -v script >/dev/null; then
    echo "skipped: no script(1) to make a terminal"
    [ "$failures" -eq 0 ] && exit 77
    finish
fi

# on_terminal COMMAND LINE: what the terminal shows is in $work/out.
on_terminal()
{
    last=("$1")
    rc=0
    script -qec "$1" /dev/null </dev/null >"$work/typescript" 2>"$work/err" || rc=$?
    tr -d '\r' <"$work/typescript" >"$work/out"
}
paged()
{
    rm -f "$work/paged" "$work/paged.args"
    on_terminal "'$vcpuconf' $1"
    is "exit status" 0 "$rc"
    [ -e "$work/paged" ] || fail "no pager"
}

paged "list --all --pager"
cmp -s "$work/paged" "$work/list" || fail "the pager got something else"
cmp -s "$work/out" "$work/list" || fail "the terminal shows something else"
paged "list --all --pager --format json"
cp "$work/paged" "$work/out"
json '/domains#' 3
for command in "history web" "history --removed" "dumpxml web" "dumpxml web --revision 1" \
    vcpulist help "help list" "list --name"; do
    # shellcheck disable=SC2086
    ok $command
    cp "$work/out" "$work/plain"
    paged "$command --pager"
    [ "$command" = vcpulist ] || cmp -s "$work/paged" "$work/plain" ||
        fail "the pager got something else"
done

# Nothing raw, before a pager and on a terminal; to a file every byte.
paged "dumpxml --pager control"
grep -qF 'x\xc2\x9bcontrol' "$work/paged" || fail "raw in the pager"
on_terminal "'$vcpuconf' dumpxml control"
holds 'x\xc2\x9bcontrol'
on_terminal "'$vcpuconf' export control"
holds 'x\xc2\x9bcontrol'
ok dumpxml control
holds $'>x\u009bcontrol<'

# Words of $PAGER, with and without a need of a shell.
PAGER="$work/pager -a  b" paged "list --pager"
is "words" "args 2: -a b" "$(cat "$work/paged.args")"
PAGER="X=1 '$work/pager' 'a b'" paged "list --pager"
is "words" "args 1: a b" "$(cat "$work/paged.args")"
# One that is not there does not hide the output.
mkdir "$work/bin"
ln -s "$work/pager" "$work/bin/less"
PAGER=$work/none on_terminal "PATH='$work/bin':\$PATH '$vcpuconf' list --all --pager"
cmp -s "$work/bin/paged" "$work/list" || fail "no other pager"
PAGER='cat' on_terminal "'$vcpuconf' list --all --pager"
cmp -s "$work/out" "$work/list" || fail "the terminal shows something else"

# A pager that ends early is no failure, and no complaint.
mkdir "$work/many"
for ((i = 0; i < 3000; i++)); do
    printf '<domain><name>many-%d-%s</name><uuid>00000000-0000-4000-9000-%012d</uuid></domain>' \
        "$i" "$(printf 'x%.0s' {1..100})" "$i" >"$work/many/$i.xml"
done
ok -q import "$work/many"
PAGER="head -n 1" on_terminal "'$vcpuconf' list --all --pager"
is "exit status" 0 "$rc"
is "lines" 1 "$(wc -l <"$work/out")"
# A pipe that closes early ends the command without a word.
rc=0
"$vcpuconf" list --all 2>"$work/err" | head -n 1 >"$work/out"
[ -s "$work/err" ] && fail "complained of a closed pipe"
# A command that fails prints its error, and opens no pager.
rm -f "$work/paged"
on_terminal "'$vcpuconf' dumpxml nobody --pager"
is "exit status" 1 "$rc"
[ -e "$work/paged" ] && fail "a pager for nothing"

# ---- the progress line of import, on the terminal's stderr ----
on_terminal "'$vcpuconf' import '$work/many'"
grep -q '1000 of 3000 files' "$work/typescript" || fail "no progress line"
is "last line" "0 imported, 3000 unchanged, 0 refused" "$(tr '\r' '\n' <"$work/typescript" | sed '/^$/d' | tail -n 1)"
on_terminal "'$vcpuconf' -q import '$work/many'"
is "what --quiet prints" "" "$(cat "$work/out")"
ok import "$work/many"
wants "0 imported, 3000 unchanged, 0 refused" ''

finish
