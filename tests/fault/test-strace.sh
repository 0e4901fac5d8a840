#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A few of the faults of strace.sh; all of them: make check-strace.
STRACE_SAMPLE=40 exec bash "${abs_top_srcdir:?is exported by make check}/tests/fault/strace.sh" \
    define pin-both export
