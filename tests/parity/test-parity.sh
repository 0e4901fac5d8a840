#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Every call means the same on every hypervisor: compares the stored tables of
# the flag walk (tests/api/walk.h), cell by cell, with that of the test host.
# That a stored table is what the hypervisor gives is checked where it runs:
# by test_api_flags, make check-qemu and make check-xen.
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}

# Driver | its table. The first is what the others are compared with.
tables='
test | tests/api/flags.expect
qemu | tests/lab-qemu/flags-qemu.expect
xen  | tests/lab-xen/flags-xen.expect
'

# Prints "call<TAB>flag<TAB>state<TAB>outcome" for each cell of a table, or what
# is wrong with it, after "!".
# shellcheck disable=SC2016 # that is awk
read_table='
function numbers(text, into,   parts, i, n, ends, k) {
    n = split(text, parts, " ")
    for (i = 1; i <= n; i++) {
        if (parts[i] == "-") { into["-"] = 1; continue }
        if (split(parts[i], ends, "-") == 1) ends[2] = ends[1]
        for (k = ends[1] + 0; k <= ends[2] + 0; k++) into[k] = 1
    }
}
BEGIN { split("active transient inactive gone", states, " ") }
/^#/ || /^$/ { next }
/^[^ ]/ { call = $0; ncalls++; next }
{
    if (split($0, cell, /  +/) != 6) {
        print "!" FILENAME ":" FNR ": not understood: " $0
        next
    }
    delete flags
    numbers(cell[6], flags)
    for (flag in flags) {
        for (s = 1; s <= 4; s++) {
            if ((call, flag, s) in seen)
                print "!" FILENAME ":" FNR ": twice: " call ", flags " flag
            seen[call, flag, s] = 1
            print call "\t" flag "\t" states[s] "\t" cell[s + 1]
        }
        n[call]++
    }
}
END {
    if (ncalls < 20) print "!" FILENAME ": only " ncalls " calls"
    for (call in n)
        if (n[call] != 64 && n[call] != 1)
            print "!" FILENAME ": " call " has " n[call] " of 64 flag values"
}'

# The same from the list of differences: "driver<TAB>call<TAB>flag<TAB>state<TAB>
# outcome<TAB>line".
# shellcheck disable=SC2016
read_differences='
BEGIN { FS = " *[|] *"; split("active transient inactive gone", t, " ")
        for (s in t) is_state[t[s]] = 1 }
/^#/ || /^$/ { next }
{
    sub(/ +$/, "")
    bad = NF != 6 || $6 == ""
    nstates = split($3, states, " ")
    for (s = 1; s <= nstates; s++) bad = bad || !(states[s] in is_state)
    if (bad) {
        print "!" FILENAME ":" FNR ": not understood: " $0
        next
    }
    n = split($2, parts, " ")
    for (i = 1; i <= n; i++) {
        if (split(parts[i], ends, "-") == 1) ends[2] = ends[1]
        for (k = ends[1] + 0; k <= ends[2] + 0; k++)
            for (s = 1; s <= nstates; s++)
                print $4 "\t" $1 "\t" (parts[i] == "-" ? "-" : k) "\t" \
                    states[s] "\t" $5 "\t" FNR
    }
}'

