/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "walk.h"

#include <stdlib.h>
#include <string.h>

#define NFLAGS 64
#define NSTATES 4
#define NVCPUS 4
#define MAPLEN 64

/* ---- The calls ---- */

static unsigned char to_cpu_1[1] = {2};

static int call_set_vcpus(virDomainPtr dom, unsigned flags)
{
    (void)flags;
    return virDomainSetVcpus(dom, 3);
}

static int call_set_vcpus_flags(virDomainPtr dom, unsigned flags)
{
    return virDomainSetVcpusFlags(dom, 3, flags);
}

/* GUEST can only lower what the guest has: 2 are plugged. */
static int call_set_one_vcpu(virDomainPtr dom, unsigned flags)
{
    return virDomainSetVcpusFlags(dom, 1, flags);
}

static int call_get_vcpus_flags(virDomainPtr dom, unsigned flags)
{
    return virDomainGetVcpusFlags(dom, flags);
}

static int call_get_max(virDomainPtr dom, unsigned flags)
{
    (void)flags;
    return virDomainGetMaxVcpus(dom);
}

static int call_pin(virDomainPtr dom, unsigned flags)
{
    (void)flags;
    return virDomainPinVcpu(dom, 1, to_cpu_1, 1);
}

static int call_pin_flags(virDomainPtr dom, unsigned flags)
{
    return virDomainPinVcpuFlags(dom, 1, to_cpu_1, 1, flags);
}

/* vCPU 3 is offline. */
static int call_pin_offline(virDomainPtr dom, unsigned flags)
{
    return virDomainPinVcpuFlags(dom, 3, to_cpu_1, 1, flags);
}

static int call_pin_set(virDomainPtr dom, unsigned flags)
{
    return vcpuconfDomainPinVcpuSet(dom, 1, "1", flags);
}

static int call_unpin(virDomainPtr dom, unsigned flags)
{
    return vcpuconfDomainUnpinVcpu(dom, 0, flags);
}

static int call_pin_info(virDomainPtr dom, unsigned flags)
{
    unsigned char maps[NVCPUS * MAPLEN];

    return virDomainGetVcpuPinInfo(dom, NVCPUS, maps, MAPLEN, flags);
}

static int call_get_vcpus(virDomainPtr dom, unsigned flags)
{
    virVcpuInfo info[NVCPUS];

    (void)flags;
    return virDomainGetVcpus(dom, info, NVCPUS, NULL, 0);
}

/* The number of bits set tells the kinds apart. */
static int get_map(virDomainPtr dom, unsigned flags)
{
    const char *map = NULL;
    int n = virDomainGetVCPUMap(dom, &map, flags);
    int bits = 0;
    int i;

    for (i = 0; i < n; i++)
        bits += (map[i / 8] >> (i % 8)) & 1;
    free((char *)(size_t)map);
    return n < 0 ? -1 : bits;
}

static int call_map_none(virDomainPtr dom, unsigned flags)
{
    return get_map(dom, flags);
}

