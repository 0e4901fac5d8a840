#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# long.sh DIR: one store of a million definitions (BENCH_MANY) against a floor
# of as many rows; see bench.sh.  DIR has the programs.  About 14 GB for a
# million, in $TMPDIR, and a quarter of an hour.  Import and check are measured
# once, the rest in rounds that take turns.
set -eu

programs=$(cd "$1" && pwd)
many=${BENCH_MANY:-1000000}
rounds=${BENCH_ROUNDS:-5}
worked=1000 # definitions under the operations on single ones

dir=$(mktemp -d "${TMPDIR:-/tmp}/vcpuconf-bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT
figures=$dir/figures
unset VCPUCONF_URI VCPUCONF_STORE VCPUCONF_DEBUG

need=$((many * 14 / 1000)) # MB
free=$(df -Pm "$dir" | awk 'NR == 2 { print $4 }')
if [ "$free" -lt "$need" ]; then
    echo "SKIP: $need MB are needed in ${TMPDIR:-/tmp}, $free are there"
    exit 0
fi

uri="test:///default?cpus=64&store=$dir/ours.db"
floor=$dir/floor.db

# record WHO PROGRAM ARGS...: keeps "KEY VALUE" as "WHO KEY VALUE".
record() {
    local who=$1
    shift
    if [ -t 2 ]; then printf '\r\033[K%s %s' "$who" "${*:2}" >&2; fi
    "$programs/$1" "${@:2}" > "$dir/out"
    awk -v who="$who" '{ print who, $1, $2 }' "$dir/out" >> "$figures"
}

record ours import "$uri" 0 "$many"
record floor floor import "$floor" 0 "$many"
size=$(stat -c %s "$dir/ours.db")
size_floor=$(stat -c %s "$floor")
for ((r = 1; r <= rounds; r++)); do
    for ((i = 1; i <= 3; i++)); do
        record ours measure_vcpuconf open "$uri" $((many / (r + i)))
        record floor floor open "$floor" $((many / (r + i)))
    done
    record ours measure_vcpuconf work "$uri" $worked "$((many + r))"
    record floor floor work "$floor" $worked "$((many + r))"
done
record ours check "$uri"
record floor floor check "$floor"
if [ -t 2 ]; then printf '\r\033[K' >&2; fi

printf '%s definitions, on %s CPUs, data on %s, %s rounds, %s\n\n' "$many" \
    "$(nproc)" "$(stat -f -c %T "$dir")" "$rounds" "$(date -u +%Y-%m-%d)"
awk -v many="$many" -v size="$size" -v size_floor="$size_floor" '
    function median(key,    i, j, t, n, list) {
        n = count[key]
        for (i = 1; i <= n; i++) list[i] = value[key, i]
        for (i = 2; i <= n; i++) {
            t = list[i]
            for (j = i - 1; j >= 1 && list[j] > t; j--) list[j + 1] = list[j]
            list[j + 1] = t
        }
        return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
    }
    function time_text(ns) {
        if (ns >= 1e9) return sprintf("%.2f s", ns / 1e9)
        if (ns >= 1e6) return sprintf("%.2f ms", ns / 1e6)
        return sprintf("%.1f us", ns / 1e3)
    }
    function line(label, a, b, ratio) {
        printf "%-28s %11s %11s %7.2f\n", label, a, b, ratio
    }
    function row(label, key,    a, b) {
        a = median("ours " key)
        b = median("floor " key)
        line(label, time_text(a), time_text(b), a / b)
    }
    function memory(label, key,    a, b) {
        a = median("ours " key)
        b = median("floor " key)
        line(label, sprintf("%.1f MiB", a / 1024),
            sprintf("%.1f MiB", b / 1024), a / b)
    }
    { key = $1 " " $2; value[key, ++count[key]] = $3 }
    END {
        printf "%-28s %11s %11s %7s\n", "", "vcpuconf", "floor", "ratio"
        row("import all", "import")
        row("open", "open")
        row("define one", "define")
        row("config pin, durable", "pin")
        row("read pins", "pins")
        row("dumpxml", "dumpxml")
        row("list all", "list")
        row("check", "check")
        memory("memory, import", "import_memory")
        memory("memory, open", "memory")
        memory("memory, list all", "work_memory")
        memory("memory, check", "check_memory")
        line("file", sprintf("%.0f MiB", size / 1048576),
            sprintf("%.0f MiB", size_floor / 1048576), size / size_floor)
    }' "$figures"
