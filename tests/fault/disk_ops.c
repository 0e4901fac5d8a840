/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "disk_ops.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../unit/vc_check.h"
#include "store/sqlite/sqlite_impl.h"

#define LARGE 600000 /* 150 pages: some of them fill the log */

static const char new_document[] =
    "<domain>\n  <name>%s</name>\n"
    "  <uuid>1c6f1a36-77aa-4b9d-8f2f-9a0f1d2c3b%02x</uuid>\n"
    "  <vcpu current='1'>%u</vcpu>\n  <!-- %s -->\n</domain>\n";

/* ---- Looking ---- */

static int look_record(const struct vc_record *record, const char *fault,
                       void *opaque)
{
    struct vc_buf *out = opaque;

    ck_assert_ptr_null(fault);
    vc_buf_addf(out, "%s revision %u\n", record->name,
                (unsigned)record->revision);
    vc_buf_add(out, record->document, record->document_len);
    return 0;
}

static void look_run(struct vc_engine *engine, const struct vc_instance *run,
                     struct vc_buf *out)
{
    VC_LIVE_AUTO live = {0};
    struct vc_error err = {0};
    unsigned i;

    ck_assert_msg(engine->driver->ops->snapshot(engine->driver, run,
                                                VC_LIVE_ALL, &live, &err) == 0,
                  "%s", err.text);
    vc_buf_addf(out, "%s runs: online %s", run->name,
                VC_CPUSET_SHOW(&live.online));
    for (i = 0; i < live.maximum; i++)
        vc_buf_addf(out, ", %u on %s", i,
                    VC_CPUSET_SHOW(&live.vcpus[i].affinity));
    vc_buf_addc(out, '\n');
}

char *disk_look_by(struct vc_engine *engine)
{
    VC_INSTANCE_LIST_AUTO runs = {0};
    VC_BUF_AUTO out = {0};
    struct vc_error err = {0};
    char *text;
    size_t i;

    ck_assert_msg(vc_store_iterate(engine->store, VC_STORE_DOCUMENT, NULL, 0,
                                   look_record, &out, NULL,
                                   &err) == VC_STORE_DONE,
                  "%s", err.text);
    ck_assert_msg(engine->driver->ops->list(engine->driver, &runs, &err) == 0,
                  "%s", err.text);
    for (i = 0; i < runs.n; i++)
        look_run(engine, &runs.items[i], &out);
    text = vc_buf_steal(&out, NULL, &err);
    ck_assert_ptr_nonnull(text);
    return text;
}

char *disk_look(void)
{
    struct vc_engine engine;
    char *text;

    world_open(&engine);
    vc_engine_resolve(&engine);
    text = disk_look_by(&engine);
    world_expect_clean(&engine);
    world_close(&engine);
    return text;
}

/* ---- Definitions ---- */

static int define(struct vc_engine *engine, const char *xml, const char *what,
                  struct vc_error *err)
{
    VC_DOMID_AUTO id = {0};
    int live_id;

    return vc_engine_define(engine, xml, strlen(xml), what, NULL, &id, &live_id,
                            NULL, err);
}

static int define_new(struct vc_engine *engine, unsigned i,
                      struct vc_error *err)
{
    char xml[400];

    (void)snprintf(xml, sizeof(xml), new_document, "new", 1, i + 2, "");
    return define(engine, xml, "define", err);
}

static int redefine(struct vc_engine *engine, unsigned i, struct vc_error *err)
{
    static const char xml[] =
        "<domain>\n  <name>other</name>\n"
        "  <uuid>7d1f0a36-77aa-4b9d-8f2f-9a0f1d2c3b4b</uuid>\n"
        "  <vcpu>7</vcpu>\n</domain>\n";

    (void)i;
    return define(engine, xml, "define", err);
}

/* The log is moved into the file on the way. */
static int define_large(struct vc_engine *engine, unsigned i,
                        struct vc_error *err)
{
    static char filler[LARGE];
    char *xml = NULL;
    int rc;

    memset(filler, 'a' + (int)i, sizeof(filler) - 1);
    ck_assert_int_gt(asprintf(&xml, new_document, "large", 2, i + 2, filler),
                     0);
    rc = define(engine, xml, "define", err);
    free(xml);
    return rc;
}

static int undefine(struct vc_engine *engine, unsigned i, struct vc_error *err)
{
    (void)i;
    return vc_engine_undefine(engine, &world_other, err);
}

