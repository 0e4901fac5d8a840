#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
#   fuzz.sh [TARGET ...]
#
# Fuzzes with clang's libFuzzer, ASan and UBSan, as many targets at a time as
# there are processors: FUZZ_SECONDS (60) for each, or FUZZ_TOTAL seconds for
# all of them together, without building. The build is in ./fuzz-build, and is
# used again; inputs that reach something new are added to ./fuzz-corpus/TARGET,
# those that fail are left in ./fuzz-failed-TARGET-*. To keep new inputs, see
# tests/fuzz/README.
# Exit status: 0 nothing found, 1 something, 77 no libFuzzer here.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
jobs=$(nproc)

skip()
{
    echo "fuzz.sh: skipped: $*"
    exit 77
}

command -v clang >/dev/null || skip "no clang (Debian package: clang)"
version=$(clang -dumpversion)
echo 'int LLVMFuzzerTestOneInput(const char *d, long n); int LLVMFuzzerTestOneInput(const char *d, long n) { return (int)(n && !d); }' |
    clang -fsanitize=fuzzer,address -x c - -o /dev/null 2>/dev/null ||
    skip "clang can't link libFuzzer (Debian package: libclang-rt-${version%%.*}-dev)"

# Leaves in `targets` what there is to be fuzzed.
build()
{
    mkdir -p fuzz-build
    if [ ! -e fuzz-build/config.status ]; then
        (cd fuzz-build && "$top/configure" CC=clang --disable-shared \
            --enable-static --without-libsystemd \
            CFLAGS='-g -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined' \
            >configure.log) ||
            { tail -n 20 fuzz-build/configure.log; return 1; }
    fi
    [ $# -gt 0 ] || read -r -a targets \
        <<<"$(make -s -C fuzz-build --no-print-directory fuzz-targets | tail -n 1)"
    nice make -s -C fuzz-build -j"$jobs" "${targets[@]/#/tests/fuzz/fuzz_}" \
        >fuzz-build/make.log 2>&1 ||
        { tail -n 20 fuzz-build/make.log; return 1; }
}

# fuzz_one TARGET
fuzz_one()
{
    local target=$1 runs
    local options=(-max_total_time="$seconds" -max_len=16384 -timeout=10
        -rss_limit_mb=2048 -print_final_stats=1
        -artifact_prefix="fuzz-failed-$target-")
    local seeds=("$top/tests/fuzz/corpus/$target")

    mkdir -p "fuzz-corpus/$target"
    [ ! -e "$top/tests/fuzz/$target.dict" ] ||
        options+=(-dict="$top/tests/fuzz/$target.dict")
    [ "$target" != xml ] || seeds+=("$top/data/examples")
    if nice "./fuzz-build/tests/fuzz/fuzz_$target" "${options[@]}" \
        "fuzz-corpus/$target" "${seeds[@]}" >"fuzz-$target.log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "fuzz-$target.log")
        echo "PASS: $target: $runs executions in $seconds s, nothing found"
    else
        echo "FAIL: $target: see fuzz-$target.log and fuzz-failed-$target-*"
        tail -n 15 "fuzz-$target.log"
        return 1
    fi
}

targets=("$@")
build "$@"
rounds=$(((${#targets[@]} + jobs - 1) / jobs))
seconds=${FUZZ_SECONDS:-60}
[ -z "${FUZZ_TOTAL:-}" ] || seconds=$((FUZZ_TOTAL / rounds))
[ "$seconds" -ge 1 ] || seconds=1 # 0 is for ever

export VCPUCONF_SCHEMA=$top/schema/domain.rng
# Less than that is freed in one execution; more only makes it slower.
export ASAN_OPTIONS=quarantine_size_mb=16:max_malloc_fill_size=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
FUZZ_SCRATCH=$(mktemp -d /dev/shm/fuzz.XXXXXX 2>/dev/null || mktemp -d /tmp/fuzz.XXXXXX)
export FUZZ_SCRATCH
trap 'rm -rf "$FUZZ_SCRATCH"' EXIT
failed=0
running=0
for target in "${targets[@]}"; do
    if [ $running -eq "$jobs" ]; then
        wait -n || failed=1
        running=$((running - 1))
    fi
    fuzz_one "$target" &
    running=$((running + 1))
done
while [ $running -gt 0 ]; do
    wait -n || failed=1
    running=$((running - 1))
done
exit $failed
