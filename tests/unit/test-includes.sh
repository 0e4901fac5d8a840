#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The walls of the house: which room may include which header, which room may
# see which library, file length, licence lines. Checks the tree, then breaks
# each rule once in a copy of a part of it and wants that to be noticed.
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
line_limit=600
licence='SPDX-License-Identifier: LGPL-2.1-or-later'

# Folder | the only headers of ours that its files may include, as patterns.
# The row of the longest folder that matches counts. Headers of the folder
# itself are always allowed; an internal.h is nobody else's.
may_know='
include             | vcpuconf/*
src/util            |
src/model           | util/*
src/plan            | util/* model/*
src/xml             | util/* model/*
src/store           | util/*
src/store/sqlite    | util/* store/*
src/driver          | util/* model/*
src/driver/test     | util/* model/* driver/driver.h
src/driver/xen      | util/* model/* driver/driver.h
src/driver/qemu     | util/* model/* driver/driver.h
src/engine          | util/* model/* plan/* xml/xml.h store/store.h driver/driver.h
src/reconcile       | util/* model/* engine/*
src/api             | util/* model/* engine/* reconcile/* vcpuconf/*
src/cli             | vcpuconf/*
'

# System header | the only folders below src that may include it.
may_see='
libxml/*            | src/xml
sqlite3*            | src/store/sqlite
json-c/*            | src/driver src/cli
json.h              |
xenctrl.h           | src/driver/xen
xenstore.h          | src/driver/xen
xen/*               | src/driver/xen
uv.h                | src/cli
systemd/*           | src/cli
libvirt/*           |
check.h             |
'

# row_of TABLE KEY: the second field of the row that has exactly that key.
row_of()
{
    local key value
    while IFS='|' read -r key value; do
        if [ "${key// /}" = "$2" ]; then
            echo "$value"
            return 0
        fi
    done <<<"$1"
    return 1
}

# room_of FILE: its folder, or the nearest one above that has a row.
room_of()
{
    local dir=${1%/*}
    while ! row_of "$may_know" "$dir" >/dev/null; do
        case $dir in
        */*) dir=${dir%/*} ;;
        *) return 1 ;;
        esac
    done
    echo "$dir"
}

# check_ours FILE HEADER: prints why FILE may not include "HEADER".
check_ours()
{
    local file=$1 header=$2 room pattern
    room=$(room_of "$file") || { echo "is in a folder without a row"; return; }
    case $header in
    *../* | /* | src/* | include/*)
        echo "includes \"$header\": name it from the root of its include path"
        return
        ;;
    */*) ;;
    *) return ;; # beside the file, or config.h
    esac
    case "src/${header%/*}/" in
    "$room"/*) return ;;
    esac
    case $header in
    */internal.h)
        echo "includes \"$header\", which is inside of another room"
        return
        ;;
    esac
    # A pattern must not meet the names of files here: set -f below.
    for pattern in $(row_of "$may_know" "$room"); do
        # shellcheck disable=SC2254 # it is a pattern
        case $header in
        $pattern) return ;;
        esac
    done
    echo "includes \"$header\": $room may not know it"
}

# check_theirs FILE HEADER: prints why FILE may not include <HEADER>.
check_theirs()
{
    local file=$1 header=$2 pattern folders folder
    while IFS='|' read -r pattern folders; do
        pattern=${pattern// /}
        [ -n "$pattern" ] || continue
        # shellcheck disable=SC2254 # it is a pattern
        case $header in
        $pattern) ;;
        *) continue ;;
        esac
        for folder in $folders; do
            case $file in
            "$folder"/*) return ;;
            esac
        done
        echo "includes <$header>: only for ${folders:-nobody}"
    done <<<"$may_see"
}

# All includes, as "file:line<TAB>kind<TAB>header".
list_includes()
{
    # shellcheck disable=SC2016 # that is awk
    find include src -name '*.[ch]' -print0 | sort -z | xargs -0 -r awk '
        match($0, /^[ \t]*#[ \t]*include[ \t]*["<][^">]*/) {
            text = substr($0, RSTART, RLENGTH)
            kind = text ~ /</ ? "theirs" : "ours"
            sub(/^[^"<]*["<]/, "", text)
            printf "%s:%d\t%s\t%s\n", FILENAME, FNR, kind, text
        }'
}