static int restore(struct vc_engine *engine, unsigned i, struct vc_error *err)
{
    VC_RECORD_AUTO record = {0};

    (void)i;
    if (vc_store_get_revision(engine->store, world_guest.uuid, 1, &record,
                              err) != VC_STORE_DONE)
        return -1;
    return define(engine, record.document, "restore revision 1", err);
}

static int import(struct vc_engine *engine, unsigned i, struct vc_error *err)
{
    struct vc_import_item items[3] = {{0}};
    char xml[3][400];
    size_t dealt;
    int rc;

    (void)i;
    for (i = 0; i < 3; i++) {
        const char *const names[] = {"one", "two", "three"};

        items[i].len = (size_t)snprintf(xml[i], sizeof(xml[i]), new_document,
                                        names[i], 16 + i, i + 2, "imported");
        items[i].bytes = xml[i];
    }
    rc = vc_engine_import(engine, items, 3, true, &dealt, err);
    for (i = 0; i < 3; i++) {
        if (items[i].error && rc > 0)
            *err = *items[i].error;
        free(items[i].error);
        free(items[i].name);
    }
    return rc == 0 ? 0 : -1;
}

/* ---- Changes ---- */

static int pin(struct vc_engine *engine, unsigned i, struct vc_error *err)
{
    char request[32];

    (void)snprintf(request, sizeof(request), "guest pin 0 %u", 2 + i % 6);
    return world_change(engine, request, VC_IMPACT_CONFIG, err);
}

static int both(struct vc_engine *engine, unsigned i, struct vc_error *err)
{
    char request[32];

    (void)snprintf(request, sizeof(request), "guest pin 1 %u", 2 + i % 6);
    return world_change(engine, request, VC_IMPACT_LIVE | VC_IMPACT_CONFIG,
                        err);
}

static int batch(struct vc_engine *engine, unsigned i, struct vc_error *err)
{
    (void)i;
    return world_change(engine,
                        "guest pin 1 3; guest count 5; other offline 1; "
                        "other pin 0 1",
                        VC_IMPACT_LIVE | VC_IMPACT_CONFIG, err);
}

/* ---- Files ---- */

static void remove_store(void)
{
    ck_assert_int_eq(unlink(world_path("store.db")), 0);
}

static void run_sql(sqlite3 *db, const char *sql)
{
    char *words = NULL;

    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &words) == SQLITE_OK,
                  "%s: %s", sql, words);
}

/* The same definitions, in the first format that there was. */
static void make_first_format(void)
{
    struct vc_error err = {0};
    char sql[800];
    sqlite3 *db = NULL;

    ck_assert_int_eq(sqlite3_open(world_path("old.db"), &db), SQLITE_OK);
    (void)snprintf(sql, sizeof(sql),
                   "PRAGMA application_id=%d; ATTACH '%s' AS new",
                   SQ_APPLICATION_ID, world_path("store.db"));
    run_sql(db, sql);
    ck_assert_int_eq(sq_migrate(db, "old.db", sq_migrations, 1, &err),
                     VC_STORE_DONE);
    run_sql(db, "INSERT INTO domain SELECT id, uuid, name, revision, time_us,"
                " summary FROM new.domain;"
                "INSERT INTO revision SELECT domain, revision, time_us, change,"
                " deleted, what, summary, document FROM new.revision;"
                "UPDATE meta SET change = (SELECT change FROM new.meta);"
                "DETACH new; PRAGMA journal_mode=WAL");
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
    remove_store();
    ck_assert_int_eq(
        rename(world_path("old.db"),
               strcpy((char[512]){0}, world_path("store.db"))), 0);
}

static int open_store(struct vc_engine *engine, unsigned i,
                      struct vc_error *err)
{
    struct vc_store_options options = {.busy_ms = 500};

    (void)i;
    return vc_store_open(world_path("store.db"), &options, &engine->store,
                         err) == VC_STORE_DONE
               ? 0
               : -1;
}

const struct disk_op disk_ops[] = {
    {"define", NULL, define_new, 1, false, false},
    {"redefine", NULL, redefine, 1, false, false},
    {"undefine", NULL, undefine, 1, false, false},
    {"restore", NULL, restore, 1, false, false},
    {"import", NULL, import, 1, false, false},
    {"pin", NULL, pin, 8, false, false},
    {"pin of both", NULL, both, 3, false, false},
    {"batch", NULL, batch, 1, false, false},
    {"log that gets full", NULL, define_large, 7, false, true},
    {"new store", remove_store, open_store, 1, true, false},
    {"migrate", make_first_format, open_store, 1, true, false},
};
const size_t disk_ops_n = VC_NELEMS(disk_ops);
