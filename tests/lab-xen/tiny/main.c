/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tiny.h"

#include <xen/sched.h>

/* gcc may call these for plain assignments. */
void *memcpy(void *restrict to, const void *restrict from, size_t len);
void *memset(void *to, int byte, size_t len);

void *memcpy(void *restrict to, const void *restrict from, size_t len)
{
    void *p = to;

    __asm__ volatile("rep movsb" : "+D"(p), "+S"(from), "+c"(len) : : "memory");
    return to;
}

void *memset(void *to, int byte, size_t len)
{
    void *p = to;

    __asm__ volatile("rep stosb" : "+D"(p), "+c"(len) : "a"(byte) : "memory");
    return to;
}

static unsigned number(const char *text)
{
    unsigned n = 0;

    for (; *text >= '0' && *text <= '9'; text++)
        n = n * 10 + (unsigned)(*text - '0');
    return n;
}

/* What follows the word on the command line; NULL: it isn't there. */
static const char *option(const char *word)
{
    const char *line = (const char *)xen_start->cmd_line;

    while (*line) {
        const char *w = word;

        while (*w && *line == *w) {
            line++;
            w++;
        }
        if (!*w)
            return line;
        while (*line && *line != ' ')
            line++;
        while (*line == ' ')
            line++;
    }
    return NULL;
}

/* vCPU 0 always stays; one whose node is missing stays as it is. */
static void follow(unsigned maximum)
{
    char path[] = "cpu/NN/availability";
    char value[8];
    unsigned i;

    for (i = 1; i < maximum; i++) {
        char *p = path + 4;
        const char *rest = "/availability";

        if (i >= 10)
            *p++ = (char)('0' + i / 10);
        *p++ = (char)('0' + i % 10);
        while ((*p++ = *rest++))
            continue;
        if (store_read(path, value, sizeof(value)))
            vcpus_set(i, value[0] == 'o' && value[1] == 'n');
    }
}

void tiny_main(const struct start_info *start);
void tiny_main(const struct start_info *start)
{
    const char *deaf;
    unsigned maximum;
    char order[2];

    xen_begin(start);
    store_begin();
    vcpus_begin(option("spin") != NULL);
    maximum = vcpus_maximum();
    store_watch("control/shutdown");
    store_watch("cpu");
    follow(maximum);
    xen_say("ready");
    deaf = option("deaf=");
    if (deaf && number(deaf) < maximum)
        maximum = number(deaf);
    for (;;) {
        store_wait();
        if (store_read("control/shutdown", order, sizeof(order)) && *order)
            xen_shutdown(SHUTDOWN_poweroff);
        follow(maximum);
    }
}
