#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Each fuzz target on each input that was kept, and on documents of ours. What
# must be true of any input is in the targets.
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${abs_top_builddir:-$top/build}
failed=0
FUZZ_SCRATCH=$(mktemp -d /dev/shm/fuzz.XXXXXX 2>/dev/null || mktemp -d /tmp/fuzz.XXXXXX) || exit 99
export FUZZ_SCRATCH
trap 'rm -rf "$FUZZ_SCRATCH"' EXIT

for folder in "$top"/tests/fuzz/corpus/*/; do
    target=$(basename "$folder")
    replay=$build/tests/fuzz/replay_$target
    inputs=("$folder"*)
    [ "$target" = xml ] &&
        inputs+=("$top"/data/examples/*.xml "$top"/tests/cases/*/domain.xml)
    case $target in
    agent | qmp | xenstore)
        if [ ! -e "$replay" ]; then
            echo "SKIP: $target: this build has not that driver"
            continue
        fi
        ;;
    esac
    if said=$("$replay" "${inputs[@]}" 2>&1); then
        echo "PASS: $target: $said"
    else
        echo "FAIL: $target:"
        tail -n 30 <<<"$said"
        failed=1
    fi
done
exit $failed
