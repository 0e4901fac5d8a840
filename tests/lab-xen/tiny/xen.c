/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hypercalls, time and the console. */
#include "tiny.h"

#include <xen/event_channel.h>
#include <xen/io/console.h>
#include <xen/sched.h>

const struct start_info *xen_start;

/* A page of this kernel, over which the shared page is mapped. */
volatile union xen_shared_page xen_shared __attribute__((aligned(PAGE_BYTES)));

void *xen_own_page(xen_pfn_t mfn)
{
    return (void *)(machine_to_phys_mapping[mfn] << PAGE_BITS);
}

static void map_shared_page(void)
{
    unsigned long entry = xen_start->shared_info | 7; /* present, rw, user */

    if (xen_call((long)&xen_shared, (long)entry, UVMF_INVLPG, 0,
                 __HYPERVISOR_update_va_mapping) != 0)
        xen_die("the shared page can't be mapped");
}

void xen_begin(const struct start_info *start)
{
    xen_start = start;
    map_shared_page();
}

/* Nanoseconds since Xen began. */
static uint64_t now(unsigned vcpu)
{
    const volatile struct vcpu_time_info *t =
        &xen_shared.info.vcpu_info[vcpu].time;
    uint32_t version;
    uint64_t ns;

    do {
        unsigned low;
        unsigned high;
        uint64_t ticks;

        version = t->version;
        __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
        ticks = ((uint64_t)high << 32 | low) - t->tsc_timestamp;
        ticks =
            t->tsc_shift < 0 ? ticks >> -t->tsc_shift : ticks << t->tsc_shift;
        ns =
            t->system_time +
            (uint64_t)(((unsigned __int128)ticks * t->tsc_to_system_mul) >> 32);
        __asm__ volatile("lfence" : : : "memory");
    } while ((version & 1) || version != t->version);
    return ns;
}

static void wait_for(uint32_t port, uint64_t until)
{
    evtchn_port_t ports[1] = {port};
    struct sched_poll poll = {.nr_ports = 1, .timeout = until};

    set_xen_guest_handle(poll.ports, ports);
    (void)xen_call(SCHEDOP_poll, (long)&poll, 0, 0, __HYPERVISOR_sched_op);
}

void xen_rest(unsigned vcpu, uint32_t port, unsigned ms)
{
    wait_for(port, now(vcpu) + ms * 1000000ul);
}

void xen_sleep(uint32_t port)
{
    wait_for(port, 0);
}

void xen_clear(uint32_t port)
{
    (void)__atomic_fetch_and(&xen_shared.info.evtchn_pending[port / 64],
                             ~(1ul << port % 64), __ATOMIC_SEQ_CST);
}

void xen_notify(uint32_t port)
{
    struct evtchn_send send = {.port = port};

    (void)xen_call(EVTCHNOP_send, (long)&send, 0, 0,
                   __HYPERVISOR_event_channel_op);
}

void xen_shutdown(unsigned reason)
{
    struct sched_shutdown how = {.reason = reason};

    for (;;)
        (void)xen_call(SCHEDOP_shutdown, (long)&how, 0, 0,
                       __HYPERVISOR_sched_op);
}

/* What doesn't fit in the ring is lost. */
void xen_say(const char *line)
{
    struct xencons_interface *console =
        xen_own_page(xen_start->console.domU.mfn);
    XENCONS_RING_IDX at = console->out_prod;

    for (; *line; line++)
        console->out[MASK_XENCONS_IDX(at++, console->out)] = *line;
    console->out[MASK_XENCONS_IDX(at++, console->out)] = '\n';
    __atomic_store_n(&console->out_prod, at, __ATOMIC_RELEASE);
    xen_notify(xen_start->console.domU.evtchn);
}

void xen_die(const char *why)
{
    xen_say(why);
    xen_shutdown(SHUTDOWN_crash);
}
