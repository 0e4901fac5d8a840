/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "memory_calls.h"

#include <stdio.h>

void memory_unsure(const char *condition)
{
    (void)fprintf(stderr, "not so: %s\n", condition);
    abort();
}

int memory_code(int rc)
{
    BE_SURE(rc >= 0 || virGetLastErrorCode() != VIR_ERR_OK);
    return rc < 0 ? virGetLastErrorCode() : VIR_ERR_OK;
}

int memory_text(char *result)
{
    free(result);
    return memory_code(result ? 0 : -1);
}

int memory_domain(virDomainPtr dom)
{
    int result = memory_code(dom ? 0 : -1);

    if (dom)
        (void)virDomainFree(dom);
    return result;
}

int memory_connection(virConnectPtr opened)
{
    int result = memory_code(opened ? 0 : -1);

    if (opened)
        (void)virConnectClose(opened);
    return result;
}

/* As memory_document makes it. */
const unsigned char *memory_uuid_gone(void)
{
    static unsigned char bytes[VIR_UUID_BUFLEN] =
        "\x0c\x6f\x1a\x36\x77\xaa\x4b\x9d\x8f\x2f\0\0\0\0go";

    return bytes;
}

size_t memory_calls_count(void)
{
    return memory_reads_n + memory_changes_n;
}

const struct memory_call *memory_call_at(size_t i)
{
    return i < memory_reads_n ? &memory_reads[i]
                              : &memory_changes[i - memory_reads_n];
}