#define MAP_CALL(name, kind)                                                   \
    static int call_map_##name(virDomainPtr dom, unsigned flags)               \
    {                                                                          \
        return get_map(dom, flags | VIR_DOMAIN_VCPU_MAP_##kind);               \
    }
MAP_CALL(online, ONLINE)
MAP_CALL(offline, OFFLINE)
MAP_CALL(onlinable, ONLINABLE)
MAP_CALL(offlinable, OFFLINABLE)
MAP_CALL(possible, POSSIBLE)
MAP_CALL(agent_online, AGENT_ONLINE)
MAP_CALL(agent_offline, AGENT_OFFLINE)
MAP_CALL(agent_onlinable, AGENT_ONLINABLE)
MAP_CALL(agent_offlinable, AGENT_OFFLINABLE)
MAP_CALL(agent_possible, AGENT_POSSIBLE)

/* The next one: emulated QEMUs refuse a gap. */
static int call_set_state(virDomainPtr dom, unsigned flags)
{
    return virDomainSetVCPUState(dom, 2, true, flags);
}

static int call_set_guest_state(virDomainPtr dom, unsigned flags)
{
    return virDomainSetGuestVCPUState(dom, 1, false, flags);
}

static int call_set_vcpu(virDomainPtr dom, unsigned flags)
{
    return virDomainSetVcpu(dom, "1", 0, flags);
}

static int call_set_guest_vcpus(virDomainPtr dom, unsigned flags)
{
    return virDomainSetGuestVcpus(dom, "1", 0, flags);
}

static const struct {
    const char *name;
    int (*call)(virDomainPtr dom, unsigned flags);
    bool takes_flags;
} calls[] = {
    {"virDomainSetVcpus(3)", call_set_vcpus, false},
    {"virDomainSetVcpusFlags(3)", call_set_vcpus_flags, true},
    {"virDomainSetVcpusFlags(1)", call_set_one_vcpu, true},
    {"virDomainGetVcpusFlags", call_get_vcpus_flags, true},
    {"virDomainGetMaxVcpus", call_get_max, false},
    {"virDomainPinVcpu(1)", call_pin, false},
    {"virDomainPinVcpuFlags(1)", call_pin_flags, true},
    {"virDomainPinVcpuFlags(3), offline", call_pin_offline, true},
    {"vcpuconfDomainPinVcpuSet(1)", call_pin_set, true},
    {"vcpuconfDomainUnpinVcpu(0)", call_unpin, true},
    {"virDomainGetVcpuPinInfo", call_pin_info, true},
    {"virDomainGetVcpus", call_get_vcpus, false},
    {"virDomainGetVCPUMap, no kind", call_map_none, true},
    {"virDomainGetVCPUMap ONLINE", call_map_online, true},
    {"virDomainGetVCPUMap OFFLINE", call_map_offline, true},
    {"virDomainGetVCPUMap ONLINABLE", call_map_onlinable, true},
    {"virDomainGetVCPUMap OFFLINABLE", call_map_offlinable, true},
    {"virDomainGetVCPUMap POSSIBLE", call_map_possible, true},
    {"virDomainGetVCPUMap AGENT_ONLINE", call_map_agent_online, true},
    {"virDomainGetVCPUMap AGENT_OFFLINE", call_map_agent_offline, true},
    {"virDomainGetVCPUMap AGENT_ONLINABLE", call_map_agent_onlinable, true},
    {"virDomainGetVCPUMap AGENT_OFFLINABLE", call_map_agent_offlinable, true},
    {"virDomainGetVCPUMap AGENT_POSSIBLE", call_map_agent_possible, true},
    {"virDomainSetVCPUState(2, online)", call_set_state, true},
    {"virDomainSetGuestVCPUState(1, offline)", call_set_guest_state, true},
    {"virDomainSetVcpu(1, offline)", call_set_vcpu, true},
    {"virDomainSetGuestVcpus(1, offline)", call_set_guest_vcpus, true},
};

#define NCALLS (sizeof(calls) / sizeof(calls[0]))

/* ---- What is there before and after a call ---- */

struct sight {
    bool active;
    virVcpuInfo info[NVCPUS];
    unsigned char maps[NVCPUS * MAPLEN];
    int guest; /* bits online inside; -1: no answer */
    char *document; /* NULL: not persistent */
    int revisions;
};

static void sight_clear(struct sight *sight)
{
    free(sight->document);
    memset(sight, 0, sizeof(*sight));
}

static void sight_take(virDomainPtr dom, struct sight *sight)
{
    vcpuconfRevision *revisions = NULL;
    int i;

    memset(sight, 0, sizeof(*sight));
    sight->active = virDomainGetVcpus(dom, sight->info, NVCPUS, sight->maps,
                                      MAPLEN) > 0;
    for (i = 0; i < NVCPUS; i++) {
        sight->info[i].cpuTime = 0;
        sight->info[i].cpu = 0;
        if (sight->info[i].state != VIR_VCPU_OFFLINE)
            sight->info[i].state = VIR_VCPU_RUNNING;
    }
    sight->guest = sight->active
                       ? get_map(dom, VIR_DOMAIN_VCPU_MAP_AGENT_ONLINE)
                       : -1;
    sight->document = virDomainGetXMLDesc(dom, VIR_DOMAIN_XML_INACTIVE);
    sight->revisions = vcpuconfDomainListRevisions(dom, &revisions, 0);
    vcpuconfRevisionsFree(revisions, sight->revisions);
}

/* "L", "C", "LC", "G" (guest), or "". */
static const char *sight_compare(const struct sight *a, const struct sight *b,
                                 char *buf)
{
    char *p = buf;

    if (a->active != b->active || memcmp(a->info, b->info, sizeof(a->info)) ||
        memcmp(a->maps, b->maps, sizeof(a->maps)))
        *p++ = 'L';
    else if (a->guest != b->guest)
        *p++ = 'G';
    if (a->revisions != b->revisions ||
        (a->document && b->document ? strcmp(a->document, b->document) != 0
                                    : a->document != b->document))
        *p++ = 'C';
    *p = '\0';
    return buf;
}

/* ---- The table ---- */

static const char *code_name(int code, char *buf, size_t len)
{
    static const struct {
        int code;
        const char *name;
    } names[] = {
        {VIR_ERR_NO_SUPPORT, "NO_SUPPORT"},
        {VIR_ERR_INVALID_DOMAIN, "INVALID_DOMAIN"},
        {VIR_ERR_INVALID_ARG, "INVALID_ARG"},
        {VIR_ERR_OPERATION_FAILED, "OPERATION_FAILED"},
        {VIR_ERR_NO_DOMAIN, "NO_DOMAIN"},
        {VIR_ERR_OPERATION_INVALID, "OPERATION_INVALID"},
        {VIR_ERR_OPERATION_TIMEOUT, "OPERATION_TIMEOUT"},
        {VIR_ERR_ARGUMENT_UNSUPPORTED, "ARGUMENT_UNSUPPORTED"},
        {VIR_ERR_OPERATION_UNSUPPORTED, "OPERATION_UNSUPPORTED"},
        {VIR_ERR_AGENT_UNRESPONSIVE, "AGENT_UNRESPONSIVE"},
    };
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].code == code)
            return names[i].name;
    }
    (void)snprintf(buf, len, "error %d", code);
    return buf;
}