check_includes()
{
    local place kind header why
    while IFS=$'\t' read -r place kind header; do
        # <vcpuconf/x.h> is ours however it is written.
        case $kind:$header in
        theirs:vcpuconf/*) kind=ours ;;
        esac
        if [ "$kind" = ours ]; then
            why=$(check_ours "${place%:*}" "$header")$(check_theirs "${place%:*}" "$header")
        else
            why=$(check_theirs "${place%:*}" "$header")
        fi
        [ -z "$why" ] || echo "$place $why"
    done < <(list_includes)
}

# Files written by hand that can carry a licence line.
list_sources()
{
    find include src schema data tests -type f \
        \( -name '*.[ch]' -o -name '*.cc' -o -name '*.sh' -o -name '*.py' \
        -o -name '*.mk' -o -name '*.map' -o -name '*.rng' -o -name '*.in' \) -print0
    find m4 -name 'vc_*.m4' -print0
    printf '%s\0' configure.ac Makefile.am autogen.sh run.in .ci/run
}

check_files()
{
    # shellcheck disable=SC2016 # that is awk
    list_sources | sort -z | xargs -0 awk -v limit="$line_limit" -v licence="$licence" '
        function finish() {
            if (name == "") return
            if (!licensed) print name ": no line \"" licence "\" at its head"
            if (lines > limit) print name ": " lines " lines, limit " limit
        }
        FNR == 1 { finish(); name = FILENAME; licensed = 0; offset = 0 }
        FNR == 1 && /^(#!|<\?xml)/ { offset = 1 }
        FNR == 1 + offset && index($0, licence) { licensed = 1 }
        { lines = FNR }
        END { finish() }'
    list_sources | while IFS= read -r -d '' name; do
        [ -s "$name" ] || echo "$name: empty or missing"
    done
}

# check_tree DIR: prints what is wrong; nothing is a pass.
check_tree()
{
    (cd "$1" && set -f && check_includes && check_files)
}

copy=''
failures=0

# must_notice WORDS FILE TEXT: with TEXT as FILE (">>FILE": behind it) in the
# copy, check_tree must print one line with FILE and WORDS.
must_notice()
{
    local words=$1 file=$2 text=$3 found
    local path=$copy/${file#>>} saved=$copy.saved

    rm -f "$saved"
    [ -e "$path" ] && cp "$path" "$saved"
    mkdir -p "${path%/*}"
    case $file in
    '>>'*) printf '%b' "$text" >>"$path" ;;
    *) printf '%b' "$text" >"$path" ;;
    esac
    found=$(check_tree "$copy")
    if ! grep -F "${file#>>}" <<<"$found" | grep -qF "$words"; then
        echo "not noticed: '$words' in ${file#>>}; printed: ${found:-nothing}"
        failures=$((failures + 1))
    fi
    rm -f "$path"
    [ ! -e "$saved" ] || mv "$saved" "$path"
}

test_the_test()
{
    local head="/* $licence */\n" long

    must_notice 'may not know' src/model/bad.c "$head#include \"store/store.h\"\n"
    must_notice 'may not know' src/util/bad.h "$head#include \"model/cpuset.h\"\n"
    must_notice 'may not know' src/store/bad.c "$head#include \"model/cpuset.h\"\n"
    must_notice 'may not know' src/store/sqlite/bad.c "$head  #  include \"xml/xml.h\"\n"
    must_notice 'may not know' src/driver/test/bad.c "$head#include \"driver/qemu/q.h\"\n"
    must_notice 'may not know' src/engine/bad.c "$head#include \"driver/test/t.h\"\n"
    must_notice 'may not know' src/api/bad.c "$head#include \"store/store.h\"\n"
    must_notice 'may not know' src/plan/bad.c "$head#include <vcpuconf/vcpuconf.h>\n"
    must_notice 'may not know' src/cli/bad.c "$head#include \"util/error.h\"\n"
    must_notice 'name it from' src/cli/bad.c "$head#include \"../util/error.h\"\n"
    must_notice 'inside of another' src/engine/bad.c "$head#include \"plan/internal.h\"\n"
    must_notice 'may not know' include/vcpuconf/bad.h "$head#include \"util/error.h\"\n"
    must_notice 'without a row' src/attic/bad.c "$head#include \"util/error.h\"\n"
    must_notice 'only for' src/model/bad.c "$head#include <libxml/tree.h>\n"
    must_notice 'only for' src/store/bad.c "$head#include <sqlite3.h>\n"
    must_notice 'only for' src/engine/bad.c "$head#include \"json-c/json.h\"\n"
    must_notice 'only for' src/driver/test/bad.c "$head#include <xenctrl.h>\n"
    must_notice 'only for' src/cli/bad.c "$head#include <libvirt/libvirt.h>\n"
    must_notice 'at its head' src/model/bad.c 'int x;\n'
    must_notice 'at its head' tests/unit/bad.sh '#!/bin/sh\ntrue\n'
    must_notice 'empty or missing' schema/bad.rng ''
    long=$(printf '\\n%.0s' $(seq $line_limit))
    must_notice '601 lines' src/model/bad.c "$head$long"
    must_notice 'only for' '>>src/util/error.c' '#include <sqlite3.h>\n'
    return "$failures"
}

found=$(check_tree "$top")
if [ -n "$found" ]; then
    echo "$found"
    exit 1
fi

copy=$(mktemp -d ./test-includes.XXXXXX) || exit 99
trap 'rm -rf "$copy" "$copy.saved"' EXIT
copy=$(cd "$copy" && pwd)
mkdir "$copy/include" "$copy/schema" "$copy/data" "$copy/tests"
# One room is enough to break rules in, and keeps the many runs short.
(cd "$top" && cp -r --parents --no-preserve=mode src/util m4 .ci/run \
    configure.ac Makefile.am autogen.sh run.in "$copy") || exit 99
found=$(check_tree "$copy")
if [ -n "$found" ]; then
    echo "the copy differs from the tree: $found"
    exit 99
fi
test_the_test || exit 1
echo "every broken rule was noticed"
