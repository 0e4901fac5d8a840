#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# valgrind.sh PROGRAM: the LOG_COMPILER of "make check-valgrind". An invalid
# access, the use of an undefined value, or memory lost for good in any process
# of the program fails it. Nothing is suppressed; memory that is only "possibly
# lost" is not asked for, since SQLite's pages are held by their ends, and a
# thread's by glibc.
set -eu

program=$1
name=${program##*/}

skip()
{
    echo "skipped: $*"
    exit 77
}

case $name in
rights | two_libraries | portable_*)
    skip "a script starts it with arguments" ;;
*_memory | test_fault_memory_none)
    skip "it has a malloc() of its own, which fails" ;;
test_fault_disk | test_fault_kill | test_fault_power | test_fault_random)
    skip "it starts and kills hundreds of processes" ;;
test_api_many | test_fault_many)
    skip "dozens of processes wait for one another against the clock" ;;
test_driver_fork)
    skip "its children lose what other threads of their parent held" ;;
test_driver_xen_run)
    skip "its children leave alone what their parent had open" ;;
test_driver_qemu_peer)
    skip "answers within a second are asked for" ;;
test_driver_qemu_watch)
    skip "valgrind 3.19 has no pidfd_open(), by which an end is told" ;;
test_plan_property | test_store_care | test_xml_hostile)
    skip "hundreds of damaged or random inputs take too long; ASan sees the same" ;;
esac

# In one process all that a test leaves behind is seen at the end; these want
# a process for each test.
case $name in
test_api_error) ;; # the host in memory is made anew, with other CPUs
*) export CK_FORK=no ;;
esac

# What takes a second takes many here.
export CK_TIMEOUT_MULTIPLIER=20

exec "${top_builddir:?}/libtool" --mode=execute valgrind --quiet \
    --leak-check=full --show-leak-kinds=definite,indirect \
    --errors-for-leak-kinds=definite,indirect --error-exitcode=99 \
    --num-callers=25 "$program"
