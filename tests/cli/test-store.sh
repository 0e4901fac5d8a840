#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# backup, check, info.
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"

store=$work/store.db
ok import "$examples"
nexamples=$(find "$examples" -name '*.xml' | wc -l)

# ---- check ----
ok check
says "The store is sound"
ok -q check
wants_nothing
ok -r check
ok check --format json
json '?' 'faults sound' /sound true '/faults#' 0
usage "unexpected argument" check x

# ---- info ----
ok info
holds "URI:            $VCPUCONF_URI" "Hypervisor:     TEST" "Store:          $store" \
    "Access:         read and write" "Definitions:    $nexamples" "Revisions:      $nexamples" \
    "Kept:           last 100 revisions of each definition" \
    "                last 1000 removed definitions" \
    "Command:        vcpuconf " "Library:        libvcpuconf " "Built with:     " sqlite libxml2
ok -r info
holds "Access:         read only"
ok setvcpus web1 3 --config
ok info --format json
json '?' 'command features hypervisor library store uri' /uri "$VCPUCONF_URI" /hypervisor TEST \
    '/store?' 'bytes change definitions format keep_removed keep_revisions path read_only revisions' /store/path "$store" \
    /store/read_only false /store/definitions "$nexamples" /store/revisions $((nexamples + 1))
bytes=$("$abs_top_builddir/tests/cli/jsonget" "$work/out" /store/bytes)
[ "$bytes" -ge "$(stat -c %s "$store")" ] || fail "$bytes bytes are less than the file has"
refused "" -r -c "test:///default?store=$(uri_path "$work")/none.db" info

# ---- backup ----
umask 0
ok backup "$work/copy.db"
says "Store copied to $work/copy.db"
is "mode" 600 "$(stat -c %a "$work/copy.db")"
cp "$work/copy.db" "$work/copy"
refused "$work/copy.db" backup "$work/copy.db"
cmp -s "$work/copy" "$work/copy.db" || fail "a refused backup changed the file"
ok undefine web1
ok -q backup --replace --file "$work/copy.db"
wants_nothing
cmp -s "$work/copy" "$work/copy.db" && fail "the copy was not replaced"
(cd "$work" && run backup relative.db && [ "$rc" -eq 0 ]) || fail "refused a relative path"
[ -f "$work/relative.db" ] || fail "no copy where it was wanted"
ok -r backup "$work/by-reader.db"
refused "$work/none/copy.db" backup "$work/none/copy.db"
refused "" backup "$work"
refused "" backup --replace "$work"
usage "is empty" backup ''
usage "standard output" backup -
usage "needs a <file>" backup
is "files left behind" "" "$(find "$work" -maxdepth 1 -name '*.db*' ! -name 'copy.db' \
    ! -name relative.db ! -name by-reader.db ! -name 'store.db*' ! -name 'host.db*')"

# The copy is a store.
chmod 700 "$work"
from_copy=(-c "test:///default?store=$(uri_path "$work")/copy.db")
ok "${from_copy[@]}" check
ok "${from_copy[@]}" export --all --dir "$work/exported"
is "definitions in the copy" $((nexamples - 1)) "$(find "$work/exported" -name '*.xml' | wc -l)"
ok "${from_copy[@]}" restore web1
ok list --inactive --name
grep -qx web1 "$work/out" && fail "the copy and the store are one"

# ---- faults ----
# A byte of a document is changed behind the store's back.
where=$(grep -obUa 'git-mirror</name>' "$work/copy" | head -n 1 | cut -d: -f1)
cp "$work/copy" "$work/bad.db"
printf 'X' | dd of="$work/bad.db" bs=1 seek="$where" conv=notrunc 2>"$work/err"
chmod 600 "$work/bad.db"
from_bad=(-c "test:///default?store=$(uri_path "$work")/bad.db")
run "${from_bad[@]}" check
is "status with a fault" 1 "$rc"
grep -qE '^[1-9][0-9]* faults?$' "$work/out" || fail "does not count the faults"
holds git-mirror
nfaults=$(sed -n 's/^\([0-9]*\) faults\{0,1\}$/\1/p' "$work/out")
run "${from_bad[@]}" check --format json
is "status with a fault" 1 "$rc"
json /sound false '/faults#' "$nfaults"
run -q "${from_bad[@]}" check
is "lines" "$nfaults" "$(wc -l <"$work/out")"
head -c 20000 "$work/copy" >"$work/cut.db"
chmod 600 "$work/cut.db"
run -c "test:///default?store=$(uri_path "$work")/cut.db" check
is "status of half a file" 1 "$rc"

finish
