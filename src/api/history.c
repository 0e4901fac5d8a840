/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a definition was, and bulk import. */
#define VC_ROOM VC_ROOM_API
#include <stdio.h>
#include <string.h>

#include "api/api.h"

struct collect {
    vcpuconfRevision *items;
    size_t n;
    struct vc_error *err;
};

static int collect_revision(const struct vc_revision *revision, void *opaque)
{
    struct collect *c = opaque;
    vcpuconfRevision *items = realloc(c->items, (c->n + 1) * sizeof(*items));

    if (!items)
        return vc_error_nomem(c->err);
    c->items = items;
    items[c->n].revision = revision->revision;
    items[c->n].time = revision->time_us;
    items[c->n].deleted = revision->deleted;
    items[c->n].what = strdup(revision->what);
    if (!items[c->n].what)
        return vc_error_nomem(c->err);
    c->n++;
    return 0;
}

static int list_revisions(struct api_call *call, virConnectPtr conn,
                          const unsigned char *uuid,
                          vcpuconfRevision **revisions)
{
    struct vc_error failed = {0};
    struct collect c = {.err = &failed};
    enum vc_answer answer;

    answer = vc_store_history(conn->engine.store, uuid, 0, collect_revision, &c,
                              &call->err);
    if (answer == VC_STORE_NOT_FOUND)
        answer = VC_STORE_DONE;
    if (answer == VC_STORE_DONE && !failed.code) {
        *revisions = c.items;
        return (int)c.n;
    }
    if (failed.code)
        call->err = failed;
    else
        (void)vc_engine_store_error(answer, &call->err);
    vcpuconfRevisionsFree(c.items, (int)c.n);
    return -1;
}

API_EXPORT int vcpuconfDomainListRevisions(virDomainPtr domain,
                                           vcpuconfRevision **revisions,
                                           unsigned int flags)
{
    int n;

    API_ENTER(call);
    if (api_check_domain(&call, domain) < 0 ||
        api_check_flags(&call, flags, 0) < 0 ||
        api_check_not_null(&call, revisions, "revisions") < 0)
        return api_fail(&call);
    n = list_revisions(&call, domain->conn, domain->id.uuid, revisions);
    return n < 0 ? api_fail(&call) : n;
}

API_EXPORT int vcpuconfConnectListRevisions(virConnectPtr conn,
                                            const unsigned char *uuid,
                                            vcpuconfRevision **revisions,
                                            unsigned int flags)
{
    int n;

    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0 ||
        api_check_flags(&call, flags, 0) < 0 ||
        api_check_not_null(&call, uuid, "uuid") < 0 ||
        api_check_not_null(&call, revisions, "revisions") < 0)
        return api_fail(&call);
    n = list_revisions(&call, conn, uuid, revisions);
    return n < 0 ? api_fail(&call) : n;
}

static enum vc_store_limit limit_of(unsigned flags)
{
    return flags & VCPUCONF_HISTORY_REMOVED ? VC_STORE_LIMIT_REMOVED
                                            : VC_STORE_LIMIT_REVISIONS;
}

API_EXPORT int vcpuconfConnectGetHistoryLimit(virConnectPtr conn,
                                              unsigned int *limit,
                                              unsigned int flags)
{
    uint32_t value;

    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0 ||
        api_check_flags(&call, flags, VCPUCONF_HISTORY_REMOVED) < 0 ||
        api_check_not_null(&call, limit, "limit") < 0 ||
        vc_engine_store_error(vc_store_limit_get(conn->engine.store,
                                                 limit_of(flags), &value,
                                                 &call.err),
                              &call.err) < 0)
        return api_fail(&call);
    *limit = value;
    return 0;
}

API_EXPORT int vcpuconfConnectSetHistoryLimit(virConnectPtr conn,
                                              unsigned int limit,
                                              unsigned int flags)
{
    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0 || api_check_writable(&call) < 0 ||
        api_check_flags(&call, flags, VCPUCONF_HISTORY_REMOVED) < 0 ||
        vc_engine_limit_history(&conn->engine, limit_of(flags), limit,
                                &call.err) < 0)
        return api_fail(&call);
    return 0;
}

API_EXPORT void vcpuconfRevisionsFree(vcpuconfRevision *revisions,
                                      int nrevisions)
{
    int i;

    for (i = 0; revisions && i < nrevisions; i++)
        free(revisions[i].what);
    free(revisions);
}

/* The document of one revision; *ret is owned. */
static int get_revision(struct api_call *call, virConnectPtr conn,
                        const unsigned char *uuid, unsigned long long revision,
                        struct vc_record *ret)
{
    enum vc_answer answer = vc_store_get_revision(conn->engine.store, uuid,
                                                  revision, ret, &call->err);

    if (answer == VC_STORE_NOT_FOUND)
        return vc_error_set(&call->err, VC_ERR_INVALID_ARG,
                            "there is no revision %llu of this domain",
                            revision);
    if (vc_engine_store_error(answer, &call->err) < 0)
        return -1;
    if (!ret->document)
        return vc_error_set(&call->err, VC_ERR_INVALID_ARG,
                            "revision %llu of this domain is its removal",
                            revision);
    return 0;
}

API_EXPORT char *vcpuconfDomainGetRevisionXML(virDomainPtr domain,
                                              unsigned long long revision,
                                              unsigned int flags)
{
    VC_RECORD_AUTO record = {0};

    API_ENTER(call);
    if (api_check_domain(&call, domain) < 0 ||
        api_check_flags(&call, flags, 0) < 0 ||
        get_revision(&call, domain->conn, domain->id.uuid, revision, &record) <
            0)
        return API_FAIL_NULL(&call);
    return VC_STEAL(record.document);
}

