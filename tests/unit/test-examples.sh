#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# data/examples: at least eight documents, each valid by our schema, with a
# name and a uuid that no other one has, and each in data/local.mk.
set -eu

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
examples=$top/data/examples

command -v xmllint >/dev/null || { echo "xmllint is missing"; exit 77; }

fail()
{
    echo "$*"
    exit 1
}

# same_in_two XPATH: the values that more than one example has.
same_in_two()
{
    local file
    for file in "$examples"/*.xml; do
        xmllint --xpath "string($1)" "$file" | tr 'A-F' 'a-f' | tr -d -- '-'
    done | sort | uniq -d
}

count=0
for file in "$examples"/*.xml; do
    xmllint --noout --nonet --relaxng "$top/schema/domain.rng" "$file" ||
        fail "$file: not valid"
    uuid=$(xmllint --xpath 'string(/domain/uuid)' "$file")
    [ -n "$uuid" ] || fail "$file: no uuid, so an export would differ"
    grep -qF "data/examples/${file##*/} " "$top/data/local.mk" ||
        fail "$file: not in data/local.mk"
    grep -qF "${file##*/} " "$examples/README" || fail "$file: not in the README there"
    count=$((count + 1))
done

[ $count -ge 8 ] || fail "only $count examples"
[ -z "$(same_in_two /domain/name)" ] || fail "same name: $(same_in_two /domain/name)"
[ -z "$(same_in_two /domain/uuid)" ] || fail "same uuid: $(same_in_two /domain/uuid)"
grep -q "$(printf '\r')" "$examples/crlf-windows.xml" ||
    fail "crlf-windows.xml: its line ends were converted"
echo "$count examples"
