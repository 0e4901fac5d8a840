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

# Nor one that came in the place of a file after the directory was listed, as
# surely as the pipe that is named is read behind that.
mkdir "$work/swapped"
cp "$dir/d1.xml" "$work/swapped"
mkfifo "$work/named"
timeout 20 "$vcpuconf" import "$work/named" "$work/swapped" >"$work/out" 2>"$work/err" &
importer=$!
# shellcheck disable=SC2016 # the inner shell's
timeout 20 bash -c 'exec >"$1" && rm "$2" && mkfifo "$2" && cat "$3"' - \
    "$work/named" "$work/swapped/d1.xml" "$dir/d1.xml" || fail "the named pipe was not read"
rc=0
wait "$importer" || rc=$?
is "status with a pipe in a file's place" 1 "$rc"
last=(vcpuconf import "$work/named" "$work/swapped")
says "0 imported, 1 unchanged, 1 refused"
grep -qF "swapped/d1.xml: is not a regular file" "$work/err" || fail "no refusal of a pipe"

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

# ---- documents ----
ok import "$dir" --format json
json '?' 'complete imported refusals refused unchanged' '/refusals#' 0 /imported 3 /unchanged 0 \
    /refused 0 /complete true
printf '<domain>\n<name>c</name>\n</domian>\n' >"$work/mixed/z-bad.xml"
sed -i 's/<memory>3/<memory>4/' "$work/mixed"/d?.xml
before=$(state)
run import --format json "$work/mixed" "$work/none.xml" --all-or-nothing
is "status" 1 "$rc"
json '/refusals#' 1 /refusals/0/file "$work/none.xml" /imported 0 /unchanged 0 /refused 1
run import --format json "$work/mixed" --all-or-nothing
is "status" 1 "$rc"
json '/refusals#' 1 /imported 0 /unchanged 0 /refused 1
is "state after all or nothing" "$before" "$(state)"
run import --format json "$work/mixed" "$work/none.xml"
is "status" 1 "$rc"
is "refusals" 2 "$(grep -c '^error: ' "$work/err")"
json '/refusals#' 2 '/refusals/0?' 'file line reason' /imported 3 /refused 2 /complete true \
    /refusals/0/file "$work/none.xml" /refusals/0/line null \
    /refusals/0/reason 'No such file or directory' \
    /refusals/1/file "$work/mixed/z-bad.xml" /refusals/1/line 3
"$abs_top_builddir/tests/cli/jsonget" "$work/out" /refusals/1/reason | grep -q '^at line' &&
    fail "the line is said twice"

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

# ---- any number of bytes in a bounded room ----
if [ -z "${SANITIZE_CFLAGS-}" ]; then
    mkdir "$work/big"
    {
        echo '<domain><name>big</name><uuid>00000000-0000-4000-a000-000000000001</uuid><description>'
        head -c 1000000 /dev/zero | tr '\0' x
        echo '</description></domain>'
    } >"$work/big/0.xml"
    for ((i = 1; i < 1200; i++)); do
        ln -s 0.xml "$work/big/$i.xml"
    done
    rc=0
    (ulimit -v 110000 && exec "$vcpuconf" import "$work/big") >"$work/out" 2>"$work/err" || rc=$?
    last=(vcpuconf import "$work/big")
    says "1 imported, 1199 unchanged, 0 refused"
    is "status with little memory" 0 "$rc"
else
    echo "not looked at: memory (sanitizers take all there is)"
fi

finish