API_EXPORT char *vcpuconfConnectGetRevisionXML(virConnectPtr conn,
                                               const unsigned char *uuid,
                                               unsigned long long revision,
                                               unsigned int flags)
{
    VC_RECORD_AUTO record = {0};

    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0 ||
        api_check_flags(&call, flags, 0) < 0 ||
        api_check_not_null(&call, uuid, "uuid") < 0 ||
        get_revision(&call, conn, uuid, revision, &record) < 0)
        return API_FAIL_NULL(&call);
    return VC_STEAL(record.document);
}

static int restore(struct api_call *call, virConnectPtr conn,
                   const unsigned char *uuid, unsigned long long revision,
                   struct vc_domid *ret, int *ret_live_id)
{
    VC_RECORD_AUTO record = {0};
    char what[64];

    if (get_revision(call, conn, uuid, revision, &record) < 0)
        return -1;
    (void)snprintf(what, sizeof(what), "restore revision %llu", revision);
    return vc_engine_define(&conn->engine, record.document, record.document_len,
                            what, uuid, ret, ret_live_id, NULL, &call->err);
}

API_EXPORT int vcpuconfDomainRestore(virDomainPtr domain,
                                     unsigned long long revision,
                                     unsigned int flags)
{
    VC_DOMID_AUTO id = {0};
    int live_id;

    API_ENTER(call);
    if (api_check_domain(&call, domain) < 0 || api_check_writable(&call) < 0 ||
        api_check_flags(&call, flags, 0) < 0 ||
        restore(&call, domain->conn, domain->id.uuid, revision, &id,
                &live_id) < 0)
        return api_fail(&call);
    return 0;
}

/* The newest revision that is not a removal. */
static int pick_last(const struct vc_revision *revision, void *opaque)
{
    unsigned long long *last = opaque;

    if (revision->deleted)
        return 0;
    *last = revision->revision;
    return 1;
}

API_EXPORT virDomainPtr vcpuconfConnectRestore(virConnectPtr conn,
                                               const unsigned char *uuid,
                                               unsigned long long revision,
                                               unsigned int flags)
{
    VC_DOMID_AUTO id = {0};
    char text[VC_UUID_TEXT_LEN + 1];
    virDomainPtr domain;
    int live_id;

    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0 || api_check_writable(&call) < 0 ||
        api_check_flags(&call, flags, 0) < 0 ||
        api_check_not_null(&call, uuid, "uuid") < 0)
        return API_FAIL_NULL(&call);
    if (revision == 0) {
        enum vc_answer answer = vc_store_history(conn->engine.store, uuid, 0,
                                                 pick_last, &revision,
                                                 &call.err);

        if (answer != VC_STORE_NOT_FOUND &&
            vc_engine_store_error(answer, &call.err) < 0)
            return API_FAIL_NULL(&call);
        if (revision == 0) {
            vc_uuid_format(uuid, text);
            (void)vc_error_set(&call.err, VC_ERR_NO_DOMAIN,
                               "no history of a domain with uuid '%s'", text);
            return API_FAIL_NULL(&call);
        }
    }
    domain = api_domain_reserve(&call);
    if (!domain ||
        restore(&call, conn, uuid, revision, &id, &live_id) < 0) {
        free(domain);
        return API_FAIL_NULL(&call);
    }
    api_domain_make(domain, conn, &id, live_id);
    return domain;
}

static int hand_out(struct api_call *call, vcpuconfImportItem *to,
                    struct vc_import_item *from)
{
    to->result = from->result;
    to->name = VC_STEAL(from->name);
    if (!from->error)
        return 0;
    to->code = from->error->code;
    to->line = from->error->number;
    to->message = api_strdup(call, from->error->text);
    return to->message ? 0 : -1;
}

API_EXPORT int vcpuconfConnectImport(virConnectPtr conn,
                                     vcpuconfImportItem *items, size_t nitems,
                                     unsigned int flags)
{
    struct vc_import_item *work;
    size_t dealt = 0;
    size_t i;
    int rc;

    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0 || api_check_writable(&call) < 0 ||
        api_check_flags(&call, flags, VCPUCONF_IMPORT_ALL_OR_NOTHING) < 0 ||
        api_check_not_null(&call, items, "items") < 0)
        return api_fail(&call);
    work = api_calloc(&call, nitems, sizeof(*work));
    if (!work)
        return api_fail(&call);
    for (i = 0; i < nitems; i++) {
        work[i].bytes = items[i].xml ? items[i].xml : "";
        work[i].len = items[i].xml ? items[i].len : 0;
        items[i].result = items[i].code = items[i].line = 0;
        items[i].message = items[i].name = NULL;
    }
    rc = vc_engine_import(&conn->engine, work, nitems,
                          flags & VCPUCONF_IMPORT_ALL_OR_NOTHING, &dealt,
                          &call.err);
    for (i = 0; i < nitems; i++) {
        if (hand_out(&call, &items[i], &work[i]) < 0)
            rc = -1;
        free(work[i].error);
        free(work[i].name);
    }
    free(work);
    if (rc >= 0)
        return rc;
    call.err.number = (int)dealt;
    return api_fail(&call);
}

API_EXPORT void vcpuconfImportItemsClear(vcpuconfImportItem *items,
                                         size_t nitems)
{
    size_t i;

    for (i = 0; items && i < nitems; i++) {
        free(items[i].message);
        free(items[i].name);
        items[i].message = items[i].name = NULL;
    }
}
