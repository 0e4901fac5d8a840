#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# "make check-threads": builds all of it with ThreadSanitizer in ./threads-build
# and runs the tests that it is told in THREAD_TESTS. A race in any process of a
# test fails this, also one whose exit status nobody asks for. Exit status: 0
# none; 1 a race, or a test failed. The libraries are not built so: what they do
# is not seen.
set -eu -o pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)

if ! gcc -fsanitize=thread -x c -o /dev/null - <<<'int main(void) { return 0; }' 2>/dev/null; then
    echo "SKIP: check-threads: no ThreadSanitizer (Debian packages: gcc, libtsan2)"
    exit 0
fi
unset MAKEFLAGS

# logged COMMAND ...: its words only if it fails
logged()
{
    "$@" >step.log 2>&1 || { tail -n 20 step.log; exit 1; }
}

mkdir -p threads-build
cd threads-build
[ -e config.status ] ||
    logged "$top/configure" CC=gcc CFLAGS='-g -O1' --enable-sanitizers=thread
logged make -s -j"$(nproc)"
logged make -s -j"$(nproc)" check TESTS=

rm -rf races
mkdir races
# Tests fork while other threads run: the child goes on being watched.
export TSAN_OPTIONS="die_after_fork=0 log_exe_name=1 log_path=$PWD/races/race
    suppressions=$top/tests/analyze/threads-glibc.supp print_suppressions=0"
# What takes a second takes many here.
export CK_TIMEOUT_MULTIPLIER=5
passed=yes
make -k -j"$(nproc)" check TESTS="$THREAD_TESTS" >check.log 2>&1 || passed=no

if [ -n "$(ls races)" ]; then
    cat races/*
    echo "FAIL: check-threads: the above is in $PWD/races"
    exit 1
fi
if [ $passed = no ]; then
    grep -E '^(FAIL|ERROR|XPASS)' check.log || tail -n 20 check.log
    echo "FAIL: check-threads: see $PWD/check.log"
    exit 1
fi
echo "PASS: check-threads ($SECONDS s, $(grep -c '^PASS' check.log) tests)"
