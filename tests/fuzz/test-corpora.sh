#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Each fuzz target on each input that was kept, and on documents of ours. What
# must be true of any input is in the targets.
set -u

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${abs_top_builddir:-$top/build}
failed=0

for folder in "$top"/tests/fuzz/corpus/*/; do
    target=$(basename "$folder")
    inputs=("$folder"*)
    [ "$target" = xml ] &&
        inputs+=("$top"/data/examples/*.xml "$top"/tests/cases/*/domain.xml)
    if said=$("$build/tests/fuzz/replay_$target" "${inputs[@]}" 2>&1); then
        echo "PASS: $target: $said"
    else
        echo "FAIL: $target:"
        tail -n 30 <<<"$said"
        failed=1
    fi
done
exit $failed
