/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crash_world.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../api/scratchdir.h"
#include "../unit/vc_check.h"

#define REQUESTS_MAX 8

struct vc_domid world_guest;
struct vc_domid world_other;

static char *dir;
static bool host_forgets;

static const char guest_document[] =
    "<domain type='kvm'>\n"
    "  <name>guest</name>\n"
    "  <uuid>0c6f1a36-77aa-4b9d-8f2f-9a0f1d2c3b4a</uuid>\n"
    "  <vcpu current='3'>6</vcpu>\n"
    "  <cputune>\n"
    "    <vcpupin vcpu='0' cpuset='0-1'/>\n"
    "    <vcpupin vcpu='2' cpuset='2'/>\n"
    "    <vcpupin vcpu='4' cpuset='4-5'/>\n"
    "  </cputune>\n"
    "</domain>\n";
static const char other_document[] =
    "<domain type='kvm'>\n"
    "  <name>other</name>\n"
    "  <uuid>7d1f0a36-77aa-4b9d-8f2f-9a0f1d2c3b4b</uuid>\n"
    "  <vcpu cpuset='0-3' current='2'>4</vcpu>\n"
    "</domain>\n";

const struct world_op world_ops[] = {
    {"pin", "guest pin 1 3"},
    {"pin of an offline vcpu", "guest pin 5 6-7"},
    {"unpin", "guest unpin 2"},
    {"up", "guest count 5"},
    {"down", "guest count 1"},
    {"sparse", "guest offline 1; guest online 4"},
    {"twice", "guest pin 1 3; guest count 1; guest count 2; guest pin 1 4"},
    {"batch", "guest pin 1 3; guest count 5; other offline 1; other pin 0 1"},
    {"agent", "guest guest-offline 1; guest pin 2 3"},
    {"mixed", "guest count 5; guest pin 1 3; guest offline 2; guest pin 5 6"},
};
const size_t world_ops_n = VC_NELEMS(world_ops);

const char *world_path(const char *name)
{
    static char path[512];

    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    return path;
}

const char *world_dir(void)
{
    return dir;
}

void world_open(struct vc_engine *engine)
{
    struct vc_store_options options = {.busy_ms = 500};
    struct vc_error err = {0};
    char uri_text[600];

    (void)snprintf(uri_text, sizeof(uri_text), "test://%s/host.json?fault=%s",
                   dir, host_forgets ? "&pinoffline=no" : "");
    VC_URI_AUTO *uri = vc_uri_parse(uri_text, &err);
    ck_assert_msg(uri != NULL, "%s", err.text);
    memset(engine, 0, sizeof(*engine));
    engine->timeout_ms = 1000;
    engine->lock_ms = 5000;
    engine->home = strdup("test:///home");
    ck_assert_ptr_nonnull(engine->home);
    engine->seen = vc_engine_seen_new(&err);
    ck_assert_ptr_nonnull(engine->seen);
    engine->driver = vc_driver_open(uri, &err);
    ck_assert_msg(engine->driver != NULL, "%s", err.text);
    ck_assert_msg(vc_store_open(world_path("store.db"), &options,
                                &engine->store, &err) == VC_STORE_DONE,
                  "%s", err.text);
}

void world_close(struct vc_engine *engine)
{
    vc_store_close(engine->store);
    vc_driver_close(engine->driver);
    vc_engine_seen_free(engine->seen);
    free(engine->home);
    memset(engine, 0, sizeof(*engine));
}

static void make_domain(struct vc_engine *engine, const char *document,
                        struct vc_domid *id)
{
    struct vc_error err = {0};
    int live_id;

    ck_assert_msg(vc_engine_define(engine, document, strlen(document), "define",
                                   NULL, id, &live_id, NULL, &err) == 0,
                  "%s", err.text);
    ck_assert_msg(vc_engine_start(engine, id, &live_id, &err) == 0, "%s",
                  err.text);
}

