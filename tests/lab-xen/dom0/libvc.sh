# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# For the scripts that run the command.  Each has a store of its own, says what
# it is about with `begin SENTENCE`, looks, and ends with `finish`.  A sentence
# passes when nothing that follows it was wrong.

. /lab/lib.sh

data=/lab/data
scratch=$(mktemp -d)
export VCPUCONF_URI="xen:///system?store=$scratch/store.db"
limit=20 # seconds that any command may take
sentence=''
last=''
rc=0

begin()
{
    verdict
    sentence=$*
    sound=yes
}

verdict()
{
    if [ -z "$sentence" ]; then
        return
    elif [ $sound = yes ]; then
        pass "$sentence"
    else
        fail "$sentence"
    fi
    sentence=''
}

finish()
{
    verdict
    rm -rf -- "$scratch"
    exit 0
}

wrong()
{
    sound=no
    echo "  wrong: $*"
    echo "    after: $last (exit status $rc)"
    sed 's/^/    /' "$scratch/out" "$scratch/err"
    case $rc in
    13[0-68-9]) dmesg | tail -n 5 ;; # by a signal other than KILL
    esac
}

# must COMMAND ...: preparations of a test.
must()
{
    "$@" || { : >"$scratch/out" && last=$* && rc=- && wrong "failed: $*"; }
}

# run ARGUMENT ...: the command; leaves $rc, $scratch/out and $scratch/err.
run()
{
    last="vcpuconf $*"
    rc=0
    timeout -s KILL $limit vcpuconf "$@" >"$scratch/out" 2>"$scratch/err" || rc=$?
    [ $rc -ne 137 ] || wrong "hangs: no end within $limit s"
}

# ok ARGUMENT ...: it does what it is told and complains of nothing.
ok()
{
    run "$@"
    [ $rc -eq 0 ] || { wrong "refused"; return; }
    [ ! -s "$scratch/err" ] || wrong "complained"
}

# refused TEXT ARGUMENT ...: exit status 1 and one error with that text.
refused()
{
    text=$1
    shift
    run "$@"
    [ $rc -eq 1 ] || wrong "the exit status should be 1"
    grep -q '^error: ' "$scratch/err" || wrong "no error said"
    grep -qF -e "$text" "$scratch/err" || wrong "does not say '$text'"
}

# differs TEXT ...: `diff` has exit status 3 and these in its lines.
differs()
{
    run diff "$@"
    [ $rc -eq 3 ] || wrong "the exit status should be 3"
}

# holds TEXT ...: stdout holds each; spaces are counted as one.
holds()
{
    for text in "$@"; do
        tr -s ' ' <"$scratch/out" | grep -qF -e "$text" || wrong "no '$text' in the output"
    done
}

# is WHAT WANTED GOT
is()
{
    [ "$2" = "$3" ] || wrong "$1 should be '$2', not '$3'"
}

# xl_shows DOMAIN "VCPU:HARD[/SOFT] ...": what Xen does with all vCPUs, as the
# other tool sees it.  "-" behind the vCPU: it is offline.  Soft "all" is left out.
xl_shows()
{
    is "the state in Xen of $1" "$2" "$(xl vcpu-list "$1" | awk '
        NR > 1 {
            n = NF - 2
            soft = $NF == "all" ? "" : "/" $NF
            printf "%s%s%s:%s%s", s, $3, $4 == "-" ? "-" : "", $n, soft
            s = " "
        }')"
}

# stored DOMAIN "ONLINE of MAXIMUM, VCPU:PIN ...": what its definition says.
stored()
{
    is "the definition of $1" "$2" "$(vcpuconf export "$1" | sed -n '
        s/.*<vcpu [^>]*current=.\([0-9]*\).>\([0-9]*\)<.*/\1 of \2,/p
        s/.*<vcpu>\([0-9]*\)<.*/\1 of \1,/p
        s/.*<vcpu id=.\([0-9]*\). enabled=.no.*/\1-/p
        s/.*<vcpupin vcpu=.\([0-9]*\). cpuset=.\([0-9,-]*\).*/\1:\2/p' |
        tr '\n' ' ' | sed 's/ $//')"
}

# guest_shows DOMAIN CPUS: what a Linux guest says of its CPUs, by and by.
guest_shows()
{
    guest_has "$@" && return
    wrong "the CPUs that $1 has should be $2"
    tail -n 5 "$(guest_console "$1")"
    xl vcpu-list "$1"
}
