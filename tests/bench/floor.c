/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The floor: what libxml2 and SQLite take at least for the same durable work.
 * A straight program: prepared statements, WAL, synchronous=FULL, one parse,
 * no locks, no checks, no other hypervisor than the table.
 *
 *   floor import FILE FIRST COUNT   parse, validate, insert; 1000 a transaction
 *   floor open FILE NUMBER          one open, and a look at one row
 *   floor work FILE COUNT SEED      each operation many times on COUNT rows
 *   floor check FILE                SQLite's own check, and each document read
 *
 * The schema's path is in VCPUCONF_SCHEMA.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "documents.h"
#include "floor_xml.h"
#include "timing.h"

#define BATCH 1000
#define DEFINES 40
#define PINS 150
#define READS 2000
#define DUMPS 500
#define LISTS 10
#define MAPLEN 8

static sqlite3 *db;
static struct bench_samples samples;

static void check(int rc, const char *what)
{
    if (rc != SQLITE_OK && rc != SQLITE_ROW && rc != SQLITE_DONE)
        bench_fail("%s: %s", what, sqlite3_errmsg(db));
}

static void run(const char *sql)
{
    check(sqlite3_exec(db, sql, NULL, NULL, NULL), sql);
}

static sqlite3_stmt *prepare(const char *sql)
{
    sqlite3_stmt *stmt;

    check(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt,
                             NULL),
          sql);
    return stmt;
}

static void bind_text(sqlite3_stmt *stmt, int at, const char *text)
{
    check(sqlite3_bind_text(stmt, at, text, -1, SQLITE_STATIC), "bind");
}

static void bind_bytes(sqlite3_stmt *stmt, int at, const char *data, size_t len)
{
    check(sqlite3_bind_blob64(stmt, at, data, len, SQLITE_STATIC), "bind");
}

static void step(sqlite3_stmt *stmt)
{
    check(sqlite3_step(stmt), "step");
    check(sqlite3_reset(stmt), "step");
}

/* For `number`, of which there must be a row. */
static void step_to(sqlite3_stmt *stmt, size_t number)
{
    static char name[BENCH_NAME_LEN];

    bench_name(number, name);
    bind_text(stmt, 1, name);
    if (sqlite3_step(stmt) != SQLITE_ROW)
        bench_fail("no row '%s': %s", name, sqlite3_errmsg(db));
}

static void open_file(const char *path)
{
    check(sqlite3_open(path, &db), path);
}

static void open_to_write(const char *path)
{
    open_file(path);
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "PRAGMA cache_size=-8192");
    run("CREATE TABLE IF NOT EXISTS domain(id INTEGER PRIMARY KEY,"
        " name TEXT NOT NULL UNIQUE, uuid TEXT NOT NULL UNIQUE,"
        " pins TEXT NOT NULL, document BLOB NOT NULL);"
        "CREATE TABLE IF NOT EXISTS history(id INTEGER PRIMARY KEY,"
        " domain INTEGER NOT NULL, document BLOB NOT NULL)");
}

static void insert(sqlite3_stmt *stmt, const char *document, size_t len)
{
    struct floor_identity identity;

    floor_xml_import(document, len, &identity);
    bind_text(stmt, 1, identity.name);
    bind_text(stmt, 2, identity.uuid);
    bind_text(stmt, 3, identity.pins);
    bind_bytes(stmt, 4, document, len);
    step(stmt);
}

static sqlite3_stmt *prepare_insert(void)
{
    return prepare("INSERT INTO domain(name, uuid, pins, document)"
                   " VALUES (?1, ?2, ?3, ?4)");
}

