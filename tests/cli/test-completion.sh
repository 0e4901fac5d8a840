#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The completion for bash, as bash calls it.
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"
. "$abs_top_srcdir/data/completion/vcpuconf"

# A line in the words that bash makes of it, into COMP_WORDS.
cut_line()
{
    local line=$1 i c quote='' word=''
    COMP_WORDS=()
    for ((i = 0; i < ${#line}; i++)); do
        c=${line:i:1}
        if [ -n "$quote" ]; then
            word+=$c
            [ "$c" != "$quote" ] || quote=''
            continue
        fi
        case $c in
        [\'\"]) quote=$c word+=$c ;;
        \\) i=$((i + 1)) word+=\\${line:i:1} ;;
        ' ')
            [ -z "$word" ] || COMP_WORDS+=("$word")
            word=''
            ;;
        [:=])
            [ -z "$word" ] || COMP_WORDS+=("$word")
            COMP_WORDS+=("$c")
            word=''
            ;;
        *) word+=$c ;;
        esac
    done
    COMP_WORDS+=("$word")
}

# offers LINE [OFFER ...]: the completion at the end of that line. The first
# word of the line stands for the command.
offers()
{
    COMP_LINE=$1
    COMP_POINT=${#COMP_LINE}
    shift
    cut_line "$COMP_LINE"
    COMP_WORDS[0]=$vcpuconf
    COMP_LINE=$vcpuconf${COMP_LINE#vcpuconf}
    COMP_POINT=${#COMP_LINE}
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    last=("$COMP_LINE")
    rc=0
    _vcpuconf >"$work/out" 2>"$work/err"
    [ ! -s "$work/out" ] && [ ! -s "$work/err" ] || fail "printed something"
    is "offers" "$(printf '%s\n' "$@")" "$(printf '%s\n' "${COMPREPLY[@]}")"
}

# ---- what the table has, in all its commands ----
ok help --table
cp "$work/out" "$work/table"
mapfile -t globals < <(awk -F '\t' '$1 == "global" { print $3 }' "$work/table")
mapfile -t commands < <(awk -F '\t' '$1 == "command" { print $2 }' "$work/table")
offers 'vcpuconf ' "${commands[@]}"
offers 'vcpuconf help ' "${commands[@]}"
offers 'vcpuconf --' "${globals[@]}"
for command in "${commands[@]}"; do
    mapfile -t options < <(awk -F '\t' -v name="$command" \
        '$1 == "option" && $2 == name { print $3 }' "$work/table")
    offers "vcpuconf $command --" "${options[@]}" "${globals[@]}"
done

# ---- commands and options ----
offers 'vcpuconf vcpup' vcpupin
offers 'vcpuconf -q vcpup' vcpupin
offers 'vcpuconf nonsense --' "${globals[@]}"
offers 'vcpuconf nonsense '
offers 'vcpuconf vcpupin --c' --cpulist --config --current --connect
offers 'vcpuconf vcpupin --config --c' --cpulist --current --connect
offers 'vcpuconf vcpumap --kind agent-on' agent-online agent-onlinable
offers 'vcpuconf vcpumap --kind=agent-on' agent-online agent-onlinable
offers 'vcpuconf list --format ' text json
offers 'vcpuconf list -- --'

# ---- domains ----
define web '<vcpu>3</vcpu>'
define 'two words'
define "it's"
define 'a:b'
define 'a$b"c'
define '日本'
ok -q start web
offers 'vcpuconf start w' web
offers 'vcpuconf start tw' 'two\ words'
offers 'vcpuconf start two\ ' 'two\ words'
offers "vcpuconf start 'tw" "two words'"
offers 'vcpuconf start i' "it\\'s"
offers "vcpuconf start 'i" "it'\\''s'"
offers 'vcpuconf start a' 'a\$b\"c' a:b
offers 'vcpuconf start a:' b
offers "vcpuconf start 'a:" "a:b'"
offers 'vcpuconf start "a$' 'a\$b\"c"'
offers 'vcpuconf start 日' 日本
offers 'vcpuconf start --domain w' web
offers 'vcpuconf start --domain=w' web
offers 'vcpuconf setvcpus --count 2 w' web
offers 'vcpuconf start web '
offers 'vcpuconf vcpulist web w' web
offers "vcpuconf -c test:///default start " Domain-0
offers "vcpuconf start --connect=test:///default " Domain-0
offers "vcpuconf -c nonsense:///x start "

# ---- vCPUs, revisions ----
offers 'vcpuconf vcpupin web ' 0 1 2
offers 'vcpuconf vcpupin --vcpu ' # of which domain?
offers 'vcpuconf vcpupin --domain web --vcpu ' 0 1 2
offers 'vcpuconf vcpupin --vcpu=1 web '
offers 'vcpuconf setvcpu web 2' 2
offers 'vcpuconf guestvcpus web --cpulist ' 0 1 2
offers 'vcpuconf vcpupin nobody '
ok vcpupin web 0 1 --config
offers 'vcpuconf restore web ' 2 1
offers 'vcpuconf dumpxml web --revision ' 2 1

# ---- files ----
mkdir "$work/files" "$work/files/dir"
touch "$work/files/a b.xml"
cd "$work/files" || exit 99
offers 'vcpuconf import a' 'a b.xml'
offers 'vcpuconf import d' dir
offers 'vcpuconf define a\ ' 'a b.xml'
offers 'vcpuconf export --all --dir ' dir
offers 'vcpuconf backup '"$work/files/d" "$work/files/dir"
cd "$OLDPWD" || exit 99

finish