#define CELL 48

struct row {
    char cells[NSTATES][CELL];
};

/* Puts the domain into a state, with a new handle and a new look at it. */
static int walk_enter(struct walk_world *world, virDomainPtr *dom, int state,
                      struct sight *before)
{
    bool active = state == 0 || state == 1;
    bool persistent = state == 0 || state == 2;

    if (*dom)
        (void)virDomainFree(*dom);
    *dom = world->enter(world, active, persistent);
    sight_clear(before);
    if (!*dom)
        return -1;
    sight_take(*dom, before);
    return 0;
}

static int walk_call(virDomainPtr dom, size_t which, unsigned flags, char *cell)
{
    int rc = calls[which].call(dom, flags);
    int code = virGetLastErrorCode();
    char unknown[24];

    memset(cell, 0, CELL);
    if (rc < 0)
        (void)snprintf(cell, CELL, "%s",
                       code_name(code, unknown, sizeof(unknown)));
    else
        (void)snprintf(cell, CELL, "%d", rc);
    return rc;
}

/* The flag values from *flags on, as far as the call is refused, and the one
 * after these.  All are looked at together, since most are refused; if
 * something changed they are walked again, one by one.  Leaves the world as
 * *before shows it. */
static int walk_run(struct walk_world *world, virDomainPtr *dom, size_t which,
                    unsigned *flags, unsigned n, int state,
                    struct sight *before, struct row *rows)
{
    unsigned first = *flags;
    struct sight after;
    char changed[4];
    char *cell;
    int rc;

