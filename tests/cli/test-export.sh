#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"

umask 0
dir=$work/out.d
ok import "$examples"

# ---- one domain ----
ok export web1
cmp -s "$work/out" "$examples/xen-pv-web.xml" || fail "other bytes"
ok export web1 -
cmp -s "$work/out" "$examples/xen-pv-web.xml" || fail "other bytes"
ok export web1 "$work/web1.xml"
says "Domain 'web1' exported to $work/web1.xml"
cmp -s "$work/web1.xml" "$examples/xen-pv-web.xml" || fail "other bytes"
is "mode" 600 "$(stat -c %a "$work/web1.xml")"

# Of a running domain it is the definition.
ok start web1
ok setvcpus web1 4 --live
ok export web1
cmp -s "$work/out" "$examples/xen-pv-web.xml" || fail "other bytes"

# ---- what is there stays ----
refused "is there already" export probe "$work/web1.xml"
cmp -s "$work/web1.xml" "$examples/xen-pv-web.xml" || fail "was overwritten"
ok export probe "$work/web1.xml" --force
cmp -s "$work/web1.xml" "$examples/one-line.xml" || fail "was not replaced"
refused "Is a directory" export probe "$work" --force
refused "No such file" export probe "$work/none/probe.xml"
refused "nobody" export nobody "$work/nobody.xml"
[ -e "$work/nobody.xml" ] && fail "made a file of nothing"
ln -s nowhere "$work/dangling"
refused "is there already" export probe "$work/dangling"
[ -e "$work/nowhere" ] && fail "wrote through a dangling link"

# Devices and pipes are written to, never replaced.
ok export probe /dev/null
ok export probe --force /dev/null
[ -c /dev/null ] || fail "/dev/null was replaced"
mkfifo "$work/fifo"
cat "$work/fifo" >"$work/through" &
ok export probe "$work/fifo"
wait $!
cmp -s "$work/through" "$examples/one-line.xml" || fail "other bytes through a pipe"

# ---- directories ----
files()
{
    find "$dir" -mindepth 1 | wc -l
}
nexamples=$(find "$examples" -name '*.xml' | wc -l)
ok export --all --dir "$dir"
is "mode of the directory" 700 "$(stat -c %a "$dir")"
is "files" "$nexamples" "$(files)"
is "lines" "$nexamples" "$(grep -c '^Domain .* exported to ' "$work/out")"
for example in "$examples"/*.xml; do
    for file in "$dir"/*; do
        cmp -s "$example" "$file" && continue 2
    done
    fail "no file equals $example"
done
run export --all --dir "$dir"
is "status where all is there" 1 "$rc"
ok export --all --dir "$dir/" --force
is "files" "$nexamples" "$(files)"
rm -r "$dir"
ok export web1 probe --dir="$dir"
is "files" "probe.xml web1.xml" "$(cd "$dir" && echo *)"
refused "nobody" export web1 nobody --dir "$dir" --force
refused "Not a directory" export web1 --dir "$work/web1.xml/"

# ---- usage ----
usage "needs a <domain>" export
usage "needs a <domain>" export --dir "$dir"
usage "either domains or --all" export --all web1 --dir "$dir"
usage "--all needs --dir" export --all
usage "several domains need --dir" export web1 probe x
usage "--dir is empty" export --all --dir ''

# A transient domain has nothing to export.
ok undefine web1
refused "" export web1
ok export --all --dir "$dir" --force

finish