# compare DIR: prints every difference that is not allowed and everything that
# is allowed without being one; nothing is a pass.
compare()
{
    local dir=$1 driver file list cells
    list=$(awk "$read_differences" "$dir/tests/parity/differences" 2>&1)
    grep '^!' <<<"$list" | cut -c2-
    cells=''
    while IFS='|' read -r driver file; do
        driver=${driver// /}
        file=${file// /}
        [ -n "$driver" ] || continue
        if [ ! -s "$dir/$file" ]; then
            echo "$file is missing: no table of $driver"
            continue
        fi
        cells+=$(awk "$read_table" "$dir/$file" 2>&1 | sed "s/^[^!]/$driver\t&/")$'\n'
    done <<<"$tables"
    grep '^!' <<<"$cells" | cut -c2- | sed "s|^$dir/||"
    # shellcheck disable=SC2016
    { sed '/^!/d' <<<"$list"; echo; sed '/^!/d' <<<"$cells"; } | awk -F '\t' '
        BEGIN { OFS = ", " }
        !tables && $0 == "" { tables = 1; next }
        $0 == "" { next }
        !tables { may[$1, $2, $3, $4] = $5; line[$1, $2, $3, $4] = $6; next }
        reference == "" { reference = $1 }
        $1 == reference { want[$2, $3, $4] = $5; next }
        {
            drivers[$1] = 1
            have[$1, $2, $3, $4] = $5
            at[$1, $2, $3, $4] = $2 SUBSEP $3 SUBSEP $4
        }
        END {
            for (cell in have) {
                split(cell, p, SUBSEP)
                key = at[cell]
                if (!(key in want)) {
                    print p[1] ": a cell that " reference " lacks: " p[2], "flags " p[3], p[4]
                } else if (cell in may) {
                    used[cell] = 1
                    if (have[cell] == want[key])
                        print "differences:" line[cell] ": no difference: " p[2], "flags " p[3], p[4]
                    else if (have[cell] != may[cell])
                        print p[1] ": " p[2], "flags " p[3], p[4] ": " have[cell] \
                            ", the difference listed is " may[cell]
                } else if (have[cell] != want[key]) {
                    print p[1] ": " p[2], "flags " p[3], p[4] ": " have[cell] \
                        ", but " want[key] " on " reference
                }
            }
            for (cell in may)
                if (!(cell in used)) print "differences:" line[cell] ": no such cell"
            for (key in want)
                for (driver in drivers)
                    if (!((driver, key) in have)) {
                        split(key, p, SUBSEP)
                        print driver ": lacks " p[1], "flags " p[2], p[3]
                    }
        }' | sort
}

failures=0
copy=''

# must_notice WORDS FILE SED-SCRIPT [LINE OF DIFFERENCES]: with FILE edited, the
# comparison must say WORDS.
must_notice()
{
    local words=$1 file=$2 edit=$3 line=${4-} found
    rm -rf "$copy/tests"
    sed -n 's/.*| *//p' <<<"$tables" |
        (cd "$top" && xargs cp --parents --no-preserve=mode -t "$copy" \
            tests/parity/differences)
    sed -i "$edit" "$copy/$file"
    [ -z "$line" ] || echo "$line" >>"$copy/tests/parity/differences"
    found=$(compare "$copy")
    grep -qF -e "$words" <<<"$found" && return
    echo "not noticed: '$words'; printed: ${found:-nothing}"
    failures=$((failures + 1))
}

test_the_test()
{
    local qemu=tests/lab-qemu/flags-qemu.expect
    local pin='virDomainPinVcpuFlags(1)'
    must_notice "$pin, flags 1, active: 1 L, but 0 L on test" $qemu \
        "/^virDomainPinVcpuFlags(1)/,/^\$/{/  1\$/s/^  0 L/  1 L/}"
    must_notice "gone: NO_SUPPORT, but NO_DOMAIN" $qemu \
        "/^virDomainGetMaxVcpus/,/^\$/s/NO_DOMAIN /NO_SUPPORT/"
    must_notice 'has 63 of 64 flag values' $qemu 's/ 4-63$/ 5-63/'
    must_notice 'twice' $qemu 's/ 4-63$/ 3-63/'
    must_notice 'not understood' $qemu '/^virDomainGetMaxVcpus/,/^$/s/NO_DOMAIN//'
    must_notice 'lacks virDomainGetMaxVcpus' $qemu '/^virDomainGetMaxVcpus/,/^$/d'
    must_notice 'a cell that test lacks' $qemu 's/^virDomainGetMaxVcpus/virNothing/'
    must_notice 'is missing' $qemu d
    must_notice 'no difference' $qemu '' "$pin | 2-3 | active | qemu | 0 C | because"
    must_notice 'no such cell' $qemu '' "$pin | 64 | active | qemu | 0 C | because"
    must_notice 'no such cell' $qemu '' "$pin | 0 | active | vax | 0 C | because"
    must_notice 'not understood' $qemu '' "$pin | 0 | active | qemu | 0 C | "
    must_notice 'the difference listed is 2 L' $qemu \
        "/^virDomainPinVcpuFlags(1)/,/^\$/{/  1\$/s/^  0 L/  1 L/}" \
        "$pin | 1 | active | qemu | 2 L | because"
}

found=$(compare "$top")
if [ -n "$found" ]; then
    echo "$found"
    exit 1
fi

copy=$(mktemp -d ./test-parity.XXXXXX) || exit 99
trap 'rm -rf "$copy"' EXIT
copy=$(cd "$copy" && pwd)
test_the_test
[ "$failures" -eq 0 ] || exit 1
echo "the tables agree, and every change of them was noticed"
