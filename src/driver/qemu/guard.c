/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "driver/qemu/guard.h"

#include <pthread.h>

static pthread_mutex_t json_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t memory_mutex = PTHREAD_MUTEX_INITIALIZER;

void vc_qemu_json_lock(void)
{
    (void)pthread_mutex_lock(&json_mutex);
}

void vc_qemu_json_unlock(void)
{
    (void)pthread_mutex_unlock(&json_mutex);
}

void vc_qemu_memory_lock(void)
{
    (void)pthread_mutex_lock(&memory_mutex);
}

void vc_qemu_memory_unlock(void)
{
    (void)pthread_mutex_unlock(&memory_mutex);
}

static void before_fork(void)
{
    vc_qemu_memory_lock();
    vc_qemu_json_lock();
}

static void after_fork(void)
{
    vc_qemu_json_unlock();
    vc_qemu_memory_unlock();
}

/* At load: a fork() in the middle of a later registration would miss it. */
__attribute__((constructor(900))) static void guard_register(void)
{
    (void)pthread_atfork(before_fork, after_fork, after_fork);
}
