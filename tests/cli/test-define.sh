#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# define, undefine, dumpxml.
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"

file=$work/web.xml
domain web "<uuid>6c1f0a52-93d4-4b0e-8a57-2f6d1e90c3b1</uuid><vcpu current='2'>4</vcpu>" >"$file"

# ---- define ----
ok define "$file"
says "Domain 'web' defined from $file"
ok dumpxml web
cmp -s "$file" "$work/out" || fail "dumpxml differs from what was defined"
ok define --file "$file" --validate
says "Domain 'web' defined from $file"
ok define "$file"

# From a pipe and from standard input.
rc=0
"$vcpuconf" define - <"$file" >"$work/out" 2>"$work/err" || rc=$?
is "status with standard input" 0 "$rc"
says "Domain 'web' defined from -"
ok define <(cat "$file")

# UTF-16 holds NUL bytes; it is kept as UTF-8.
domain utf16 >"$work/utf8.xml"
{ echo '<?xml version="1.0" encoding="UTF-16"?>'; cat "$work/utf8.xml"; } |
    iconv -f UTF-8 -t UTF-16 >"$work/utf16.xml"
ok define "$work/utf16.xml"
says "Domain 'utf16' defined from $work/utf16.xml"
ok vcpucount utf16 --config
wants 4
ok undefine utf16

# ---- what is refused, and changes nothing ----
before=$(state)
usage "needs a <file>" define
refused "$work/none.xml: No such file" define "$work/none.xml"
refused "$work: Is a directory" define "$work"
: >"$work/bad.xml"
refused "$work/bad.xml: " define "$work/bad.xml"
echo '<domain' >"$work/bad.xml"
refused "$work/bad.xml: " define "$work/bad.xml"
domain web '<vcpu current="5">4</vcpu>' >"$work/bad.xml"
refused "$work/bad.xml: " define "$work/bad.xml"
domain web >"$work/bad.xml" # other UUID
sed -i 's/<memory/<uuid>00000000-0000-4000-8000-000000000001<\/uuid>&/' "$work/bad.xml"
refused "web" define "$work/bad.xml"
sed 's/>web</>other</' "$file" >"$work/bad.xml" # other name
refused "web" define "$work/bad.xml"
{ cat "$file"; printf '\0'; } >"$work/bad.xml"
refused "$work/bad.xml: " define "$work/bad.xml"
{ cat "$file"; head -c 5000000 /dev/zero | tr '\0' ' '; } >"$work/bad.xml"
refused "$work/bad.xml: " define "$work/bad.xml"
refused "/dev/zero: " define /dev/zero
is "state after refusals" "$before" "$(state)"

# ---- dumpxml ----
ok start web
ok setvcpus web 3 --live
ok dumpxml web --inactive
cmp -s "$file" "$work/out" || fail "--inactive differs from what was defined"
ok dumpxml web
holds "<vcpu current='3'>4</vcpu>"
ok dumpxml web --security-info --update-cpu --migratable
refused "nobody" dumpxml nobody
usage "no option --active" dumpxml web --active

# ---- undefine ----
ok undefine web
says "Domain 'web' has been undefined"
ok list --transient --name
holds web
ok dumpxml web
refused "" dumpxml web --inactive
refused "" undefine web
refused "" start web
ok destroy web
refused "web" undefine web
refused "nobody" undefine nobody
ok define "$file"
ok undefine web --nvram --managed-save --snapshots-metadata --checkpoints-metadata
ok list --all --name --persistent
wants_nothing

finish
