#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bench.sh DIR: one table of vcpuconf against a floor (floor.c: libxml2 and
# SQLite alone) and against libvirt in process (measure.c compiled against it).
# DIR has the programs.  The data is made in $TMPDIR, on whatever that is.
#
# Machines are noisy, so programs take turns, round after round; a number is
# the median over the rounds, and a ratio the median of the rounds' ratios.
# A target that is missed is said to be so; it is not a failure of this run.
#
# BENCH_ROUNDS and BENCH_MANY (definitions of the largest store) may be set.
set -eu

programs=$(cd "$1" && pwd)
rounds=${BENCH_ROUNDS:-7}
many=${BENCH_MANY:-100000}
imported=10000
worked=1000 # definitions under the operations that are not opening

# The directory itself may be passed through: libvirt's half is not root's.
dir=$(mktemp -d "${TMPDIR:-/tmp}/vcpuconf-bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT
chmod 711 "$dir"
figures=$dir/figures
unset VCPUCONF_URI VCPUCONF_STORE VCPUCONF_DEBUG XDG_CONFIG_HOME \
      XDG_CACHE_HOME XDG_RUNTIME_DIR XDG_DATA_HOME

progress() {
    if [ -t 2 ]; then printf '\r\033[K%s' "$*" >&2; fi
}

# record WHO WHERE ROUND PROGRAM ARGS...: keeps "KEY VALUE" as
# "WHO WHERE KEY ROUND VALUE".
record() {
    local who=$1 where=$2 round=$3
    shift 3
    if ! "$@" > "$dir/out" 2> "$dir/err"; then
        progress
        printf 'bench: %s failed:\n' "$*" >&2
        tail -n 3 "$dir/err" >&2
        exit 1
    fi
    awk -v a="$who $where" -v r="$round" '{ print a, $1, r, $2 }' \
        "$dir/out" >> "$figures"
}

store_uri() { # NAME
    echo "test:///default?cpus=64&store=$dir/ours/$1.db"
}

libvirt_root() { echo "$dir/libvirt-$1"; } # COUNT

libvirt_run() { # COUNT ARGS...: a word @ stands for the URI
    local root args=() word
    root=$(libvirt_root "$1")
    shift
    for word; do
        if [ "$word" = @ ]; then word="qemu:///embed?root=$root"; fi
        args+=("$word")
    done
    HOME=$root "$programs/measure_libvirt" "${args[@]}"
}

# ---- data ------------------------------------------------------------------

fill_ours() { # COUNT
    progress "making a store of $1 definitions"
    "$programs/import" "$(store_uri "$1")" 0 "$1" > "$dir/out"
}

fill_floor() { # COUNT
    progress "making a floor of $1 rows"
    "$programs/floor" import "$dir/floor/$1.db" 0 "$1" > "$dir/out"
}

# As libvirt would have left them.  The first open asks QEMU what it can do,
# which is kept for later ones.
fill_libvirt() { # COUNT
    local root
    root=$(libvirt_root "$1")
    progress "writing $1 definitions for libvirt"
    mkdir -p "$root/etc/qemu"
    "$programs/write_documents" "$root/etc/qemu" 0 "$1"
    if [ "$(id -u)" = 0 ]; then chown -R 65534:65534 "$root"; fi
    libvirt_run "$1" open @ $(($1 - 1)) > "$dir/out" 2> "$dir/err"
}

# Fills $skipped with the reason if libvirt can't be measured here.
probe_libvirt() {
    skipped=
    if [ ! -x "$programs/measure_libvirt" ]; then
        skipped="built without libvirt's header (Debian package: libvirt-dev)"
    elif ! fill_libvirt 10; then
        skipped=$(grep -v ' : info : ' "$dir/err" | tail -n 1)
        skipped="${skipped:-no reason given} (needed, by Debian package:\
 libvirt-daemon-driver-qemu, qemu-system-x86)"
    fi
}

make_data() {
    local n
    mkdir -m 700 "$dir/ours" "$dir/floor"
    probe_libvirt
    for n in 10 1000 2000 "$many"; do fill_ours "$n"; done
    for n in 10 1000; do fill_floor "$n"; done
    if [ ! "$skipped" ]; then
        for n in 1000 2000; do fill_libvirt "$n"; done
    fi
}

# ---- rounds ----------------------------------------------------------------

round_open() { # ROUND
    local n
    for n in 10 1000 2000 "$many"; do
        record ours "$n" "$1" \
            "$programs/measure_vcpuconf" open "$(store_uri "$n")" $((n / 2))
    done
    for n in 10 1000; do
        record floor "$n" "$1" \
            "$programs/floor" open "$dir/floor/$n.db" $((n / 2))
    done
}

round_open_libvirt() { # ROUND
    local n
    for n in 10 1000 2000; do
        record libvirt "$n" "$1" libvirt_run "$n" open @ $((n / 2))
    done
}

round_work() { # ROUND
    record ours work "$1" \
        "$programs/measure_vcpuconf" work "$(store_uri 1000)" $worked "$1"
    record floor work "$1" \
        "$programs/floor" work "$dir/floor/1000.db" $worked "$1"
    if [ ! "$skipped" ]; then
        record libvirt work "$1" libvirt_run 1000 work @ $worked "$1"
    fi
}

round_import() { # ROUND
    record ours import "$1" \
        "$programs/import" "$(store_uri new)" 0 $imported
    record floor import "$1" \
        "$programs/floor" import "$dir/floor/new.db" 0 $imported
    rm -f "$dir"/ours/new.db* "$dir"/floor/new.db*
}

run_rounds() {
    local r i
    for ((r = 1; r <= rounds; r++)); do
        progress "round $r of $rounds"
        # short, but for libvirt's: so more of them
        for ((i = 1; i <= 6; i++)); do round_open "$r.$i"; done
        if [ ! "$skipped" ] && ((r <= 5)); then
            round_open_libvirt "$r.1"
        fi
        round_work "$r"
        if ((r <= 3)); then round_import "$r"; fi
    done
    progress
}

# ---- the table -------------------------------------------------------------

print_table() {
    awk -v many="$many" -v skipped="$skipped" -v imported=$imported '
    function sorted_median(list, n,    i, j, t) {
        for (i = 2; i <= n; i++) {
            t = list[i]
            for (j = i - 1; j >= 1 && list[j] > t; j--) list[j + 1] = list[j]
            list[j + 1] = t
        }
        return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
    }
    function median(who,    list, n, r) {
        n = 0
        for (r in rounds)
            if ((who, r) in figure) list[++n] = figure[who, r]
        return n ? sorted_median(list, n) : -1
    }
    # The median of the ratios within one round; -1: there is none.
    function ratio(a, b,    list, n, r) {
        n = 0
        for (r in rounds)
            if ((a, r) in figure && (b, r) in figure)
                list[++n] = figure[a, r] / figure[b, r]
        return n ? sorted_median(list, n) : -1
    }
    function time_text(ns) {
        if (ns < 0) return "-"
        if (ns >= 1e9) return sprintf("%.2f s", ns / 1e9)
        if (ns >= 1e6) return sprintf("%.2f ms", ns / 1e6)
        return sprintf("%.1f us", ns / 1e3)
    }
    function size_text(kib) {
        return kib < 0 ? "-" : sprintf("%.1f MiB", kib / 1024)
    }
    function ratio_text(x) {
        return x < 0 ? "-" : sprintf(x < 10 ? "%.2f" : "%.0f", x)
    }
    function row(label, a, b, c, memory) {
        printf "%-28s %10s %10s %7s %10s %7s\n", label,
            memory ? size_text(median(a)) : time_text(median(a)),
            memory ? size_text(median(b)) : time_text(median(b)),
            ratio_text(ratio(a, b)),
            memory ? size_text(median(c)) : time_text(median(c)),
            ratio_text(ratio(a, c))
    }
    function work(label, key) {
        row(label, "ours work " key, "floor work " key, "libvirt work " key, 0)
    }
    function opening(n) {
        row("open, " n " definitions", "ours " n " open", "floor " n " open",
            "libvirt " n " open", 0)
    }
    function memory(n) {
        row("memory, open with " n, "ours " n " memory",
            "floor " n " memory", "libvirt " n " memory", 1)
    }
    function target(label, have, most) {
        if (have < 0)
            printf "  SKIP    %s\n", label
        else
            printf "  %-7s %s: %.3g (at most %.3g)\n",
                have <= most ? "met" : "MISSED", label, have, most
    }
    # The largest over the smallest of the sizes, each as its ratio to the
    # first within a round.
    function spread(key,    n, i, sizes, least, most, x) {
        n = split("10 1000 2000 " many, sizes, " ")
        for (i = 1; i <= n; i++) {
            x = ratio("ours " sizes[i] " " key, "ours 10 " key)
            if (i == 1 || x < least) least = x
            if (i == 1 || x > most) most = x
        }
        return most / least
    }
    { figure[$1 " " $2 " " $3, $4] = $5; rounds[$4] = 1 }
    END {
        printf "%-28s %10s %10s %7s %10s %7s\n", "", "vcpuconf", "floor",
            "ratio", "libvirt", "ratio"
        opening(10); opening(1000); opening(2000); opening(many)
        work("define one", "define")
        row("import " imported, "ours import import", "floor import import",
            "", 0)
        work("config pin, durable", "pin")
        work("read pins", "pins")
        work("dumpxml", "dumpxml")
        work("list 1000", "list")
        memory(10); memory(1000); memory(2000); memory(many)
        row("memory, work on 1000", "ours work work_memory",
            "floor work work_memory", "libvirt work work_memory", 1)
        row("memory, import " imported, "ours import import_memory",
            "floor import import_memory", "", 1)
        print ""
        target("open, slowest size / fastest", spread("open"), 1.2)
        target("open / libvirt, 2000 definitions",
               ratio("ours 2000 open", "libvirt 2000 open"), 0.01)
        target("config pin / floor",
               ratio("ours work pin", "floor work pin"), 1.5)
        target("config pin / libvirt",
               ratio("ours work pin", "libvirt work pin"), 0.7)
        target("read pins / libvirt",
               ratio("ours work pins", "libvirt work pins"), 1)
        target("import / floor",
               ratio("ours import import", "floor import import"), 1.5)
        target("memory, largest size / smallest", spread("memory"), 1.2)
        if (skipped) printf "\nSKIP libvirt: %s\n", skipped
    }' "$figures"
}

print_place() {
    printf 'on %s CPUs, data on %s, %s rounds, %s\n\n' "$(nproc)" \
        "$(stat -f -c %T "$dir")" "$rounds" "$(date -u +%Y-%m-%d)"
}

make_data
run_rounds
print_place
print_table
