#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Measures with gcov how much of src/ "make check" runs: all of it counts,
# drivers included, and nothing is marked as not to be counted. Processes that
# a test kills leave no counts. The build is in ./coverage-build, the report in
# coverage-build/report/index.html, a table per file in coverage-build/table.
# Exit status: 0 enough, 1 too little or a test failed, 77 a tool is missing.
set -eu -o pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
lines_wanted=90 # percent
branches_wanted=80

need()
{
    command -v "$1" >/dev/null && return
    echo "coverage.sh: skipped: no $1 (Debian package: $2)"
    exit 77
}
need gcc gcc
need gcov gcc
need gcovr gcovr

# logged COMMAND ...: its words only if it fails
logged()
{
    "$@" >step.log 2>&1 || { tail -n 20 step.log; exit 1; }
}

mkdir -p coverage-build
cd coverage-build
# Counters of threads are exact only when they are atomic.
[ -e config.status ] || logged "$top/configure" CC=gcc \
    CFLAGS='-g -O0 --coverage -fprofile-update=atomic'
logged make -s -j"$(nproc)"
logged make -s -j"$(nproc)" check TESTS=
find . \( -name '*.gcda' -o -name '*conftest.gcno' \) -delete

# All of it is slower here, and who runs as another user has to do without
# counts, and would say so in the middle of his output.
export CK_TIMEOUT_MULTIPLIER=4 GCOV_ERROR_FILE=/dev/null
passed=yes
make -k -j"$(nproc)" check >check.log 2>&1 || passed=no

rm -rf report
mkdir report
logged gcovr --root "$top" --object-directory . --filter "$top/src/" \
    --csv files.csv --html-details report/index.html .

# File, and of its lines and branches how many, how many run, per cent.
awk -F, -v lines_wanted=$lines_wanted -v branches_wanted=$branches_wanted '
function percent(run, all) { return all ? 100 * run / all : 100 }
function row(name, l, lr, b, br)
{
    printf "%-36s %6d %6d %5.1f%% %6d %6d %5.1f%%\n", name, l, lr,
        percent(lr, l), b, br, percent(br, b)
}
BEGIN {
    printf "%-36s %6s %6s %6s %6s %6s %6s\n", "file", "lines", "run", "",
        "branch", "run", ""
}
FNR > 1 {
    row($1, $2, $3, $5, $6)
    lines += $2; lines_run += $3; branches += $5; branches_run += $6
}
END {
    row("all of src/", lines, lines_run, branches, branches_run)
    exit lines == 0 || percent(lines_run, lines) < lines_wanted ||
        percent(branches_run, branches) < branches_wanted
}' files.csv >table && enough=yes || enough=no
cat table
echo "report: $PWD/report/index.html"
[ "$enough" = yes ] ||
    echo "FAIL: at least $lines_wanted % of the lines and $branches_wanted % of the branches are wanted"
[ $passed = yes ] || echo "FAIL: a test failed: see $PWD/check.log"
[ "$enough$passed" = yesyes ]
