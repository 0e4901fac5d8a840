/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The domain's other vCPUs, which vCPU 0 starts and stops. */
#include "tiny.h"

#include <xen/event_channel.h>
#include <xen/vcpu.h>

#define STACK_BYTES 1024

static char stacks[MAX_VCPUS][STACK_BYTES] __attribute__((aligned(16)));
static bool initialised[MAX_VCPUS];
static evtchn_port_t ports[MAX_VCPUS]; /* to wake each */
static bool leaving[MAX_VCPUS];        /* it shall */
static bool asleep[MAX_VCPUS];         /* it does */
static bool spinning;

static long vcpu_op(long op, unsigned vcpu, void *arg)
{
    return xen_call(op, vcpu, (long)arg, 0, __HYPERVISOR_vcpu_op);
}

static evtchn_port_t port_of(unsigned vcpu)
{
    struct evtchn_bind_ipi ipi = {.vcpu = vcpu};

    if (xen_call(EVTCHNOP_bind_ipi, (long)&ipi, 0, 0,
                 __HYPERVISOR_event_channel_op) != 0)
        xen_die("no event channel for a vCPU");
    return ipi.port;
}

void vcpus_begin(bool spin)
{
    spinning = spin;
    ports[0] = port_of(0);
}

unsigned vcpus_maximum(void)
{
    unsigned n = 0;

    while (n < MAX_VCPUS && vcpu_op(VCPUOP_is_up, n, NULL) >= 0)
        n++;
    return n;
}

/* What a vCPU above 0 does. */
static NORETURN void live(unsigned vcpu)
{
    for (;;) {
        xen_clear(ports[vcpu]);
        if (__atomic_load_n(&leaving[vcpu], __ATOMIC_SEQ_CST)) {
            __atomic_store_n(&asleep[vcpu], true, __ATOMIC_SEQ_CST);
            xen_sleep(ports[vcpu]);
        } else if (spinning) {
            __asm__ volatile("pause");
        } else {
            xen_rest(vcpu, ports[vcpu], REST_MS);
        }
    }
}

static void initialise(unsigned vcpu)
{
    static struct vcpu_guest_context context;
    const xen_pfn_t *machine_frames = (const xen_pfn_t *)xen_start->mfn_list;
    xen_pfn_t tables = machine_frames[xen_start->pt_base >> PAGE_BITS];

    context.flags = VGCF_in_kernel;
    context.user_regs.cs = FLAT_KERNEL_CS;
    context.user_regs.ss = FLAT_KERNEL_SS;
    context.kernel_ss = FLAT_KERNEL_SS;
    context.kernel_sp = (unsigned long)(stacks[vcpu] + STACK_BYTES);
    context.user_regs.rip = (unsigned long)live;
    context.user_regs.rdi = vcpu;
    /* As if it had been called. */
    context.user_regs.rsp = context.kernel_sp - sizeof(long);
    context.ctrlreg[3] = xen_pfn_to_cr3(tables);
    if (vcpu_op(VCPUOP_initialise, vcpu, &context) != 0)
        xen_die("a vCPU can't be initialised");
    ports[vcpu] = port_of(vcpu);
    initialised[vcpu] = true;
}

static void start(unsigned vcpu)
{
    if (!initialised[vcpu])
        initialise(vcpu);
    asleep[vcpu] = false;
    __atomic_store_n(&leaving[vcpu], false, __ATOMIC_SEQ_CST);
    if (vcpu_op(VCPUOP_up, vcpu, NULL) != 0)
        xen_die("a vCPU can't be started");
    xen_notify(ports[vcpu]);
}

static bool is_blocked(unsigned vcpu)
{
    struct vcpu_runstate_info info;

    return __atomic_load_n(&asleep[vcpu], __ATOMIC_SEQ_CST) &&
           vcpu_op(VCPUOP_get_runstate_info, vcpu, &info) == 0 &&
           info.state == RUNSTATE_blocked;
}

/* Not before it sleeps: then it uses no time any more when it is seen down. */
static void stop(unsigned vcpu)
{
    __atomic_store_n(&leaving[vcpu], true, __ATOMIC_SEQ_CST);
    xen_notify(ports[vcpu]);
    while (!is_blocked(vcpu))
        xen_rest(0, ports[0], 1);
    if (vcpu_op(VCPUOP_down, vcpu, NULL) != 0)
        xen_die("a vCPU can't be stopped");
}

void vcpus_set(unsigned vcpu, bool up)
{
    bool is_up = initialised[vcpu] && vcpu_op(VCPUOP_is_up, vcpu, NULL) == 1;

    if (up && !is_up)
        start(vcpu);
    else if (!up && is_up)
        stop(vcpu);
}