/* The last two are what was acknowledged before, live and in the store. */
void world_make(bool forgets)
{
    struct vc_error err = {0};
    struct vc_engine engine;

    dir = scratchdir_new();
    host_forgets = forgets;
    world_open(&engine);
    make_domain(&engine, guest_document, &world_guest);
    make_domain(&engine, other_document, &world_other);
    ck_assert_msg(world_change(&engine, "guest pin 1 5; other pin 1 2",
                               VC_IMPACT_LIVE, &err) == 0 &&
                      world_change(&engine, "guest pin 3 7; other count 3",
                                   VC_IMPACT_CONFIG, &err) == 0,
                  "%s", err.text);
    world_close(&engine);
}

void world_remove(void)
{
    vc_domid_clear(&world_guest);
    vc_domid_clear(&world_other);
    scratchdir_free(dir);
}

/* ---- Files ---- */

void world_files_clear(struct world_files *files)
{
    size_t i;

    for (i = 0; i < files->n; i++) {
        free(files->items[i].name);
        free(files->items[i].data);
    }
    free(files->items);
    memset(files, 0, sizeof(*files));
}

static void save_file(struct world_files *files, const char *name)
{
    struct world_file *file;
    struct stat st;
    int fd = open(world_path(name), O_RDONLY | O_CLOEXEC);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fstat(fd, &st), 0);
    files->items = realloc(files->items, (files->n + 1) * sizeof(*file));
    ck_assert_ptr_nonnull(files->items);
    file = &files->items[files->n++];
    file->name = strdup(name);
    file->len = (size_t)st.st_size;
    file->data = malloc(file->len + 1);
    ck_assert(file->name && file->data);
    ck_assert_int_eq(read(fd, file->data, file->len), st.st_size);
    (void)close(fd);
}

/* Calls visit for each file. */
static void each_file(void (*visit)(struct world_files *files,
                                    const char *name),
                      struct world_files *files)
{
    DIR *stream = opendir(dir);
    struct dirent *entry;

    ck_assert_ptr_nonnull(stream);
    while ((entry = readdir(stream)) != NULL) {
        if (entry->d_name[0] != '.')
            visit(files, entry->d_name);
    }
    (void)closedir(stream);
}

static void remove_file(struct world_files *files, const char *name)
{
    (void)files;
    ck_assert_int_eq(unlink(world_path(name)), 0);
}

void world_save(struct world_files *files)
{
    memset(files, 0, sizeof(*files));
    each_file(save_file, files);
}

