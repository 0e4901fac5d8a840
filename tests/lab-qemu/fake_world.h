/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the fake peer answers when it behaves. */
#ifndef LAB_FAKE_WORLD_H
#define LAB_FAKE_WORLD_H

#include <json-c/json.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#define FAKE_VCPUS 4

struct fake_world {
    pthread_mutex_t lock;
    const char *name;
    pid_t tids[FAKE_VCPUS];
    bool plugged[FAKE_VCPUS];
    bool online[FAKE_VCPUS]; /* inside the guest */
};

/* vCPUs 0 and 1 are plugged and online. */
void fake_world_init(struct fake_world *world, const char *name);
/* Gives each vCPU a thread. */
void fake_world_add_threads(struct fake_world *world);

/* Writes the answer to a request, and the events that belong to it. */
void fake_world_qmp(struct fake_world *world, const char *command,
                    struct json_object *request, FILE *out);
void fake_world_agent(struct fake_world *world, const char *command,
                      struct json_object *request, FILE *out);
/* The request's id as JSON; "null" if it has none. */
const char *fake_id(struct json_object *request);

#define FAKE_GREETING                                                          \
    "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\": 2, "         \
    "\"major\": 7}, \"package\": \"fake\"}, \"capabilities\": []}}\r\n"

#endif