/* The time of one batch, without making its documents. */
static long long import_batch(sqlite3_stmt *stmt, size_t first, size_t n)
{
    static char *documents[BATCH];
    static size_t lengths[BATCH];
    long long start;
    long long took;
    size_t i;

    for (i = 0; i < n; i++) {
        documents[i] = bench_document(first + i);
        lengths[i] = strlen(documents[i]);
    }
    start = bench_now();
    run("BEGIN IMMEDIATE");
    for (i = 0; i < n; i++)
        insert(stmt, documents[i], lengths[i]);
    run("COMMIT");
    took = bench_now() - start;
    for (i = 0; i < n; i++)
        free(documents[i]);
    return took;
}

static void measure_import(const char *path, size_t first, size_t count)
{
    long long total = -bench_now();
    sqlite3_stmt *stmt;
    size_t i;

    floor_schema_load(getenv("VCPUCONF_SCHEMA"));
    total += bench_now();
    open_to_write(path);
    stmt = prepare_insert();
    for (i = 0; i < count; i += BATCH)
        total += import_batch(stmt, first + i,
                              count - i < BATCH ? count - i : BATCH);
    bench_report_value("import", total);
    bench_report_memory("import_memory");
    check(sqlite3_finalize(stmt), "import");
}

static void measure_open(const char *path, size_t number)
{
    long long start = bench_now();
    sqlite3_stmt *stmt;

    open_file(path);
    stmt = prepare("SELECT uuid FROM domain WHERE name = ?1");
    step_to(stmt, number);
    bench_sample(&samples, start);
    check(sqlite3_finalize(stmt), "open");
    bench_report("open", &samples);
    bench_report_memory("memory");
}

static void measure_define(size_t first)
{
    sqlite3_stmt *stmt = prepare_insert();
    size_t i;

    floor_schema_load(getenv("VCPUCONF_SCHEMA"));
    for (i = 0; i < DEFINES; i++) {
        char *document = bench_document(first + i);
        size_t len = strlen(document);
        long long start = bench_now();

        insert(stmt, document, len);
        bench_sample(&samples, start);
        free(document);
    }
    bench_report("define", &samples);
    check(sqlite3_finalize(stmt), "define");
}

struct pin_statements {
    sqlite3_stmt *begin;
    sqlite3_stmt *get;
    sqlite3_stmt *keep;
    sqlite3_stmt *update;
    sqlite3_stmt *commit;
};

static void pin(const struct pin_statements *sql, size_t number, unsigned vcpu,
                unsigned cpu)
{
    char pins[FLOOR_TEXT_LEN];
    sqlite3_int64 id;
    char *edited;
    size_t len;

    step(sql->begin);
    step_to(sql->get, number);
    id = sqlite3_column_int64(sql->get, 0);
    edited = floor_xml_pin(sqlite3_column_blob(sql->get, 1),
                           (size_t)sqlite3_column_bytes(sql->get, 1), vcpu, cpu,
                           &len, pins);
    check(sqlite3_reset(sql->get), "pin");
    check(sqlite3_bind_int64(sql->keep, 1, id), "pin");
    step(sql->keep);
    check(sqlite3_bind_int64(sql->update, 1, id), "pin");
    bind_text(sql->update, 2, pins);
    bind_bytes(sql->update, 3, edited, len);
    step(sql->update);
    step(sql->commit);
    free(edited);
}

static void measure_pin(size_t n, size_t seed)
{
    struct pin_statements sql = {
        .begin = prepare("BEGIN IMMEDIATE"),
        .get = prepare("SELECT id, document FROM domain WHERE name = ?1"),
        .keep = prepare("INSERT INTO history(domain, document)"
                        " SELECT id, document FROM domain WHERE id = ?1"),
        .update = prepare("UPDATE domain SET pins = ?2, document = ?3"
                          " WHERE id = ?1"),
        .commit = prepare("COMMIT"),
    };
    size_t i;

    for (i = 0; i < PINS; i++) {
        long long start = bench_now();

        pin(&sql, i % n, (unsigned)(i % BENCH_VCPUS),
            (unsigned)((i + seed) % (MAPLEN * 8)));
        bench_sample(&samples, start);
    }
    bench_report("pin", &samples);
    check(sqlite3_finalize(sql.begin), "pin");
    check(sqlite3_finalize(sql.get), "pin");
    check(sqlite3_finalize(sql.keep), "pin");
    check(sqlite3_finalize(sql.update), "pin");
    check(sqlite3_finalize(sql.commit), "pin");
}

