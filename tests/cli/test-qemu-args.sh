#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Arguments for QEMU. Where there is a QEMU, it is asked what it makes of them.
. "${abs_top_srcdir:?is exported by make check}/tests/cli/lib.sh"

uuid=6c1f0a52-93d4-4b0e-8a57-2f6d1e90c3b1
define web "<uuid>$uuid</uuid><vcpu current='2'>4</vcpu>"
ok qemu-args web
wants -name web,debug-threads=on -uuid $uuid -smp cpus=2,maxcpus=4 \
    -qmp unix:/run/vcpuconf/qemu/web.qmp,server=on,wait=off \
    -qmp unix:/run/vcpuconf/qemu/web.events,server=on,wait=off \
    -chardev socket,id=vcpuconf-ga,path=/run/vcpuconf/qemu/web.ga,server=on,wait=off \
    -device virtio-serial,id=vcpuconf-serial \
    -device virtserialport,bus=vcpuconf-serial.0,chardev=vcpuconf-ga,name=org.qemu.guest_agent.0
cp "$work/out" "$work/all"
ok qemu-args $uuid -r
cmp -s "$work/out" "$work/all" || fail "others by UUID"
ok start web
ok setvcpus web 4 --live
ok qemu-args web
cmp -s "$work/out" "$work/all" || fail "the running domain counts"
ok qemu-args web --no-agent --no-events --dir /d//
wants -name web,debug-threads=on -uuid $uuid -smp cpus=2,maxcpus=4 \
    -qmp unix:/d/web.qmp,server=on,wait=off
ok qemu-args web --no-agent --no-events --dir /
holds unix:/web.qmp,
ok qemu-args web --no-agent --format json
json '?' 'arguments name uuid' /name web '/arguments#' 10 /arguments/1 web,debug-threads=on
usage "does not begin with '/'" qemu-args web --dir d
usage "does not begin with '/'" qemu-args web --dir ''
refused nobody qemu-args nobody
refused "do not have any persistent config" qemu-args Domain-0

# ---- which vCPUs QEMU starts ----
# smp ELEMENTS WANTED
smp()
{
    define holes "<uuid>7c1f0a52-93d4-4b0e-8a57-2f6d1e90c3b1</uuid>$1"
    run qemu-args holes
    is "counts of $1" "$2" "$(sed -n '/^-smp/{n;p}' "$work/out")"
}
smp '<vcpu>3</vcpu>' cpus=3,maxcpus=3
# rows STATE ...: <vcpus> with a row for each.
rows()
{
    local id=0 word
    printf '<vcpu>%d</vcpu><vcpus>' $#
    for word in "$@"; do
        printf "<vcpu id='%d' enabled='%s' hotpluggable='%s'/>" $id $word \
            "$([ $id -eq 0 ] && [ $word = yes ] && echo no || echo yes)"
        id=$((id + 1))
    done
    printf '</vcpus>'
}
smp "$(rows yes yes no no yes no)" cpus=2,maxcpus=6
smp "$(rows yes no yes)" cpus=1,maxcpus=3
smp "$(rows yes yes yes no)" cpus=3,maxcpus=4
smp "$(rows no yes)" cpus=1,maxcpus=2
grep -q "^warning: domain 'holes': the definition has vCPU 0 offline" "$work/err" || fail "no warning"

# ---- names and directories that a shell or QEMU would take apart ----
for name in 'two words' 'a*b' 'a?b' '[ab]' "it's" 'a"b' 'a$b' 'a`b' 'a\b' 'a;b' 'a(b' '~' 'a!b' 'a|b' 'a>b'; do
    define "$(sed 's/"/\&quot;/g; s/>/\&gt;/g' <<<"$name")"
    refused "which a shell could take for its own" qemu-args -- "$name"
    ok qemu-args --format shell -- "$name"
    is "lines" 1 "$(wc -l <"$work/out")"
    eval "set -- $(cat "$work/out")"
    is "name for eval" "$name,debug-threads=on" "$2"
    is "arguments for eval" 16 $#
    ok qemu-args --format null -- "$name"
    mapfile -t -d '' arguments <"$work/out"
    is "name with NUL" "$name,debug-threads=on" "${arguments[1]}"
    is "arguments with NUL" 16 ${#arguments[@]}
done
refused "holds ' '" qemu-args web --dir '/two words'
define "$(printf 'x%.0s' {1..120})"
refused "bytes; the system allows 107" qemu-args "$(printf 'x%.0s' {1..120})"
define 'a,b'
ok qemu-args a,b --dir /c,d
holds a,,b,debug-threads=on unix:/c,,d/a,,b.qmp,server=on path=/c,,d/a,,b.ga,
define 'k=v'
ok qemu-args k=v
holds guest=k=v,debug unix:path=/run/vcpuconf/qemu/k=v.qmp,server=on

# ---- the directory of a URI ----
if "$vcpuconf" version | grep -qw qemu; then
    mkdir "$work/sock et"
    ok -c "qemu://$(uri_path "$work")/sock%20et?store=$(uri_path "$work")/store.db" qemu-args web --format null
    tr '\0' '\n' <"$work/out" >"$work/lines"
    grep -qF "unix:$work/sock et/web.qmp," "$work/lines" || fail "not the directory of the URI"
else
    echo "not looked at: the directory of a URI (a build without QEMU)"
fi

# ---- QEMU itself ----
if command -v qemu-system-x86_64 >/dev/null && command -v python3 >/dev/null; then
    dir=$(mktemp -d "${TMPDIR:-/tmp}/vcpuconf-test-XXXXXX")
    trap 'rm -rf -- "$work" "$dir"' EXIT
    for name in web 'a,b' 'k=v'; do
        # shellcheck disable=SC2046 # that is what it is for
        qemu-system-x86_64 $("$vcpuconf" qemu-args --dir "$dir" -- "$name") -nodefaults \
            -display none -machine pc -accel tcg -m 16 -S -daemonize -pidfile "$dir/pid" \
            >"$work/out" 2>"$work/err" || { fail "QEMU refuses $name"; continue; }
        for kind in qmp events; do
            is "name that QEMU says" "$name" "$(python3 - "$dir/$name.$kind" <<'END'
import json, socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
f = s.makefile("rw")
f.readline()
for command in ("qmp_capabilities", "query-name"):
    f.write('{"execute":"%s"}' % command)
    f.flush()
    answer = json.loads(f.readline())
print(answer["return"]["name"])
END
)"
        done
        [ -S "$dir/$name.ga" ] || fail "no socket of the agent"
        kill "$(cat "$dir/pid")"
    done
else
    echo "not looked at: QEMU itself (no qemu-system-x86_64 or python3)"
fi

finish
