#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
#   analyze.sh [TOOL ...]    (all: shellcheck cppcheck clang-tidy fanalyzer)
#
# Looks for mistakes without running anything; started by "make analyze", which
# sets top_srcdir, top_builddir, SOURCES (the .c files of this build, below
# top_srcdir) and LIBRARY_CFLAGS. Each tool's words are in
# tests/analyze/TOOL.log. Exit status: 0 nothing found, or the tool is missing;
# 1 something was found.
set -eu -o pipefail

logs=$(cd "${top_builddir:?}" && pwd)/tests/analyze
config=$(cd "${top_builddir:?}" && pwd)/build-aux
cd "${top_srcdir:?}"
top=$PWD
mkdir -p "$logs"

# One for all files: the walls between rooms are another test's matter.
read -r -a flags <<<"$LIBRARY_CFLAGS"
flags+=(-std=gnu11 -DHAVE_CONFIG_H -D_GNU_SOURCE '-DVC_SCHEMA_PATH="domain.rng"'
    "-I$config" "-I$top/src" "-I$top/include")

# need COMMAND DEBIAN-PACKAGE
need()
{
    command -v "$1" >/dev/null && return
    echo "no $1 (Debian package: $2)"
    return 77
}

# Runs the command on each .c file of the command and the library, some at once.
each_source()
{
    printf '%s\n' $SOURCES | grep '^src/.*\.c$' | sort -u | xargs -P "$(nproc)" -n 1 "$@"
}

run_shellcheck()
{
    local shells=(autogen.sh run.in .ci data src tests) scripts lab

    need shellcheck shellcheck || return
    mapfile -t scripts < <({
        grep -rlE '^#!.*\b(ba|da|a)?sh\b' "${shells[@]}"
        find "${shells[@]}" -name '*.sh'
    } | sort -u | grep -v '^tests/lab-xen/')
    # Warnings and errors; the rest is taste.
    shellcheck -S warning -x -P SCRIPTDIR "${scripts[@]}" || return
    # Parts of one script, which share variables.
    shellcheck -S warning -s bash -e SC2034,SC2154 tests/lab-xen/*.sh || return
    # Busybox' shell, which has "local"; variables shared by "."; a known image.
    mapfile -t lab < <(find tests/lab-xen/dom0 tests/lab-xen/guest \
        -name '*.sh' -o -name init | sort)
    shellcheck -S warning -s dash -e SC2034,SC2154,SC2164,SC3043 "${lab[@]}"
}

run_cppcheck()
{
    need cppcheck cppcheck || return
    mkdir -p "$logs/cppcheck"
    cppcheck --quiet --std=c11 --enable=warning,performance,portability \
        --error-exitcode=1 -j "$(nproc)" --cppcheck-build-dir="$logs/cppcheck" \
        --suppressions-list=tests/analyze/cppcheck.supp \
        -D__linux__ -D__GNUC__=12 -D_GNU_SOURCE -I include -I src src tests
}

run_clang_tidy()
{
    need clang-tidy clang-tidy || return
    each_source bash -c '
        f=${!#}
        clang-tidy --quiet --warnings-as-errors="*" "$f" -- "${@:1:$#-1}" 2>/dev/null
    ' clang-tidy "${flags[@]}"
}

# Of C alone: of C++ gcc knows little.  Off, with the reason:
# malloc-leak: memory put into a caller's struct by a call is "leaked" where
# that call fails, although the struct's guard frees it; LSan and valgrind look.
run_fanalyzer()
{
    need gcc gcc || return
    if ! gcc -fanalyzer -x c -c -o /dev/null - <<<'int vc;' 2>/dev/null; then
        echo "this gcc has no -fanalyzer (Debian package: gcc, 10 or newer)"
        return 77
    fi
    each_source gcc "${flags[@]}" -O1 -Werror -fanalyzer -Wno-analyzer-malloc-leak \
        -c -o /dev/null
}

[ $# -gt 0 ] || set -- shellcheck cppcheck clang-tidy fanalyzer
found=0
for tool in "$@"; do
    log=$logs/$tool.log started=$SECONDS status=0
    "run_${tool//-/_}" >"$log" 2>&1 || status=$?
    case $status in
    0) echo "PASS: $tool ($((SECONDS - started)) s)" ;;
    77) echo "SKIP: $tool: $(tail -n 1 "$log")" ;;
    *)
        cat "$log"
        echo "FAIL: $tool ($((SECONDS - started)) s; the above is in $log)"
        found=1
        ;;
    esac
done
exit $found
