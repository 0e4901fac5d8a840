/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fake_world.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct birth {
    pthread_barrier_t born;
    pid_t *tid;
};

/* A vCPU's thread: it is there, that is all. */
static void *halt(void *opaque)
{
    struct birth *birth = opaque;

    *birth->tid = gettid();
    (void)pthread_barrier_wait(&birth->born);
    for (;;)
        (void)pause();
    return NULL;
}

void fake_world_init(struct fake_world *world, const char *name)
{
    int i;

    memset(world, 0, sizeof(*world));
    (void)pthread_mutex_init(&world->lock, NULL);
    world->name = name;
    for (i = 0; i < FAKE_VCPUS; i++)
        world->plugged[i] = world->online[i] = i < 2;
}

void fake_world_add_threads(struct fake_world *world)
{
    int i;

    for (i = 0; i < FAKE_VCPUS; i++) {
        struct birth birth = {.tid = &world->tids[i]};
        pthread_t thread;

        if (pthread_barrier_init(&birth.born, NULL, 2) != 0 ||
            pthread_create(&thread, NULL, halt, &birth) != 0)
            abort();
        (void)pthread_barrier_wait(&birth.born);
        (void)pthread_barrier_destroy(&birth.born);
    }
}

const char *fake_id(struct json_object *request)
{
    struct json_object *id;

    if (!request || !json_object_object_get_ex(request, "id", &id))
        return "null";
    return json_object_to_json_string_ext(id, JSON_C_TO_STRING_PLAIN);
}

static struct json_object *argument(struct json_object *request,
                                    const char *key)
{
    struct json_object *args;
    struct json_object *value;

    if (!json_object_object_get_ex(request, "arguments", &args) ||
        !json_object_object_get_ex(args, key, &value))
        return NULL;
    return value;
}

static void say_cpus(const struct fake_world *world, FILE *out)
{
    const char *comma = "";
    int i;

    (void)fputc('[', out);
    for (i = 0; i < FAKE_VCPUS; i++) {
        if (!world->plugged[i])
            continue;
        (void)fprintf(out,
                      "%s{\"thread-id\": %d, \"props\": {\"core-id\": %d, "
                      "\"thread-id\": 0, \"socket-id\": 0}, \"qom-path\": "
                      "\"/machine/cpu[%d]\", \"cpu-index\": %d, \"target\": "
                      "\"x86_64\"}",
                      comma, world->tids[i], i, i, i);
        comma = ", ";
    }
    (void)fputc(']', out);
}

/* The highest first, as QEMU does. */
static void say_slots(const struct fake_world *world, FILE *out)
{
    int i;

    (void)fputc('[', out);
    for (i = FAKE_VCPUS - 1; i >= 0; i--) {
        (void)fprintf(out,
                      "{\"props\": {\"core-id\": %d, \"thread-id\": 0, "
                      "\"socket-id\": 0}, \"vcpus-count\": 1, \"type\": "
                      "\"qemu64-x86_64-cpu\"",
                      i);
        if (world->plugged[i])
            (void)fprintf(out, ", \"qom-path\": \"/machine/cpu[%d]\"", i);
        (void)fprintf(out, "}%s", i ? ", " : "");
    }
    (void)fputc(']', out);
}

static bool plug(struct fake_world *world, struct json_object *request)
{
    struct json_object *core = argument(request, "core-id");
    int slot = core ? json_object_get_int(core) : -1;

    if (slot < 0 || slot >= FAKE_VCPUS || world->plugged[slot])
        return false;
    return world->plugged[slot] = true;
}

static bool unplug(struct fake_world *world, struct json_object *request)
{
    struct json_object *id = argument(request, "id");
    int slot = -1;

    if (!id ||
        sscanf(json_object_get_string(id), "/machine/cpu[%d]", &slot) != 1 ||
        slot < 1 || slot >= FAKE_VCPUS || !world->plugged[slot])
        return false;
    world->plugged[slot] = false;
    return true;
}

static bool change(struct fake_world *world, const char *command,
                   struct json_object *request, FILE *out)
{
    bool add = strcmp(command, "device_add") == 0;

    if (!add && strcmp(command, "device_del") != 0)
        return false;
    if (add ? plug(world, request) : unplug(world, request))
        (void)fprintf(out, "{\"return\": {}, \"id\": %s}\r\n",
                      fake_id(request));
    else
        (void)fprintf(out,
                      "{\"id\": %s, \"error\": {\"class\": \"GenericError\", "
                      "\"desc\": \"no such slot\"}}\r\n",
                      fake_id(request));
    return true;
}