static void measure_pins(size_t n)
{
    sqlite3_stmt *stmt = prepare("SELECT pins FROM domain WHERE name = ?1");
    size_t i;

    for (i = 0; i < READS; i++) {
        unsigned char maps[BENCH_VCPUS * MAPLEN];
        long long start = bench_now();

        step_to(stmt, i % n);
        floor_pins_parse((const char *)sqlite3_column_text(stmt, 0), maps,
                         BENCH_VCPUS, MAPLEN);
        check(sqlite3_reset(stmt), "read pins");
        bench_sample(&samples, start);
    }
    bench_report("pins", &samples);
    check(sqlite3_finalize(stmt), "read pins");
}

static void measure_dumpxml(size_t n)
{
    sqlite3_stmt *stmt = prepare("SELECT document FROM domain WHERE name = ?1");
    size_t i;

    for (i = 0; i < DUMPS; i++) {
        long long start = bench_now();
        char *document;

        step_to(stmt, i % n);
        document = strndup(sqlite3_column_blob(stmt, 0),
                           (size_t)sqlite3_column_bytes(stmt, 0));
        check(sqlite3_reset(stmt), "dumpxml");
        free(document);
        bench_sample(&samples, start);
    }
    bench_report("dumpxml", &samples);
    check(sqlite3_finalize(stmt), "dumpxml");
}

static void measure_list(void)
{
    sqlite3_stmt *stmt = prepare("SELECT name FROM domain ORDER BY name");
    size_t i;

    for (i = 0; i < LISTS; i++) {
        long long start = bench_now();

        while (sqlite3_step(stmt) == SQLITE_ROW)
            free(strdup((const char *)sqlite3_column_text(stmt, 0)));
        check(sqlite3_reset(stmt), "list");
        bench_sample(&samples, start);
    }
    bench_report("list", &samples);
    check(sqlite3_finalize(stmt), "list");
}

static void measure_work(const char *path, size_t count, size_t seed)
{
    open_to_write(path);
    measure_pins(count);
    measure_dumpxml(count);
    measure_pin(count, seed);
    measure_define(1000000 + seed * DEFINES);
    measure_list();
    bench_report_memory("work_memory");
}

static void measure_check(const char *path)
{
    long long start = bench_now();
    struct floor_identity identity;
    sqlite3_stmt *stmt;

    open_file(path);
    run("PRAGMA cache_size=-8192; PRAGMA integrity_check");
    stmt = prepare("SELECT document FROM domain ORDER BY name");
    while (sqlite3_step(stmt) == SQLITE_ROW)
        floor_xml_import(sqlite3_column_blob(stmt, 0),
                         (size_t)sqlite3_column_bytes(stmt, 0), &identity);
    bench_report_value("check", bench_now() - start);
    bench_report_memory("check_memory");
    check(sqlite3_finalize(stmt), "check");
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "import") == 0)
        measure_import(argv[2], bench_number(argv[3]), bench_number(argv[4]));
    else if (argc == 4 && strcmp(argv[1], "open") == 0)
        measure_open(argv[2], bench_number(argv[3]));
    else if (argc == 5 && strcmp(argv[1], "work") == 0)
        measure_work(argv[2], bench_number(argv[3]), bench_number(argv[4]));
    else if (argc == 3 && strcmp(argv[1], "check") == 0)
        measure_check(argv[2]);
    else
        bench_fail("usage: floor import FILE FIRST COUNT | open FILE NUMBER | "
                   "work FILE COUNT SEED | check FILE");
    check(sqlite3_close(db), "close");
    return EXIT_SUCCESS;
}