void world_restore(const struct world_files *files)
{
    size_t i;

    each_file(remove_file, NULL);
    for (i = 0; i < files->n; i++) {
        int fd = open(world_path(files->items[i].name),
                      O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(write(fd, files->items[i].data, files->items[i].len),
                         (ssize_t)files->items[i].len);
        (void)close(fd);
    }
}

/* ---- Looking ---- */

static void look_at(struct vc_engine *engine, const struct vc_domid *id,
                    struct vc_buf *config, struct vc_buf *live)
{
    VC_VIEW_AUTO view = {0};
    struct vc_error err = {0};
    unsigned i;

    ck_assert_msg(vc_engine_look(engine, id,
                                 VC_WANT_DOCUMENT | VC_WANT_CONFIG |
                                     VC_WANT_SNAPSHOT | VC_WANT_LOCAL |
                                     VC_WANT_AGENT,
                                 &view, &err) == 0,
                  "%s", err.text);
    ck_assert(view.persistent && view.active);
    vc_buf_addf(config, "revision %u\n%s", (unsigned)view.record.revision,
                view.record.document);
    vc_buf_addf(live, "%s: online %s", id->name,
                VC_CPUSET_SHOW(&view.live.online));
    for (i = 0; i < view.live.maximum; i++)
        vc_buf_addf(live, ", %u on %s", i,
                    VC_CPUSET_SHOW(&view.live.vcpus[i].affinity));
    vc_buf_addf(live, ", kept %s, guest sees %s\n",
                view.local.kept_pins ? view.local.kept_pins : "",
                VC_CPUSET_SHOW(&view.agent.online));
}

void world_look(struct vc_engine *engine, struct world_picture *ret)
{
    VC_BUF_AUTO config = {0};
    VC_BUF_AUTO live = {0};
    struct vc_error err = {0};

    look_at(engine, &world_guest, &config, &live);
    look_at(engine, &world_other, &config, &live);
    ret->config = vc_buf_steal(&config, NULL, &err);
    ret->live = vc_buf_steal(&live, NULL, &err);
    ck_assert(ret->config && ret->live);
}

void world_picture_clear(struct world_picture *picture)
{
    free(picture->config);
    free(picture->live);
    memset(picture, 0, sizeof(*picture));
}

bool world_is(const struct world_picture *a, const struct world_picture *b)
{
    return strcmp(a->config, b->config) == 0 && strcmp(a->live, b->live) == 0;
}

size_t world_intents(struct vc_engine *engine)
{
    VC_INTENT_LIST_AUTO list = {0};
    struct vc_error err = {0};

    ck_assert_msg(vc_store_intent_list(engine->store, NULL, &list, &err) ==
                      VC_STORE_DONE,
                  "%s", err.text);
    return list.n;
}

static int no_fault(const char *fault, void *opaque, struct vc_error *err)
{
    (void)opaque;
    (void)err;
    ck_abort_msg("%s", fault);
    return 0;
}

void world_expect_no_fault(struct vc_engine *engine)
{
    struct vc_error err = {0};

    ck_assert_msg(vc_engine_check(engine, no_fault, NULL, &err) == 0, "%s",
                  err.text);
}

void world_expect_clean(struct vc_engine *engine)
{
    ck_assert_uint_eq(world_intents(engine), 0);
    world_expect_no_fault(engine);
}

/* ---- Changes in words ---- */

static void take_set(const char *text, struct vc_cpuset *ret)
{
    struct vc_error err = {0};

    ck_assert_msg(vc_cpuset_parse(text, strlen(text), ret, &err) == 0, "%s",
                  err.text);
}

static void take_request(const char *text, struct vc_request *request,
                         char domain[16])
{
    char verb[16] = "";
    char first[16] = "";
    char second[16] = "";

    ck_assert_int_ge(sscanf(text,
                            " %15[^ ;] %15[^ ;] %15[^ ;] %15[^ ;]", domain,
                            verb, first, second),
                     3);
    request->vcpu = (unsigned)atoi(first);
    request->count = (unsigned)atoi(first);
    if (strcmp(verb, "pin") == 0) {
        request->kind = VC_REQUEST_PIN;
        take_set(second, &request->set);
    } else if (strcmp(verb, "unpin") == 0) {
        request->kind = VC_REQUEST_UNPIN;
    } else if (strcmp(verb, "count") == 0) {
        request->kind = VC_REQUEST_COUNT;
    } else if (strncmp(verb, "guest-", 6) == 0) {
        request->kind = VC_REQUEST_GUEST_STATE;
        request->impact = VC_IMPACT_LIVE;
        request->online = strcmp(verb, "guest-online") == 0;
        take_set(first, &request->set);
    } else {
        request->kind = VC_REQUEST_STATE;
        request->online = strcmp(verb, "online") == 0;
        take_set(first, &request->set);
    }
}

int world_change(struct vc_engine *engine, const char *text, unsigned impact,
                 struct vc_error *err)
{
    struct vc_request requests[2][REQUESTS_MAX];
    struct vc_change changes[2] = {{.id = &world_guest, .requests = requests[0]},
                                   {.id = &world_other,
                                    .requests = requests[1]}};
    bool skip_guest;
    size_t n;
    size_t i;
    int rc;

    memset(requests, 0, sizeof(requests));
    for (; text; text = strchr(text, ';') ? strchr(text, ';') + 1 : NULL) {
        struct vc_request request = {.impact = impact};
        char domain[16];
        struct vc_change *change;

        take_request(text, &request, domain);
        change = &changes[strcmp(domain, "other") == 0];
        ck_assert_uint_lt(change->n, REQUESTS_MAX);
        requests[change - changes][change->n++] = request;
    }
    skip_guest = changes[0].n == 0;
    n = (changes[0].n > 0) + (changes[1].n > 0);
    rc = vc_engine_change(engine, changes + skip_guest, n, false, err);
    for (i = 0; i < 2; i++) {
        size_t k;

        for (k = 0; k < changes[i].n; k++)
            vc_request_clear(&requests[i][k]);
        vc_change_clear(&changes[i]);
    }
    return rc;
}