void fake_world_qmp(struct fake_world *world, const char *command,
                    struct json_object *request, FILE *out)
{
    static const char *const simple[][2] = {
        {"qmp_capabilities", "{}"},
        {"query-uuid", "{\"UUID\": \"00000000-0000-0000-0000-000000000000\"}"},
        {"query-status", "{\"status\": \"running\", \"running\": true}"},
        {"query-kvm", "{\"enabled\": false, \"present\": true}"},
        {"query-acpi-ospm-status", "[]"},
        {"qom-list", "[]"},
        {"object-add", "{}"},
        {"query-chardev", "[{\"frontend-open\": true, \"label\": \"ga0\", "
                          "\"filename\": \"disconnected:unix:fake.ga\"}]"},
    };
    const char *id = fake_id(request);
    size_t i;

    if (change(world, command, request, out))
        return;
    for (i = 0; i < sizeof(simple) / sizeof(simple[0]); i++) {
        if (strcmp(command, simple[i][0]) == 0) {
            (void)fprintf(out, "{\"return\": %s, \"id\": %s}\r\n", simple[i][1],
                          id);
            return;
        }
    }
    if (strcmp(command, "query-name") != 0 &&
        strcmp(command, "query-cpus-fast") != 0 &&
        strcmp(command, "query-hotpluggable-cpus") != 0) {
        (void)fprintf(out,
                      "{\"id\": %s, \"error\": {\"class\": "
                      "\"CommandNotFound\", \"desc\": \"The command %s has "
                      "not been found\"}}\r\n",
                      id, command);
        return;
    }
    (void)fputs("{\"return\": ", out);
    if (command[6] == 'n')
        (void)fprintf(out, "{\"name\": \"%s\"}", world->name);
    else if (command[6] == 'c')
        say_cpus(world, out);
    else
        say_slots(world, out);
    (void)fprintf(out, ", \"id\": %s}\r\n", id);
}

/* ---- the agent ---- */

static void say_guest(const struct fake_world *world, FILE *out)
{
    const char *comma = "";
    int i;

    (void)fputs("{\"return\": [", out);
    for (i = FAKE_VCPUS - 1; i >= 0; i--) {
        if (!world->plugged[i])
            continue;
        (void)fprintf(out,
                      "%s{\"online\": %s, \"can-offline\": %s, "
                      "\"logical-id\": %d}",
                      comma, world->online[i] ? "true" : "false",
                      i ? "true" : "false", i);
        comma = ", ";
    }
    (void)fputc(']', out);
}

static int set_guest(struct fake_world *world, struct json_object *list)
{
    int done = 0;
    size_t i;

    for (i = 0; list && i < json_object_array_length(list); i++) {
        struct json_object *item = json_object_array_get_idx(list, i);
        struct json_object *id;
        struct json_object *online;
        int n;

        if (!json_object_object_get_ex(item, "logical-id", &id) ||
            !json_object_object_get_ex(item, "online", &online))
            break;
        n = json_object_get_int(id);
        if (n < 0 || n >= FAKE_VCPUS || !world->plugged[n] ||
            (n == 0 && !json_object_get_boolean(online)))
            break;
        world->online[n] = json_object_get_boolean(online);
        done++;
    }
    return done;
}

void fake_world_agent(struct fake_world *world, const char *command,
                      struct json_object *request, FILE *out)
{
    struct json_object *id = argument(request, "id");

    if (strcmp(command, "guest-sync-delimited") == 0 ||
        strcmp(command, "guest-sync") == 0) {
        (void)fprintf(out, "%s{\"return\": %s",
                      strcmp(command, "guest-sync") ? "\xff" : "",
                      id ? json_object_get_string(id) : "0");
    } else if (strcmp(command, "guest-get-vcpus") == 0) {
        say_guest(world, out);
    } else if (strcmp(command, "guest-set-vcpus") == 0) {
        (void)fprintf(out, "{\"return\": %d",
                      set_guest(world, argument(request, "vcpus")));
    } else if (strcmp(command, "guest-ping") == 0) {
        (void)fputs("{\"return\": {}", out);
    } else {
        (void)fprintf(out,
                      "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": "
                      "\"The command %s has not been found\"}",
                      command);
    }
    if (request && json_object_object_get_ex(request, "id", NULL))
        (void)fprintf(out, ", \"id\": %s", fake_id(request));
    (void)fputs("}\n", out);
}
