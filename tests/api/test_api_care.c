/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Backup, check, numbers, removed definitions: by the public calls. */
#include "apitest.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *store_path(void)
{
    return api_text("%s/store.db", api_dir);
}

static const char *copy_path(void)
{
    return api_text("%s/copy.db", api_dir);
}

/* ---- Backup ---- */

/* A connection to a copy. */
static virConnectPtr open_copy(const char *path)
{
    virConnectPtr copy = virConnectOpen(
        api_text("test:///default?store=%s", path));

    ck_assert_msg(copy != NULL, "%s", virGetLastErrorMessage());
    return copy;
}

START_TEST(copy_holds_the_same_definitions)
{
    virDomainPtr dom = api_define("one", "<vcpu current='1'>4</vcpu>");
    virConnectPtr copy;
    virDomainPtr same;
    struct stat st;

    (void)api_define("two", "<vcpu>2</vcpu>");
    OK(vcpuconfDomainPinVcpuSet(dom, 0, "1-2", CONFIG));
    OK(vcpuconfConnectBackup(conn, copy_path(), 0));
    OK(virDomainSetVcpusFlags(dom, 3, CONFIG));
    ck_assert_int_eq(stat(copy_path(), &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    copy = open_copy(copy_path());
    same = virDomainLookupByName(copy, "one");
    ck_assert_ptr_nonnull(same);
    ck_assert_int_eq(virDomainGetVcpusFlags(same, CONFIG), 1);
    ck_assert_str_eq(api_pins(same), "0:1-2");
    ck_assert_int_eq(api_revisions(same), 2);
    OK(vcpuconfConnectCheck(copy, NULL, 0));
    OK(virDomainSetVcpusFlags(same, 2, CONFIG));
    OK(virDomainFree(same));
    OK(virConnectClose(copy));
    ck_assert_int_eq(virDomainGetVcpusFlags(dom, CONFIG), 3);
}
END_TEST

static int count(virConnectPtr connection)
{
    return virConnectListAllDomains(connection, NULL,
                                    VIR_CONNECT_LIST_DOMAINS_PERSISTENT);
}

START_TEST(copy_replaces_another_only_when_asked)
{
    virConnectPtr copy;

    (void)api_define("one", "");
    OK(vcpuconfConnectBackup(conn, copy_path(), 0));
    (void)api_define("two", "");
    FAILS(vcpuconfConnectBackup(conn, copy_path(), 0), VIR_ERR_OPERATION_FAILED,
          "File exists");
    copy = open_copy(copy_path());
    ck_assert_int_eq(count(copy), 1);
    OK(virConnectClose(copy));
    OK(vcpuconfConnectBackup(conn, copy_path(), VCPUCONF_BACKUP_REPLACE));
    copy = open_copy(copy_path());
    ck_assert_int_eq(count(copy), 2);
    OK(virConnectClose(copy));
}
END_TEST

START_TEST(reader_can_make_a_copy)
{
    virConnectPtr reader = virConnectOpenReadOnly(api_uri(NULL, ""));

    (void)api_define("one", "");
    ck_assert_ptr_nonnull(reader);
    OK(vcpuconfConnectBackup(reader, copy_path(), 0));
    OK(virConnectClose(reader));
    ck_assert_int_eq(access(copy_path(), R_OK), 0);
}
END_TEST

START_TEST(arguments_of_a_backup)
{
    (void)api_define("one", "");
    REFUSED(vcpuconfConnectBackup(NULL, copy_path(), 0), VIR_ERR_INVALID_CONN,
            NULL);
    REFUSED(vcpuconfConnectBackup(conn, copy_path(), 6), VIR_ERR_INVALID_ARG,
            "=unsupported flags (0x6) in function vcpuconfConnectBackup");
    REFUSED(vcpuconfConnectBackup(conn, NULL, 0), VIR_ERR_INVALID_ARG, "path");
    REFUSED(vcpuconfConnectBackup(conn, "", 0), VIR_ERR_INVALID_ARG,
            "absolute");
    REFUSED(vcpuconfConnectBackup(conn, "copy.db", 0), VIR_ERR_INVALID_ARG,
            "=the backup's path 'copy.db' must be absolute");
    REFUSED(vcpuconfConnectBackup(conn, store_path(), VCPUCONF_BACKUP_REPLACE),
            VIR_ERR_INVALID_ARG, "itself");
    REFUSED(vcpuconfConnectBackup(conn, api_text("%s/none/c.db", api_dir), 0),
            VIR_ERR_OPEN_FAILED, "No such file");
    ck_assert_int_ne(access(copy_path(), F_OK), 0);
}
END_TEST

/* ---- Check ---- */

static void damage(const char *sql)
{
    sqlite3 *db = NULL;
    char *words = NULL;

    ck_assert_int_eq(sqlite3_open(store_path(), &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_busy_timeout(db, 10000), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &words) == SQLITE_OK,
                  "%s: %s", sql, words);
    ck_assert_int_gt(sqlite3_changes(db), 0);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

/* The faults in lines. */
static const char *faults(void)
{
    char **items = (char **)-1;
    int n = vcpuconfConnectCheck(conn, &items, 0);
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    int i;

    ck_assert_msg(n >= 0, "%s", virGetLastErrorMessage());
    ck_assert_int_eq(vcpuconfConnectCheck(conn, NULL, 0), n);
    for (i = 0; i < n; i++) {
        (void)fprintf(out, "%s\n", items[i]);
        free(items[i]);
    }
    free(items);
    (void)fclose(out);
    return api_own(text);
}

static const char *domain_fault(const char *name, const char *what)
{
    return api_text("domain '%s' (%s): %s\n", name, api_uuid(name), what);
}

START_TEST(sound_store_has_no_faults)
{
    virDomainPtr dom;

    ck_assert_str_eq(faults(), "");
    dom = api_define("one", "<vcpu cpuset='0-3' current='2'>4</vcpu>");
    OK(vcpuconfDomainPinVcpuSet(dom, 3, "0,2", CONFIG));
    (void)api_own_domain(virDomainDefineXML(
        conn, "<domain><name>no-uuid</name></domain>"));
    (void)api_own_domain(virDomainDefineXML(
        conn, "<domain><name>template</name><uuid>UUID</uuid></domain>"));
    (void)api_own_domain(virDomainDefineXML(
        conn, "<domain><name>Domain-0</name></domain>"));
    (void)api_own_domain(virDomainDefineXML(
        conn, "<domain><name>stray</name><vcpu>1</vcpu><cputune>"
              "<vcpupin vcpu='7' cpuset='1'/></cputune></domain>"));
    OK(virDomainUndefine(api_define("gone", "")));
    ck_assert_str_eq(faults(), "");
}
END_TEST

START_TEST(each_wrong_definition_is_named)
{
    (void)api_define("good", "<vcpu>2</vcpu>");
    (void)api_define("cut", "<vcpu>2</vcpu>");
    (void)api_define("other", "<vcpu>2</vcpu>");
    (void)api_define("count", "<vcpu>2</vcpu>");
    (void)api_define("nonsense", "<vcpu>2</vcpu>");
    damage("UPDATE revision SET document = substr(document, 1, 60)"
           " WHERE domain = (SELECT id FROM domain WHERE name = 'cut')");
    damage("UPDATE domain SET name = 'renamed' WHERE name = 'other'");
    damage("UPDATE domain SET summary = CAST(replace(CAST(summary AS TEXT),"
           " 'max=2', 'max=3') AS BLOB) WHERE name = 'count'");
    damage("UPDATE domain SET summary = x'00ff' WHERE name = 'nonsense'");
    ck_assert_ptr_nonnull(strstr(
        faults(), api_text("domain 'cut' (%s): its document can't be read: ",
                           api_uuid("cut"))));
    ck_assert_ptr_nonnull(
        strstr(faults(), api_text("domain 'renamed' (%s): its document has the "
                                  "name other\n",
                                  api_uuid("other"))));
    ck_assert_ptr_nonnull(
        strstr(faults(),
               domain_fault("count", "its summary says '1 max=3 online=0-1 "
                                     "hot=', and its document '1 max=2 "
                                     "online=0-1 hot='")));
    ck_assert_ptr_nonnull(
        strstr(faults(), domain_fault("nonsense",
                                      "its summary says '', and its document "
                                      "'1 max=2 online=0-1 hot='")));
    ck_assert_int_eq(vcpuconfConnectCheck(conn, NULL, 0), 4);
}
END_TEST

START_TEST(uuid_of_another_is_found)
{
    (void)api_define("one", "");
    damage("UPDATE domain SET uuid = x'00112233445566778899aabbccddeeff'");
    ck_assert_str_eq(faults(),
                     api_text("domain 'one' (00112233-4455-6677-8899-"
                              "aabbccddeeff): its document has the uuid %s\n",
                              api_uuid("one")));
}
END_TEST

START_TEST(missing_document_is_found)
{
    virDomainPtr dom = api_define("one", "<vcpu>4</vcpu>");

    (void)api_define("two", "");
    OK(virDomainSetVcpusFlags(dom, 2, CONFIG));
    damage("DELETE FROM revision WHERE revision = 2");
    ck_assert_ptr_nonnull(
        strstr(faults(), domain_fault("one", "its revision 2 is missing from "
                                             "the history")));
    ck_assert_ptr_nonnull(
        strstr(faults(), domain_fault("one", "its document is missing, not "
                                             "bytes, or has too many")));
    ck_assert_ptr_null(strstr(faults(), "two"));
}
END_TEST

/* Bytes of the file: a page of a long document loses its chain. */
static void break_document(const char *marker)
{
    FILE *file = fopen(store_path(), "r+b");
    static char bytes[4000000];
    size_t len = fread(bytes, 1, sizeof(bytes), file);
    char *at = memmem(bytes, len, marker, strlen(marker));

    ck_assert_ptr_nonnull(at);
    ck_assert_int_eq(fseek(file, (at - bytes) / 4096 * 4096, SEEK_SET), 0);
    ck_assert_uint_eq(fwrite("\xff\xff\xff\xff", 1, 4, file), 4);
    (void)fclose(file);
}

START_TEST(definition_on_a_damaged_page_does_not_hide_others)
{
    char *padding = malloc(20001);
    int i;

    memset(padding, 'x', 20000);
    padding[20000] = '\0';
    for (i = 0; i < 9; i++) {
        char *xml = api_text("<domain><name>vm-%d</name><uuid>%s</uuid>"
                             "<!--%smarker-%d %s--></domain>",
                             i, api_uuid(api_text("vm-%d", i)), padding, i,
                             padding);

        ck_assert_ptr_nonnull(api_own_domain(virDomainDefineXML(conn, xml)));
    }
    free(padding);
    damage("UPDATE domain SET summary = x'30' WHERE name IN ('vm-0', 'vm-5')");
    api_close();
    break_document("marker-4");
    break_document("marker-8");
    conn = virConnectOpen(api_uri(NULL, ""));
    ck_assert_ptr_nonnull(conn);
    ck_assert_ptr_nonnull(
        strstr(faults(), domain_fault("vm-4", "its document can't be read "
                                              "from the file")));
    ck_assert_ptr_nonnull(
        strstr(faults(), domain_fault("vm-8", "its document can't be read "
                                              "from the file")));
    ck_assert_ptr_nonnull(strstr(faults(), "domain 'vm-0' ("));
    ck_assert_ptr_nonnull(strstr(faults(), "domain 'vm-5' ("));
    ck_assert_ptr_null(strstr(faults(), "domain 'vm-6' ("));
    ck_assert_ptr_nonnull(strstr(faults(), "the file: "));
}
END_TEST

/* Many pages of definitions; each of those faults once. */
START_TEST(no_definition_is_missed_or_told_twice)
{
    enum { N = 300 };
    vcpuconfImportItem *items = calloc(N, sizeof(*items));
    const char *all;
    int i;

    for (i = 0; i < N; i++) {
        items[i].xml = api_document(api_text("vm-%03d", i), "<vcpu>2</vcpu>");
        items[i].len = strlen(items[i].xml);
    }
    ck_assert_int_eq(vcpuconfConnectImport(conn, items, N, 0), 0);
    vcpuconfImportItemsClear(items, N);
    free(items);
    ck_assert_str_eq(faults(), "");
    damage("UPDATE domain SET summary = x'30'");
    ck_assert_int_eq(vcpuconfConnectCheck(conn, NULL, 0), N);
    all = faults();
    for (i = 0; i < N; i++) {
        const char *one = api_text("domain 'vm-%03d' (", i);
        const char *at = strstr(all, one);

        ck_assert_ptr_nonnull(at);
        ck_assert_ptr_null(strstr(at + 1, one));
    }
}
END_TEST

static void *change_often(void *opaque)
{
    virDomainPtr dom = opaque;
    long failed = 0;
    unsigned i;

    for (i = 0; i < 60; i++)
        failed += virDomainSetVcpusFlags(dom, 1 + i % 4, CONFIG) < 0;
    return (void *)failed;
}

START_TEST(changes_meanwhile_are_no_faults)
{
    virDomainPtr dom = api_define("one", "<vcpu>4</vcpu>");
    pthread_t thread;
    void *failed = NULL;
    int round;

    ck_assert_int_eq(pthread_create(&thread, NULL, change_often, dom), 0);
    for (round = 0; round < 20; round++) {
        ck_assert_int_eq(vcpuconfConnectCheck(conn, NULL, 0), 0);
        OK(vcpuconfConnectBackup(conn, copy_path(), VCPUCONF_BACKUP_REPLACE));
    }
    ck_assert_int_eq(pthread_join(thread, &failed), 0);
    ck_assert_ptr_null(failed);
    ck_assert_str_eq(faults(), "");
}
END_TEST

START_TEST(arguments_of_a_check)
{
    char **items = (char **)-1;

    REFUSED(vcpuconfConnectCheck(NULL, &items, 0), VIR_ERR_INVALID_CONN, NULL);
    REFUSED(vcpuconfConnectCheck(conn, &items, 1), VIR_ERR_INVALID_ARG,
            "=unsupported flags (0x1) in function vcpuconfConnectCheck");
    ck_assert_ptr_eq(items, (char **)-1);
}
END_TEST

START_TEST(store_that_is_gone_can_not_be_looked_at)
{
    char **items = (char **)-1;

    (void)api_define("one", "");
    ck_assert_int_eq(rename(store_path(), copy_path()), 0);
    FAILS(vcpuconfConnectCheck(conn, &items, 0), VIR_ERR_OPEN_FAILED,
          "No such file");
    ck_assert_ptr_eq(items, (char **)-1);
    ck_assert_int_eq(rename(copy_path(), store_path()), 0);
    ck_assert_str_eq(faults(), "");
}
END_TEST

/* ---- Numbers ---- */

START_TEST(info_tells_what_the_store_is)
{
    virConnectPtr reader = virConnectOpenReadOnly(api_uri(NULL, ""));
    vcpuconfStoreInfo info;
    struct stat st;

    ck_assert_ptr_nonnull(reader);
    OK(virDomainUndefine(api_define("gone", "")));
    (void)api_define("one", "");
    OK(vcpuconfConnectGetStoreInfo(conn, &info, 0));
    ck_assert_str_eq(info.path, store_path());
    ck_assert_int_eq(info.readOnly, 0);
    ck_assert_uint_eq(info.format, 3);
    ck_assert_uint_eq(info.domains, 1);
    ck_assert_uint_eq(info.revisions, 3);
    ck_assert_uint_eq(info.change, 3);
    ck_assert_int_eq(stat(store_path(), &st), 0);
    ck_assert_uint_gt(info.bytes, (unsigned long long)st.st_size);
    vcpuconfStoreInfoClear(&info);
    ck_assert_ptr_null(info.path);
    vcpuconfStoreInfoClear(&info);
    vcpuconfStoreInfoClear(NULL);
    OK(vcpuconfConnectGetStoreInfo(reader, &info, 0));
    ck_assert_int_eq(info.readOnly, 1);
    ck_assert_uint_eq(info.domains, 1);
    vcpuconfStoreInfoClear(&info);
    OK(virConnectClose(reader));
    REFUSED(vcpuconfConnectGetStoreInfo(conn, NULL, 0), VIR_ERR_INVALID_ARG,
            "info");
    REFUSED(vcpuconfConnectGetStoreInfo(conn, &info, 2), VIR_ERR_INVALID_ARG,
            NULL);
    REFUSED(vcpuconfConnectGetStoreInfo(NULL, &info, 0), VIR_ERR_INVALID_CONN,
            NULL);
}
END_TEST

static void *get_features(void *opaque)
{
    (void)opaque;
    return (void *)(size_t)vcpuconfGetFeatures();
}

START_TEST(features_are_those_that_run)
{
    const char *features = vcpuconfGetFeatures();
    unsigned version[3];
    char drivers[80];
    pthread_t thread;
    void *theirs = NULL;
    int end = 0;

    ck_assert_ptr_nonnull(features);
    ck_assert_int_eq(sscanf(features,
                            "vcpuconf 0.1.0\ndrivers %79[a-z ]\n"
                            "libxml2 %u.%u.%u\nsqlite %n",
                            drivers, &version[0], &version[1], &version[2],
                            &end),
                     4);
    ck_assert_ptr_nonnull(strstr(drivers, "test"));
    ck_assert_uint_eq(version[0], 2);
    ck_assert_uint_ge(version[1], 9);
    ck_assert_str_eq(features + end, api_text("%s\n", sqlite3_libversion()));
    ck_assert_int_eq(pthread_create(&thread, NULL, get_features, NULL), 0);
    ck_assert_int_eq(pthread_join(thread, &theirs), 0);
    ck_assert_ptr_eq(theirs, features);
}
END_TEST

/* ---- What was removed ---- */

/* Names and revisions in one text. */
static const char *deleted(void)
{
    vcpuconfDeleted *items = NULL;
    int n = vcpuconfConnectListDeleted(conn, &items, 0);
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    int i;

    ck_assert_msg(n >= 0, "%s", virGetLastErrorMessage());
    for (i = 0; i < n; i++) {
        ck_assert_int_gt(items[i].time, 0);
        (void)fprintf(out, "%s %llu;", items[i].name, items[i].revision);
    }
    vcpuconfDeletedFree(items, n);
    (void)fclose(out);
    return api_own(text);
}

START_TEST(removed_definitions_are_listed_until_they_are_back)
{
    unsigned char uuid[VIR_UUID_BUFLEN];
    vcpuconfDeleted *items = NULL;
    virDomainPtr dom;

    ck_assert_str_eq(deleted(), "");
    dom = api_define("zeta", "");
    (void)api_define("stays", "");
    OK(virDomainGetUUID(dom, uuid));
    OK(virDomainSetVcpusFlags(dom, 4, CONFIG | MAXIMUM));
    OK(virDomainUndefine(dom));
    OK(virDomainUndefine(api_define("alpha", "")));
    ck_assert_str_eq(deleted(), "alpha 2;zeta 3;");
    ck_assert_int_eq(vcpuconfConnectListDeleted(conn, &items, 0), 2);
    ck_assert_int_eq(memcmp(items[1].uuid, uuid, sizeof(uuid)), 0);
    vcpuconfDeletedFree(items, 2);
    vcpuconfDeletedFree(NULL, 0);
    (void)api_own_domain(vcpuconfConnectRestore(conn, uuid, 0, 0));
    ck_assert_str_eq(deleted(), "alpha 2;");
    /* The name is the last that it had, and can be another one's by now. */
    OK(virDomainUndefine(dom));
    (void)api_own_domain(virDomainDefineXML(
        conn, api_text("<domain><name>eta</name><uuid>%s</uuid></domain>",
                       api_uuid("zeta"))));
    (void)api_own_domain(virDomainDefineXML(
        conn, "<domain><name>zeta</name></domain>"));
    ck_assert_str_eq(deleted(), "alpha 2;");
    OK(virDomainUndefine(
        api_own_domain(virDomainLookupByName(conn, "eta"))));
    ck_assert_str_eq(deleted(), "alpha 2;eta 7;");
}
END_TEST

START_TEST(removed_definition_without_a_document_has_no_name)
{
    OK(virDomainUndefine(api_define("one", "")));
    damage("UPDATE revision SET document = x'' WHERE deleted = 0");
    ck_assert_str_eq(deleted(), " 2;");
    damage("DELETE FROM revision WHERE deleted = 0");
    ck_assert_str_eq(deleted(), " 2;");
}
END_TEST

START_TEST(arguments_of_the_list_of_the_removed)
{
    vcpuconfDeleted *items = NULL;

    REFUSED(vcpuconfConnectListDeleted(NULL, &items, 0), VIR_ERR_INVALID_CONN,
            NULL);
    REFUSED(vcpuconfConnectListDeleted(conn, NULL, 0), VIR_ERR_INVALID_ARG,
            "deleted");
    REFUSED(vcpuconfConnectListDeleted(conn, &items, 1), VIR_ERR_INVALID_ARG,
            "=unsupported flags (0x1) in function vcpuconfConnectListDeleted");
}
END_TEST

static Suite *make_suite(void)
{
    TCase *t;
    Suite *s = api_suite("care", &t);

    tcase_add_test(t, copy_holds_the_same_definitions);
    tcase_add_test(t, copy_replaces_another_only_when_asked);
    tcase_add_test(t, reader_can_make_a_copy);
    tcase_add_test(t, arguments_of_a_backup);
    tcase_add_test(t, sound_store_has_no_faults);
    tcase_add_test(t, each_wrong_definition_is_named);
    tcase_add_test(t, uuid_of_another_is_found);
    tcase_add_test(t, missing_document_is_found);
    tcase_add_test(t, definition_on_a_damaged_page_does_not_hide_others);
    tcase_add_test(t, no_definition_is_missed_or_told_twice);
    tcase_add_test(t, changes_meanwhile_are_no_faults);
    tcase_add_test(t, arguments_of_a_check);
    tcase_add_test(t, store_that_is_gone_can_not_be_looked_at);
    tcase_add_test(t, info_tells_what_the_store_is);
    tcase_add_test(t, features_are_those_that_run);
    tcase_add_test(t, removed_definitions_are_listed_until_they_are_back);
    tcase_add_test(t, removed_definition_without_a_document_has_no_name);
    tcase_add_test(t, arguments_of_the_list_of_the_removed);
    return s;
}

VC_TEST_MAIN(make_suite)
