/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Domains as objects: finding them, what they are called, what they are. */
#define VC_ROOM VC_ROOM_API
#include <string.h>

#include "api/api.h"

virDomainPtr api_domain_new(struct api_call *call, virConnectPtr conn,
                            const struct vc_domid *id, int live_id)
{
    virDomainPtr domain = api_domain_reserve(call);
    struct vc_domid copy = {.name = NULL};

    if (!domain)
        return NULL;
    if (vc_domid_set(&copy, id->uuid, id->name, &call->err) < 0) {
        free(domain);
        return NULL;
    }
    api_domain_make(domain, conn, &copy, live_id);
    return domain;
}

virDomainPtr api_domain_reserve(struct api_call *call)
{
    return api_calloc(call, 1, sizeof(virDomain));
}

void api_domain_make(virDomainPtr domain, virConnectPtr conn,
                     struct vc_domid *id, int live_id)
{
    domain->id = *id;
    memset(id, 0, sizeof(*id));
    domain->magic = API_DOMAIN_MAGIC;
    atomic_init(&domain->refs, 1);
    atomic_init(&domain->live_id, live_id);
    domain->conn = conn;
    atomic_fetch_add(&conn->refs, 1);
}

void api_domain_unref(virDomainPtr domain)
{
    if (atomic_fetch_sub(&domain->refs, 1) > 1)
        return;
    api_conn_unref(domain->conn);
    vc_domid_clear(&domain->id);
    domain->magic = 0;
    free(domain);
}

API_EXPORT int virDomainFree(virDomainPtr domain)
{
    API_ENTER(call);
    if (api_check_domain(&call, domain) < 0)
        return api_fail(&call);
    api_domain_unref(domain);
    return 0;
}

API_EXPORT int virDomainRef(virDomainPtr domain)
{
    API_ENTER(call);
    if (api_check_domain(&call, domain) < 0)
        return api_fail(&call);
    atomic_fetch_add(&domain->refs, 1);
    return 0;
}

/* Says NO_DOMAIN with what was looked for. */
static virDomainPtr lookup(struct api_call *call, virConnectPtr conn,
                           const struct vc_instance_key *key)
{
    VC_DOMID_AUTO id = {0};
    struct vc_error left = {0};
    struct vc_instance_key asked = *key;
    char text[VC_UUID_TEXT_LEN + 1];
    virDomainPtr domain;
    int live_id;
    int found;

    asked.ret_left = &left;
    found = vc_engine_find(&conn->engine, &asked, &id, &live_id, &call->err);

    if (found > 0) {
        domain = api_domain_new(call, conn, &id, live_id);
        return domain ? domain : API_FAIL_NULL(call);
    }
    if (found == 0 && key->kind == VC_BY_NAME)
        (void)vc_error_set(&call->err, VC_ERR_NO_DOMAIN,
                           "no domain with matching name '%s'%s%s", key->name,
                           left.code ? ": " : "", left.text);
    if (found == 0 && key->kind == VC_BY_ID)
        (void)vc_error_set(&call->err, VC_ERR_NO_DOMAIN,
                           "no domain with matching id %d", key->id);
    if (found == 0 && key->kind == VC_BY_UUID) {
        vc_uuid_format(key->uuid, text);
        (void)vc_error_set(&call->err, VC_ERR_NO_DOMAIN,
                           "no domain with matching uuid '%s'", text);
    }
    return API_FAIL_NULL(call);
}

API_EXPORT virDomainPtr virDomainLookupByName(virConnectPtr conn,
                                              const char *name)
{
    struct vc_instance_key key = {.kind = VC_BY_NAME, .name = name};

    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0 ||
        api_check_not_null(&call, name, "name") < 0)
        return API_FAIL_NULL(&call);
    return lookup(&call, conn, &key);
}

API_EXPORT virDomainPtr virDomainLookupByID(virConnectPtr conn, int id)
{
    struct vc_instance_key key = {.kind = VC_BY_ID, .id = id};

    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0)
        return API_FAIL_NULL(&call);
    if (id < 0) {
        (void)vc_error_set(&call.err, VC_ERR_INVALID_ARG,
                           "id %d in %s must be zero or greater", id,
                           call.func);
        return API_FAIL_NULL(&call);
    }
    return lookup(&call, conn, &key);
}

