#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"

dir=$work/in
mkdir "$dir"
for i in 1 2 3; do
    domain "d$i" "<uuid>00000000-0000-4000-8000-00000000000$i</uuid><vcpu>$i</vcpu>" >"$dir/d$i.xml"
done

# ---- files, directories, standard input ----
ok import "$dir"
says "3 imported, 0 unchanged, 0 refused"
ok import "$dir/"
says "0 imported, 3 unchanged, 0 refused"
sed -i 's/<vcpu>3/<vcpu>5/' "$dir/d3.xml"
ok import "$dir/d1.xml" "$dir/d3.xml"
says "1 imported, 1 unchanged, 0 refused"
ok vcpucount d3 --maximum
wants 5
rc=0
sed 's/>d1</>d4</; s/001</004</' "$dir/d1.xml" |
    "$vcpuconf" import - "$dir" >"$work/out" 2>"$work/err" || rc=$?
is "status with standard input" 0 "$rc"
says "1 imported, 3 unchanged, 0 refused"
ok import <(cat "$dir/d1.xml")
says "0 imported, 1 unchanged, 0 refused"
ok -q import "$dir"
wants_nothing

# Of a directory only its *.xml files; a pipe in it is not waited for.
mkfifo "$dir/pipe.xml"
echo '<not-a-domain/>' | tee "$dir/README" "$dir/.hidden.xml" "$dir/.xml" >"$dir/x.xml.orig"
mkdir "$dir/sub.xml"
ok import "$dir"
says "0 imported, 3 unchanged, 0 refused"

# ---- bad ones do not stop the others ----
mkdir "$work/mixed"
cp "$dir"/d?.xml "$work/mixed"
sed -i 's/<memory>1/<memory>2/' "$work/mixed"/*.xml
domain b '<vcpu current="9">4</vcpu>' >"$work/mixed/a-bad.xml"
printf '<domain>\n<name>c</name>\n</domian>\n' >"$work/mixed/z-bad.xml"
: >"$work/mixed/d2-empty.xml"
ln -s nowhere "$work/mixed/d2-link.xml"
run import "$work/mixed" "$work/none.xml"
is "status with bad files" 1 "$rc"
says "3 imported, 0 unchanged, 5 refused"
is "refusals" 5 "$(grep -c '^error: ' "$work/err")"
for text in "$work/mixed/a-bad.xml" "$work/mixed/z-bad.xml:3: " "$work/mixed/d2-empty.xml" \
    "$work/mixed/d2-link.xml: No such" "$work/none.xml: No such"; do
    grep -qF "error: $text" "$work/err" || fail "no refusal of $text"
done
ok list --all --name --persistent
wants d1 d2 d3 d4

# ---- all or nothing ----
sed -i 's/<memory>2/<memory>3/' "$work/mixed"/d?.xml
before=$(state)
run import --all-or-nothing "$work/mixed"
is "status" 1 "$rc"
says "Nothing imported, 1 refused"
rm "$work/mixed/d2-link.xml"
run import --all-or-nothing "$work/mixed"
is "status" 1 "$rc"
is "refusals" 3 "$(grep -c '^error: ' "$work/err")"
says "Nothing imported, 3 refused"
is "state after all or nothing" "$before" "$(state)"
rm "$work/mixed"/*-bad.xml "$work/mixed/d2-empty.xml"
ok import --all-or-nothing "$work/mixed"
says "3 imported, 0 unchanged, 0 refused"

# ---- nothing to import ----
mkdir "$work/empty"
run import "$work/empty"
is "status of an empty directory" 1 "$rc"
grep -qF "error: $work/empty: holds no file" "$work/err" || fail "no error said"
usage "needs a <file>" import
usage "no option --force" import --force x

# ---- many ----
mkdir "$work/many"
for ((i = 0; i < 2500; i++)); do
    printf '<domain><name>m%d</name><uuid>00000000-0000-4000-9000-%012d</uuid></domain>' \
        "$i" "$i" >"$work/many/$i.xml"
done
echo '<domain>' >"$work/many/1234.xml"
run import "$work/many"
is "status of many" 1 "$rc"
says "2499 imported, 0 unchanged, 1 refused"
grep -q "many/1234.xml" "$work/err" || fail "no refusal said"
is "domains" 2503 "$("$vcpuconf" list --inactive --name | wc -l)"

finish