    do {
        cell = rows[*flags].cells[state];
        rc = walk_call(*dom, which, *flags, cell);
    } while (++*flags < n && rc < 0);
    sight_take(*dom, &after);
    (void)sight_compare(before, &after, changed);
    sight_clear(&after);
    if (!*changed)
        return 0;
    if (*flags - first == 1) {
        (void)snprintf(cell + strlen(cell), CELL - strlen(cell), "%s%s",
                       rc < 0 ? " changed " : " ", changed);
        return walk_enter(world, dom, state, before);
    }
    rc = walk_enter(world, dom, state, before);
    while (rc == 0 && first < *flags)
        rc = walk_run(world, dom, which, &first, first + 1, state, before,
                      rows);
    return rc;
}

static int walk_state(struct walk_world *world, size_t which, struct row *rows,
                      int state)
{
    unsigned n = calls[which].takes_flags ? NFLAGS : 1;
    virDomainPtr dom = NULL;
    struct sight before = {0};
    int rc = walk_enter(world, &dom, state, &before);
    unsigned flags = 0;

    while (rc == 0 && flags < n)
        rc = walk_run(world, &dom, which, &flags, n, state, &before, rows);
    if (rc < 0)
        (void)fprintf(stderr, "walk: %s: the domain can't be set up: %s\n",
                      calls[which].name, virGetLastErrorMessage());
    if (dom)
        (void)virDomainFree(dom);
    sight_clear(&before);
    return rc;
}

/* Flag values with the same row are printed together. */
static void print_rows(const struct row *rows, unsigned n, FILE *out)
{
    bool done[NFLAGS] = {false};
    unsigned i;
    unsigned k;
    int s;

    for (i = 0; i < n; i++) {
        if (done[i])
            continue;
        for (s = 0; s < NSTATES; s++)
            (void)fprintf(out, "  %-22s", rows[i].cells[s]);
        (void)fprintf(out, " ");
        for (k = i; n > 1 && k < n; k++) {
            unsigned last = k;

            if (done[k] || memcmp(&rows[k], &rows[i], sizeof(rows[i])) != 0)
                continue;
            while (last + 1 < n &&
                   memcmp(&rows[last + 1], &rows[i], sizeof(rows[i])) == 0)
                last++;
            if (last > k)
                (void)fprintf(out, " %u-%u", k, last);
            else
                (void)fprintf(out, " %u", k);
            for (; k < last; k++)
                done[k] = true;
            done[k] = true;
        }
        (void)fprintf(out, "%s\n", n > 1 ? "" : " -");
    }
}

static void print_table(FILE *out, struct row (*table)[NFLAGS])
{
    size_t which;

    (void)fprintf(out,
                  "# The outcome of each call: what it returned (or its error) "
                  "and what changed:\n"
                  "# L the running domain, C the definition, G inside the "
                  "guest.\n"
                  "# 1 LIVE, 2 CONFIG, 4 MAXIMUM, 8 GUEST, 16 HOTPLUGGABLE, 32 "
                  "is no flag.\n#\n"
                  "# %-22s  %-22s  %-22s  %-22s flags\n",
                  "active, persistent", "active, transient",
                  "inactive, persistent", "gone");
    for (which = 0; which < NCALLS; which++) {
        (void)fprintf(out, "\n%s\n", calls[which].name);
        print_rows(table[which], calls[which].takes_flags ? NFLAGS : 1, out);
    }
}

/* State after state, for a world in which a start takes its time. */
int walk_print(struct walk_world *world, FILE *out)
{
    struct row(*table)[NFLAGS] = calloc(NCALLS, sizeof(*table));
    size_t which;
    int rc = table ? 0 : -1;
    int state;

    for (state = 0; rc == 0 && state < NSTATES; state++) {
        for (which = 0; rc == 0 && which < NCALLS; which++)
            rc = walk_state(world, which, table[which], state);
    }
    if (rc == 0)
        print_table(out, table);
    free(table);
    return rc;
}
