/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check URI: the check of a whole store, which libvirt has no call for. */
#include <stdlib.h>
#include <vcpuconf/vcpuconf.h>

#include "timing.h"

int main(int argc, char **argv)
{
    virConnectPtr conn;
    long long start;
    int faults;

    if (argc != 2)
        bench_fail("usage: check URI");
    start = bench_now();
    conn = virConnectOpen(argv[1]);
    faults = conn ? vcpuconfConnectCheck(conn, NULL, 0) : -1;
    if (faults < 0)
        bench_fail("%s: %s", argv[1], virGetLastErrorMessage());
    if (faults > 0)
        bench_fail("%s: %d faults", argv[1], faults);
    bench_report_value("check", bench_now() - start);
    bench_report_memory("check_memory");
    (void)virConnectClose(conn);
    return EXIT_SUCCESS;
}
