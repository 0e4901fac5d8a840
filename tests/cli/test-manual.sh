#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# One table drives the parser, the help and the completion; the manual is
# written by hand. A command or an option that is only in some of them is an
# error.
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"

manual=$abs_top_srcdir/data/man/vcpuconf.1
documents=$abs_top_srcdir/data/man/vcpuconf-json.5

# Text of roff as it is read: no fonts, plain dashes and blanks. Italics are
# what stands in <> in the help.
plain()
{
    sed -e 's/\\fI\([^\\]*\)\\fP/<\1>/g; s/\\f[BRP]//g; s/\\~/ /g; s/\\-/-/g'
}

# The part of the manual about a command.
section()
{
    awk -v name="$1" '/^\.S[SH] / { head = $0; gsub(/\\-/, "-", head)
        inside = head == ".SS " name } inside' "$manual"
}

# Synopses, one in a line.
synopses_of_manual()
{
    section "$1" | plain | awk '
        /^\.SY / { form = $2; inside = 1; next }
        /^\.YS/ { print form; inside = 0; next }
        inside { form = form " " $0 }'
}

synopses_of_help()
{
    awk -v name="$1" '
        /^  [A-Z]/ { inside = $1 == "SYNOPSIS"; next }
        !inside || NF == 0 { next }
        $1 == name { if (form != "") print form; form = "" }
        { sub(/^ +/, ""); form = form (form == "" ? "" : " ") $0 }
        END { print form }' "$work/out"
}

# Options that have a text of their own, "--name" each.
options_in()
{
    plain | awk 'head { print; head = 0 } /^\.TP/ { head = 1 }' |
        grep -o -e '--[a-z][a-z-]*' | sort -u
}

# Options of a command in the table.
options_of_table()
{
    awk -F '\t' -v name="$1" '$1 == "option" && $2 == name { print $3 }' "$work/table" | sort
}

ok help --table
cp "$work/out" "$work/table"
commands=$(awk -F '\t' '$1 == "command" { print $2 }' "$work/table")
is "rows of the table" "" "$(awk -F '\t' '
    !($1 == "global" && NF == 4 || $1 == "command" && NF == 2 || $1 == "option" && NF == 6)' \
    "$work/table")"
is "commands in the manual" "$(sort <<<"$commands")" \
    "$(plain <"$manual" | sed -n 's/^\.SS \([a-z-]*\)$/\1/p' | sort)"
awk '/^\.SH/ { inside = /OPTIONS OF SEVERAL/ } inside' "$manual" | options_in >"$work/common"

# shellcheck disable=SC2016 # that is roff
for command in $commands; do
    ok help "$command"
    is "synopsis of $command" "$(synopses_of_help "$command")" "$(synopses_of_manual "$command")"
    options_of_table "$command" >"$work/options"
    # Neither the help nor the manual leaves one out, or has one more.
    is "options in the help of $command" "$(cat "$work/options")" \
        "$(sed -n '/^  OPTIONS/,$s/^    \[\{0,1\}\(--[a-z-]*\).*/\1/p' "$work/out" | sort)"
    section "$command" | options_in >"$work/own"
    is "options of $command that the manual lacks" "" \
        "$(sort "$work/own" "$work/common" | comm -23 "$work/options" -)"
    is "options that the manual has and $command lacks" "" "$(comm -13 "$work/options" "$work/own")"
    # Every form of words in the synopsis, also where it is written by hand.
    while IFS=$'\t' read -r _ _ option _ how _; do
        case $how in
        p*) pattern="<${option#--}>|\[$option\]" ;;
        *) pattern=$option ;;
        esac
        synopses_of_help "$command" | grep -qE -e "$pattern" ||
            fail "$option is not in the synopsis of $command"
    done < <(grep "^option"$'\t'"$command"$'\t' "$work/table")
    # Those that print documents say what is in them.
    if grep -qx -e --format "$work/options"; then
        sed -n 's/^\\fB\(.*\)/\1/p' "$documents" | plain | grep -qw "$command" ||
            fail "$documents says nothing of $command"
    fi
done

while IFS=$'\t' read -r _ letter name _; do
    awk '/^\.SH/ { inside = $2 == "OPTIONS" } inside' "$manual" | plain |
        grep -q -e "^$letter, $name" || fail "the manual says nothing of $name"
done < <(grep '^global' "$work/table")

# It is well-formed, as far as there is somebody who knows.
if command -v groff >/dev/null; then
    for page in "$manual" "$documents"; do
        is "complaints of groff" "" "$(groff -man -ww -z -Tutf8 "$page" 2>&1)"
    done
else
    echo "not looked at: is the manual well-formed (no groff)"
fi

finish
