#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"

unset COLUMNS NO_COLOR
export TERM=xterm

# host FILE PARAMETERS: the host that follows, with a store of its own.
host()
{
    VCPUCONF_URI="test://$(uri_path "$work")/$1?$2&store=$(uri_path "$work")/$1.store"
    export VCPUCONF_URI
}

# runs NAME [VCPU ELEMENTS]
runs()
{
    define "$@"
    ok -q start "$1"
}

# paints LINE ...: the rows of stdout, without what stands around the panels.
paints()
{
    cp "$work/out" "$work/all"
    sed -n '/^ *node\|^domain/,/^running/p' "$work/all" >"$work/out"
    wants "$@"
    cp "$work/all" "$work/out"
}

# The characters of the longest line of stdout.
widest()
{
    local line most=0
    while IFS= read -r line; do
        [ ${#line} -le "$most" ] || most=${#line}
    done <"$work/out"
    echo "$most"
}

# ---- eight CPUs, two nodes, one CPU offline ----
host small 'cpus=8&nodes=2&offline=7'
runs web "<vcpu current='3'>4</vcpu><cputune><vcpupin vcpu='0' cpuset='0-1'/>
    <vcpupin vcpu='1' cpuset='0-1'/><vcpupin vcpu='2' cpuset='2,7'/>
    <vcpupin vcpu='3' cpuset='2-3'/></cputune>"
runs db "<vcpu cpuset='1-5'>5</vcpu>"
runs router "<vcpu current='2'>3</vcpu>"
ok map
wants '8 host CPUs (7 online), 2 NUMA nodes; 4 domains with 18 vCPUs online' \
    '' \
    '              node 0 ────   node 1 ────' \
    'domain  vCPU   0  1  2  3    4  5  6  7' \
    'web        0  ██ ░░  ·  ·    ·  ·  ·  ×' \
    '           1  ░░ ▄▄  ·  ·    ·  ·  ·  ×' \
    '           2   ·  · ██  ·    ·  ·  ·  ×' \
    '           3   ·  · ── ──    ·  ·  ·  ×' \
    'db       0-4   · ██ ▄▄ ██   ▄▄ ██  ·  ×' \
    'anywhere      ██ ▄▄ ██ ▄▄   ██ ▄▄ ██  ×' \
    'confined       2  7  6  5    5  5  ·  ×' \
    'running        3  1  2  1    1  1  1  ×' \
    '' \
    'shared    0-5 (more than one vCPU is confined there)' \
    'anywhere   Domain-0:0-7, router:0-1, router:2(offline)' \
    '█ runs there  ▄ waits there  ░ may run there  ─ may, when it is online  · no' \
    '× CPU is offline' \
    ''
cp "$work/out" "$work/golden"

# Four share no row, five do; a named domain is alone, and is there once.
ok setvcpus db 4 --live
ok map db web db
paints '              node 0 ────   node 1 ────' \
    'domain  vCPU   0  1  2  3    4  5  6  7' \
    'db         0   · ██ ░░ ░░   ░░ ░░  ·  ×' \
    '           1   · ░░ ▄▄ ░░   ░░ ░░  ·  ×' \
    '           2   · ░░ ░░ ██   ░░ ░░  ·  ×' \
    '           3   · ░░ ░░ ░░   ▄▄ ░░  ·  ×' \
    '           4   · ── ── ──   ── ──  ·  ×' \
    'web        0  ██ ░░  ·  ·    ·  ·  ·  ×' \
    '           1  ░░ ▄▄  ·  ·    ·  ·  ·  ×' \
    '           2   ·  · ██  ·    ·  ·  ·  ×' \
    '           3   ·  · ── ──    ·  ·  ·  ×' \
    'confined       2  6  5  4    4  4  ·  ×' \
    'running        1  1  1  1    ·  ·  ·  ×'
holds 'idle      4-6 (no vCPU runs there now)' 'unused    6 (no vCPU may run there)'
ok setvcpus db 5 --live

# ---- signs and colours ----
esc=$(printf '\033')
LC_ALL=C ok map
paints '              node 0 ----   node 1 ----' \
    'domain  vCPU   0  1  2  3    4  5  6  7' \
    'web        0  ## ++  .  .    .  .  .  x' \
    '           1  ++ oo  .  .    .  .  .  x' \
    '           2   .  . ##  .    .  .  .  x' \
    '           3   .  . -- --    .  .  .  x' \
    'db       0-4   . ## oo ##   oo ##  .  x' \
    'anywhere      ## oo ## oo   ## oo ##  x' \
    'confined       2  7  6  5    5  5  .  x' \
    'running        3  1  2  1    1  1  1  x'
LC_ALL=C grep -q '[^ -~]' "$work/out" && fail "not ASCII"
ok map --color always
sed "s/$esc\[[0-9;]*m//g" "$work/out" >"$work/plain"
cmp -s "$work/plain" "$work/golden" || fail "colours change more than colours"
grep -q "$esc\[" "$work/out" || fail "no colours"
grep -q "$esc\[0*[1-9][^$esc]*\$" "$work/out" && fail "a line ends in a colour"
ok map --color auto
cmp -s "$work/out" "$work/golden" || fail "colours where there is no terminal"
usage "is none of: auto always never" map --color yes
if command -v script >/dev/null; then
    # colours TEXT ...: what map prints on a terminal, with these variables.
    colours()
    {
        env "$@" script -qec "stty cols 120; '$vcpuconf' map" /dev/null </dev/null | grep -c "$esc\["
    }
    [ "$(colours A=1)" -gt 0 ] || fail "no colours on a terminal"
    is "lines with colours, NO_COLOR" 0 "$(colours NO_COLOR=1)"
    [ "$(colours NO_COLOR=)" -gt 0 ] || fail "an empty NO_COLOR took the colours"
    is "lines with colours, TERM=dumb" 0 "$(colours TERM=dumb)"
    is "lines with colours, no TERM" 0 "$(colours -u TERM)"
    is "lines with colours, never" 0 "$(script -qec "'$vcpuconf' map --color never" /dev/null \
        </dev/null | grep -c "$esc\[")"
else
    echo "not looked at: colours on a terminal (no script)"
fi
ok -q map
is "first line" '              node 0 ────   node 1 ────' "$(head -n 1 "$work/out")"
is "last line" 'running        3  1  2  1    1  1  1  ×' "$(tail -n 1 "$work/out")"

# ---- domains that do not run ----
define off
ok map
cmp -s "$work/out" "$work/golden" || fail "a domain that does not run is in it"
refused "off: Requested operation is not valid: domain is not running" map off
refused "nobody" map nobody
run map off db
is "status" 1 "$rc"
grep -q '^db ' "$work/out" || fail "the other one is missing"

# ---- the document ----
ok map --format json
json '?' 'cpus domains idle nodes shared unused' '/domains#' 4 '/domains/1?' 'id name uuid vcpus' \
    /domains/1/vcpus/3/state offline /domains/1/vcpus/2/cpus 2 /domains/0/vcpus/0/any_cpu true \
    '/cpus#' 8 '/cpus/1?' 'allowed confined cpu online running' /cpus/1/confined 7 \
    /cpus/1/allowed 17 /cpus/0/running 3 /cpus/7/online false '/nodes#' 2 /nodes/0/node 0 \
    /nodes/1/cpus 4-7 /shared 0-5 /idle '' /unused ''
usage "either --svg or --format json" map --svg x --format json

# ---- the picture ----
ok map --svg "$work/map.svg"
says "Map written to $work/map.svg"
is "mode" 600 "$(stat -c %a "$work/map.svg")"
refused "is there already (--force replaces it)" map --svg "$work/map.svg"
ok map --svg "$work/map.svg" --force
refused "No such file" map --svg "$work/none/map.svg"
usage "--svg is empty" map --svg ''
usage "--force needs --svg" map --force
ok map --svg -
cmp -s "$work/out" "$work/map.svg" || fail "printed, it is another picture"
holds 'viewBox="0 0 ' '<title id="title">' '<desc id="desc">8 host CPUs (7 online)' 'role="img"' \
    '<title>CPU 7 is offline</title>' '<title>web vCPU 0: runs on CPU 0</title>' \
    '<title>web vCPU 1: waits on CPU 1</title>' '<title>web vCPU 3: offline, may run on CPU 2-3' \
    '<title>db vCPU 0-4: may run on CPU 1-3</title>' 'node 1: CPUs 4-7' \
    '<title>CPU 1: 7 vCPU(s) confined there, 1 running now</title>'
grep -qiE '<script|href|url\([^#]|@import|on[a-z]+=|https?://[^w]' "$work/out" && fail "not self-contained"
grep -q '>web vCPU 2: may run on CPU 7<' "$work/out" && fail "a bar on a CPU that is offline"
wellformed()
{
    if command -v xmllint >/dev/null; then
        xmllint --noout --nonet "$1" 2>"$work/err" || fail "not well-formed"
    else
        echo "not looked at: is $1 well-formed (no xmllint)"
    fi
}
wellformed "$work/map.svg"

# ---- names that want more than to be names ----
define '&lt;text>&lt;script>&amp;amp;&quot;' "<vcpu cpuset='1'>1</vcpu>"
ok start '<text><script>&amp;"'
runs $'x\u200b31m\u202e\u00e9' "<vcpu cpuset='1'>1</vcpu>"
runs "$(printf '日%.0s' {1..80})" "<vcpu cpuset='1'>1</vcpu>"
ok map
# As many columns for each of them, though not as many characters.
sed 's/日/xx/g' "$work/out" | grep '×$' | grep -v offline >"$work/rows"
while IFS= read -r line; do
    echo ${#line}
done <"$work/rows" | sort -u >"$work/widths"
is "different widths of rows" 1 "$(wc -l <"$work/widths")"
holds 'x\xe2\x80\x8b31m\xe…' '<text><script>&amp;"' '日…'
ok map --svg -
holds '&lt;text&gt;&lt;script&gt;&amp;amp;"<' 'x\xe2\x80\x8b31m\xe2\x80\xaeé' '…'
LC_ALL=C grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$work/out" && fail "control characters"
cp "$work/out" "$work/odd.svg"
wellformed "$work/odd.svg"

# ---- many CPUs ----
# pins FIRST N: elements that pin N vCPUs, each to one CPU.
pins()
{
    local i
    printf '<cputune>'
    for ((i = 0; i < $2; i++)); do
        printf "<vcpupin vcpu='%d' cpuset='%d'/>" "$i" $(($1 + i))
    done
    printf '</cputune>'
}
host big 'cpus=256&nodes=4&offline=100-103'
runs db "<vcpu>40</vcpu>$(pins 24 40)"
runs farm "<vcpu cpuset='64-127'>100</vcpu>"
runs web "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='126-129'/></cputune>"
COLUMNS=80 ok map
[ "$(widest)" -le 80 ] || fail "wider than the terminal"
[ "$(wc -l <"$work/out")" -lt 90 ] || fail "too long"
holds 'CPUs 160-255: no vCPU is confined there, none runs there now' '+ more than 9'
sed '/^ *node 1/,$d' "$work/out" | grep -q '^farm' && fail "a row with nothing in it"
sed -n '/^ *node 1/,/^running/p' "$work/out" >"$work/panel"
is "panel" "$(printf '%s\n' 'domain  vCPU  64       72       80       88' \
    'farm    0-99  █▄█▄█▄█▄ █▄█▄█▄█▄ █▄█▄█▄█▄ █▄█▄█▄█▄' \
    'anywhere' \
    'confined      ++++++++ ++++++++ ++++++++ ++++++++')" \
    "$(sed -n '2,5p' "$work/panel")"
COLUMNS=200 ok map
[ "$(widest)" -le 200 ] || fail "wider than the terminal"
is "panels" 2 "$(grep -c '^domain' "$work/out")"
for columns in '' 0 x 1 99999999999999999999; do
    COLUMNS=$columns ok map
done
ok map --svg "$work/big.svg"
wellformed "$work/big.svg"
[ "$(stat -c %s "$work/big.svg")" -lt 500000 ] || fail "a big file"

# A block that is named by its first CPU says nothing where there are gaps.
host odd 'cpus=5&nodes=5'
runs one "<vcpu cpuset='4'>1</vcpu>"
ok map one
paints 'domain  vCPU   0    1    2    3    4' \
    'one        0   ·    ·    ·    ·   ██' \
    'confined       ·    ·    ·    ·    1' \
    'running        ·    ·    ·    ·    1'
host ragged 'cpus=200&nodes=100'
runs one "<vcpu cpuset='129'>1</vcpu>"
COLUMNS=200 ok map one
grep -qE '^ +1' "$work/out" || fail "no digits above each other"
host huge 'cpus=16384&nodes=64'
runs one "<vcpu cpuset='16383'>1</vcpu>"
ok map
[ "$(wc -l <"$work/out")" -lt 40 ] || fail "too long"
ok map --svg -
ok map --format json
json '/cpus#' 16384

finish
