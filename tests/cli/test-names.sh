#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Names from outside: nothing but printable text reaches the terminal, tables
# stay straight, and every name can be used as it is.
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"

# ---- wide and combining characters, blanks, quotes ----
long=$(printf 'x%.0s' {1..255})
names=('two words' "it's" 'a&amp;b' '日本' $'e\u0301' '%s%n' '-rf' '~' 'a\x1bb' '100%' '*' "$long")
shown=('two words' "it's" 'a&b' '日本' $'e\u0301' '%s%n' '-rf' '~' 'a\x1bb' '100%' '*' "$long")
for i in "${!names[@]}"; do
    define "${names[i]}"
    says "Domain '${shown[i]}' defined from $work/domain.xml"
    ok vcpucount --maximum -- "${shown[i]}"
    wants 4
    ok -q start -- "${shown[i]}"
    ok -q destroy -- "${shown[i]}"
done
ok list --all --name --persistent --inactive
is "names" "$(printf '%s\n' "${shown[@]}" | LC_ALL=C sort)" "$(LC_ALL=C sort "$work/out")"

ok undefine -- "$long"
ok undefine -- "two words"
ok list --inactive
holds ' -    日本     shut off' $' -    e\u0301        shut off' ' -    a\x1bb   shut off'
cp "$work/out" "$work/utf8"
LC_ALL=C ok list --inactive
cmp -s "$work/out" "$work/utf8" || fail "other output in another locale"
define "$long"
define "two words"

# On a terminal that is not one of UTF-8, its bytes would be control characters.
if command -v script >/dev/null; then
    for locale in C C.UTF-8; do
        LC_ALL=$locale script -qec "'$vcpuconf' list --inactive" /dev/null \
            </dev/null >"$work/out"
        case $locale in
        C) holds ' -    \xe6\x97\xa5\xe6\x9c\xac' ;;
        *) holds ' -    日本 ' ;;
        esac
    done
fi

# ---- characters that deceive: right to left, zero width, no-break ----
define $'abc\u202egnp'
says "Domain 'abc\\xe2\\x80\\xaegnp' defined from $work/domain.xml"
define $'a\u200bb'
ok list --inactive
holds 'abc\xe2\x80\xaegnp' 'a\xe2\x80\x8bb'
refused 'abd\xe2\x80\xaegnp' destroy $'abd\u202egnp'
ok export $'abc\u202egnp'

# ---- control characters ----
raw=$'x\e[31m\x07\x7f\u0085\xff\n\ry'
escaped='x\x1b[31m\x07\x7f\xc2\x85\xff\x0a\x0dy'
refused "$escaped" start "$raw"
refused "$escaped: No such file" define "$work/$raw"
usage "unknown command '$escaped'" "$raw"
usage "$escaped" start --"$raw"
usage "'$escaped'" start a "$raw"
usage "'$escaped'" setvcpus a "$raw"
refused "" -c "test://$raw" list
refused "" vcpupin db 0 "$raw"
mkdir "$work/$raw"
domain shown >"$work/$raw/$raw.xml"
ok define "$work/$raw/$raw.xml"
says "Domain 'shown' defined from $work/$escaped/$escaped.xml"
echo '<' >"$work/$raw/$raw.xml"
run import "$work/$raw"
grep -qF "$escaped/$escaped.xml" "$work/err" || fail "no refusal said"
# All that was ever printed above, again: no byte of a terminal's language.
for command in "list --all" "vcpulist" "help" "import $work" "history --removed" "check" "info" "uri" \
    "nodeinfo" "diff" "reconcile --all" "list --all --format json" "import --format json $work"; do
    # shellcheck disable=SC2086
    run $command
    LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]' "$work/out" "$work/err" &&
        fail "control characters were printed"
done
refused "" undefine ''

# ---- files named after domains ----
dir=$work/names.d
ok export --all --dir "$dir"
nfiles=$(find "$dir" -mindepth 1 | wc -l)
is "files" "$("$vcpuconf" list --all --persistent --name | wc -l)" "$nfiles"
for file in "two%20words.xml" "it%27s.xml" "a%26b.xml" "日本.xml" "%25s%25n.xml" "%2Drf.xml" \
    "%7E.xml" "a%5Cx1bb.xml" "%2A.xml" "abc%E2%80%AEgnp.xml"; do
    [ -f "$dir/$file" ] || fail "no file $file"
done
uuid=$("$vcpuconf" list --uuid --name --inactive | sed -n "s/ $long\$//p")
is "file of the long name" "${long:0:214}~$uuid.xml" "$(cd "$dir" && echo xxx*)"
is "its length" 255 "$(cd "$dir" && printf %s xxx* | wc -c)"
while IFS= read -r name; do
    case $name in *'\x'*) continue ;; esac
    run export -- "$name"
    is "status" 0 "$rc"
    for file in "$dir"/*; do
        cmp -s "$work/out" "$file" && continue 2
    done
    fail "no file of '$name'"
done < <("$vcpuconf" list --all --persistent --name)
ok import "$dir"
says "0 imported, $nfiles unchanged, 0 refused"

finish