API_EXPORT virDomainPtr virDomainLookupByUUID(virConnectPtr conn,
                                              const unsigned char *uuid)
{
    struct vc_instance_key key = {.kind = VC_BY_UUID, .uuid = uuid};

    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0 ||
        api_check_not_null(&call, uuid, "uuid") < 0)
        return API_FAIL_NULL(&call);
    return lookup(&call, conn, &key);
}

API_EXPORT virDomainPtr virDomainLookupByUUIDString(virConnectPtr conn,
                                                    const char *uuidstr)
{
    unsigned char uuid[VC_UUID_LEN];
    struct vc_instance_key key = {.kind = VC_BY_UUID, .uuid = uuid};

    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0 ||
        api_check_not_null(&call, uuidstr, "uuidstr") < 0)
        return API_FAIL_NULL(&call);
    if (!vc_uuid_parse(uuidstr, strlen(uuidstr), uuid)) {
        (void)vc_error_set(&call.err, VC_ERR_INVALID_ARG,
                           "uuidstr '%.80s' in %s is not 32 hex digits",
                           uuidstr, call.func);
        return API_FAIL_NULL(&call);
    }
    return lookup(&call, conn, &key);
}

API_EXPORT const char *virDomainGetName(virDomainPtr domain)
{
    API_ENTER(call);
    if (api_check_domain(&call, domain) < 0)
        return API_FAIL_NULL(&call);
    return domain->id.name;
}

API_EXPORT int virDomainGetUUID(virDomainPtr domain, unsigned char *uuid)
{
    API_ENTER(call);
    if (api_check_domain(&call, domain) < 0 ||
        api_check_not_null(&call, uuid, "uuid") < 0)
        return api_fail(&call);
    memcpy(uuid, domain->id.uuid, VC_UUID_LEN);
    return 0;
}

API_EXPORT int virDomainGetUUIDString(virDomainPtr domain, char *buf)
{
    API_ENTER(call);
    if (api_check_domain(&call, domain) < 0 ||
        api_check_not_null(&call, buf, "buf") < 0)
        return api_fail(&call);
    vc_uuid_format(domain->id.uuid, buf);
    return 0;
}

API_EXPORT unsigned int virDomainGetID(virDomainPtr domain)
{
    API_ENTER(call);
    if (api_check_domain(&call, domain) < 0)
        return (unsigned)api_fail(&call);
    return (unsigned)atomic_load(&domain->live_id);
}

API_EXPORT virConnectPtr virDomainGetConnect(virDomainPtr domain)
{
    API_ENTER(call);
    if (api_check_domain(&call, domain) < 0)
        return API_FAIL_NULL(&call);
    return domain->conn;
}

static int look(struct api_call *call, virDomainPtr domain, unsigned want,
                struct vc_view *ret)
{
    if (api_check_domain(call, domain) < 0)
        return -1;
    return vc_engine_look(&domain->conn->engine, &domain->id, want, ret,
                          &call->err);
}

API_EXPORT int virDomainIsActive(virDomainPtr domain)
{
    VC_VIEW_AUTO view = {0};

    API_ENTER(call);
    if (look(&call, domain, 0, &view) < 0)
        return api_fail(&call);
    return view.active;
}

API_EXPORT int virDomainIsPersistent(virDomainPtr domain)
{
    VC_VIEW_AUTO view = {0};

    API_ENTER(call);
    if (look(&call, domain, 0, &view) < 0)
        return api_fail(&call);
    return view.persistent;
}

API_EXPORT int virDomainGetState(virDomainPtr domain, int *state, int *reason,
                                 unsigned int flags)
{
    VC_VIEW_AUTO view = {0};

    API_ENTER(call);
    if (api_check_domain(&call, domain) < 0 ||
        api_check_flags(&call, flags, 0) < 0 ||
        api_check_not_null(&call, state, "state") < 0 ||
        look(&call, domain, VC_WANT_SNAPSHOT | VC_WANT_CONFIG, &view) < 0)
        return api_fail(&call);
    *state = !view.active       ? VIR_DOMAIN_SHUTOFF
             : view.live.paused ? VIR_DOMAIN_PAUSED
                                : VIR_DOMAIN_RUNNING;
    if (reason)
        *reason = 0;
    return 0;
}
