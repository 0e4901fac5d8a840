#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
#     data/demo.sh [DIRECTORY WITH DOMAIN XML]
#
# Shows vcpuconf at work on a simulated host, in a directory of its own that
# is removed at the end. Finds vcpuconf in PATH. Each command is printed before
# it runs; if one does not do what is said here, the script ends with status 1.
set -eu -o pipefail

examples=${1:-$(cd "$(dirname "$0")/examples" && pwd)}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/vcpuconf-demo-XXXXXX")
trap 'rm -rf -- "$tmp"' EXIT
case $tmp in
/*[!A-Za-z0-9/._-]* | [!/]*)
    echo "demo.sh: set TMPDIR to an absolute path that needs no escapes in a URI" >&2
    exit 1
    ;;
esac
unset VCPUCONF_STORE VCPUCONF_DEBUG
export VCPUCONF_URI="test://$tmp/host.db?cpus=64&store=$tmp/store.db"

die()
{
    printf '\ndemo.sh: %s\n' "$*" >&2
    exit 1
}

say()
{
    printf '\n'
    printf '# %s\n' "$@"
}

# run STATUS COMMAND ...: prints it, runs it, wants that exit status. What it
# printed is in $tmp/output (and shown without the empty line at its end).
run()
{
    local want=$1 status=0 word
    shift
    printf '\n$'
    for word in "$@"; do
        case $word in
        '' | *[!A-Za-z0-9/._:,=-]*) printf " '%s'" "$word" ;;
        *) printf ' %s' "$word" ;;
        esac
    done
    printf '\n'
    "$@" >"$tmp/output" 2>&1 || status=$?
    sed '${/^$/d}' "$tmp/output"
    [ "$status" -eq "$want" ] ||
        die "exit status $status instead of $want: $*"
}

# wants TEXT ...: each of them is in what was printed last.
wants()
{
    local text
    for text in "$@"; do
        grep -qF -e "$text" "$tmp/output" || die "did not print '$text'"
    done
}

wants_nothing()
{
    [ ! -s "$tmp/output" ] || die "printed something"
}

# counts DOMAIN ROW ...: the table of counts has these rows.
counts()
{
    local domain=$1 row
    shift
    run 0 vcpuconf vcpucount "$domain"
    for row in "$@"; do
        tr -s ' ' <"$tmp/output" | grep -qx -e "$row" ||
            die "no row '$row' for $domain"
    done
}

fill_the_store()
{
    local files=("$examples"/*.xml)

    say "A simulated host with 64 CPUs and an empty store. \$VCPUCONF_URI names both:" \
        "$VCPUCONF_URI" "Import a folder of domain XML."
    run 0 vcpuconf import "$examples"
    wants "${#files[@]} imported, 0 unchanged, 0 refused"

    say "What is there now. Domain-0 is the simulated host's own."
    run 0 vcpuconf list --all
    wants db-orders desktop web1 'shut off'

    say "How many vCPUs: 5 of the desktop's 8 are online, with holes between them."
    counts desktop 'maximum config 8' 'current config 5'
    say "Where they may run."
    run 0 vcpuconf vcpupin desktop
    wants ' 7      27'
}

start_some()
{
    local domain

    say "Start some. The live state is what the definitions say: no drift."
    for domain in web1 desktop db-orders router; do
        run 0 vcpuconf start "$domain"
        wants "Domain '$domain' started"
    done
    run 0 vcpuconf diff
    wants_nothing
}

change_live()
{
    say "LIVE: vCPU 0 of the running database moves to another NUMA node. The" \
        "definition stays as it is; 'diff' shows the drift and exits with 3."
    run 0 vcpuconf vcpupin db-orders 0 48-63 --live
    run 3 vcpuconf diff
    wants db-orders 0-15 48-63
}

change_config()
{
    say "CONFIG: 3 vCPUs for the web server, from its next start on."
    run 0 vcpuconf setvcpus web1 3 --config
    counts web1 'current config 3' 'current live 2'
}

change_both()
{
    say "LIVE and CONFIG, all or nothing: every vCPU of the desktop, now and later." \
        "First only the plan."
    run 0 vcpuconf setvcpus desktop 8 --live --config --dry-run
    wants live config
    run 0 vcpuconf setvcpus desktop 8 --live --config
    counts desktop 'current config 8' 'current live 8'
}

change_maximum()
{
    say "MAXIMUM: up to 8 vCPUs for the web server; it takes a start to get there."
    run 0 vcpuconf setvcpus web1 8 --maximum --config
    counts web1 'maximum config 8' 'maximum live 4'

    say "Until then the running domain refuses more than its 4. Nothing changes."
    run 1 vcpuconf setvcpus web1 7 --live --config
    wants 'error: ' '7 > 4'
    counts web1 'current config 3' 'current live 2'
}

stop_and_start()
{
    local domain

    say "Stop and start: the live state is the stored one again, so there is no drift."
    for domain in web1 desktop db-orders; do
        run 0 vcpuconf destroy "$domain"
        run 0 vcpuconf start "$domain"
    done
    run 0 vcpuconf diff
    wants_nothing
    counts web1 'maximum live 8' 'current live 3'

    say "What each vCPU does now."
    run 0 vcpuconf vcpulist router web1 desktop
    wants 'any cpu' '--p' 'r--' '-b-'
}

# The examples that no exported file is equal to.
changed_examples()
{
    local example exported
    for example in "$examples"/*.xml; do
        for exported in "$tmp"/out/*.xml; do
            cmp -s "$example" "$exported" && continue 2
        done
        basename "$example"
    done
}

export_all()
{
    local changed

    say "Export, and compare with what was imported, byte for byte."
    run 0 vcpuconf export --all --dir "$tmp/out"
    run 0 cmp "$examples/db-64vcpu-numa.xml" "$tmp/out/db-orders.xml"
    run 0 vcpuconf export 'Büro-PC 3' "$tmp/pc3.xml"
    run 0 cmp "$examples/crlf-windows.xml" "$tmp/pc3.xml"
    changed=$(changed_examples)
    [ "$changed" = $'kvm-vfio-desktop.xml\nxen-pv-web.xml' ] ||
        die "other files than the two of the changed domains differ:" "$changed"
    say "All are equal but the two that were changed above, where only the vCPU" \
        "elements differ."
    run 1 diff "$examples/xen-pv-web.xml" "$tmp/out/web1.xml"
    run 1 diff "$examples/kvm-vfio-desktop.xml" "$tmp/out/desktop.xml"
}

draw_a_map()
{
    export VCPUCONF_URI="test://$tmp/small.db?cpus=8&nodes=2&offline=7&store=$tmp/small-store.db"

    say "Another host, a small one: 8 CPUs on 2 NUMA nodes, one of them offline." \
        "What two domains should be, in a file that is applied all or nothing."
    vcpuconf -q import "$examples"
    vcpuconf -q start web1
    vcpuconf -q start router
    vcpuconf -q start git-mirror
    cat >"$tmp/plan" <<'END'
domain web1
    online 0-2
    pin 0-1 0-1
    pin 2-3 2-3
domain git-mirror
    vcpus 3
    pin 0-1 4
END
    run 0 cat "$tmp/plan"
    run 0 vcpuconf apply "$tmp/plan"
    wants '2 domains changed'
    run 0 vcpuconf apply "$tmp/plan"
    wants 'Nothing to do'

    say "Who may run where, and who is there now."
    run 0 vcpuconf map
    wants 'node 1' 'web1' 'confined'
}

fill_the_store
start_some
change_live
change_config
change_both
change_maximum
stop_and_start
export_all
draw_a_map
say "That was all of it."
