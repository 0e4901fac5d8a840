#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
#   fuzz.sh [TARGET ...]
#
# Fuzzes with clang's libFuzzer, ASan and UBSan: FUZZ_SECONDS (60) for each of
# the targets (FUZZ_TARGETS). The build is in ./fuzz-build; inputs that reach
# something new are added to ./fuzz-corpus/TARGET, those that fail are left in
# ./fuzz-failed-TARGET-*. To keep new inputs, see tests/fuzz/README.
# Exit status: 0 nothing found, 1 something, 77 no libFuzzer here.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
seconds=${FUZZ_SECONDS:-60}
[ $# -gt 0 ] || read -r -a default_targets <<<"${FUZZ_TARGETS:-cpuset summary xml}"
[ $# -gt 0 ] || set -- "${default_targets[@]}"

skip()
{
    echo "fuzz.sh: skipped: $*"
    exit 77
}

command -v clang >/dev/null || skip "no clang (Debian package: clang)"
echo 'int LLVMFuzzerTestOneInput(const char *d, long n); int LLVMFuzzerTestOneInput(const char *d, long n) { return (int)(n && !d); }' |
    clang -fsanitize=fuzzer,address -x c - -o /dev/null 2>/dev/null ||
    skip "clang can't link libFuzzer (Debian package: libclang-rt-dev)"

mkdir -p fuzz-build
cd fuzz-build
if [ ! -e config.status ]; then
    "$top/configure" CC=clang --disable-shared --enable-static \
        --without-libsystemd \
        CFLAGS='-g -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined' \
        >configure.log || { tail -n 20 configure.log; exit 1; }
fi
programs=("${@/#/tests/fuzz/fuzz_}")
make -s -j"$(nproc)" "${programs[@]}" >make.log 2>&1 || { tail -n 20 make.log; exit 1; }
cd ..

export VCPUCONF_SCHEMA=$top/schema/domain.rng
failed=0
for target in "$@"; do
    mkdir -p "fuzz-corpus/$target"
    options=(-max_total_time="$seconds" -max_len=16384 -timeout=10
        -rss_limit_mb=2048 -print_final_stats=1
        -artifact_prefix="fuzz-failed-$target-")
    [ ! -e "$top/tests/fuzz/$target.dict" ] ||
        options+=(-dict="$top/tests/fuzz/$target.dict")
    seeds=("$top/tests/fuzz/corpus/$target")
    [ "$target" != xml ] || seeds+=("$top/data/examples")
    if "./fuzz-build/tests/fuzz/fuzz_$target" "${options[@]}" \
        "fuzz-corpus/$target" "${seeds[@]}" >"fuzz-$target.log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "fuzz-$target.log")
        echo "PASS: $target: $runs executions in $seconds s, nothing found"
    else
        echo "FAIL: $target: see fuzz-$target.log and fuzz-failed-$target-*"
        tail -n 15 "fuzz-$target.log"
        failed=1
    fi
done
exit $failed
