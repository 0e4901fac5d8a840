/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Definitions, and the life of a domain. */
#define VC_ROOM VC_ROOM_API
#include <string.h>

#include "api/api.h"

static virDomainPtr define(struct api_call *call, virConnectPtr conn,
                           const char *xml, unsigned flags)
{
    virDomainPtr domain = api_domain_reserve(call);
    VC_DOMID_AUTO id = {0};
    int live_id;

    if (!domain || api_check_conn(call, conn) < 0 || api_check_writable(call) < 0 ||
        api_check_flags(call, flags, VIR_DOMAIN_DEFINE_VALIDATE) < 0 ||
        api_check_not_null(call, xml, "xml") < 0 ||
        vc_engine_define(&conn->engine, xml, strlen(xml), "define", NULL, &id,
                         &live_id, NULL, &call->err) < 0) {
        free(domain);
        return API_FAIL_NULL(call);
    }
    api_domain_make(domain, conn, &id, live_id);
    return domain;
}

API_EXPORT virDomainPtr virDomainDefineXML(virConnectPtr conn, const char *xml)
{
    API_ENTER(call);
    return define(&call, conn, xml, 0);
}

API_EXPORT virDomainPtr virDomainDefineXMLFlags(virConnectPtr conn,
                                                const char *xml,
                                                unsigned int flags)
{
    API_ENTER(call);
    return define(&call, conn, xml, flags);
}

static int undefine(struct api_call *call, virDomainPtr domain, unsigned flags)
{
    if (api_check_domain(call, domain) < 0 || api_check_writable(call) < 0 ||
        api_check_flags(call, flags, 0x7f) < 0 ||
        vc_engine_undefine(&domain->conn->engine, &domain->id, &call->err) < 0)
        return api_fail(call);
    return 0;
}

API_EXPORT int virDomainUndefine(virDomainPtr domain)
{
    API_ENTER(call);
    return undefine(&call, domain, 0);
}

API_EXPORT int virDomainUndefineFlags(virDomainPtr domain, unsigned int flags)
{
    API_ENTER(call);
    return undefine(&call, domain, flags);
}

API_EXPORT char *virDomainGetXMLDesc(virDomainPtr domain, unsigned int flags)
{
    char *document;

    API_ENTER(call);
    if (api_vcpu_domain(&call, &domain) < 0 ||
        api_check_flags(&call, flags,
                        VIR_DOMAIN_XML_SECURE | VIR_DOMAIN_XML_INACTIVE |
                            VIR_DOMAIN_XML_UPDATE_CPU |
                            VIR_DOMAIN_XML_MIGRATABLE) < 0 ||
        vc_engine_document(&domain->conn->engine, &domain->id,
                           flags & VIR_DOMAIN_XML_INACTIVE, &document,
                           &call.err) < 0)
        return API_FAIL_NULL(&call);
    return document;
}

API_EXPORT int virDomainCreate(virDomainPtr domain)
{
    int live_id;

    API_ENTER(call);
    if (api_check_domain(&call, domain) < 0 || api_check_writable(&call) < 0 ||
        vc_engine_start(&domain->conn->engine, &domain->id, &live_id,
                        &call.err) < 0)
        return api_fail(&call);
    atomic_store(&domain->live_id, live_id);
    return 0;
}

API_EXPORT int virDomainDestroy(virDomainPtr domain)
{
    API_ENTER(call);
    if (api_check_domain(&call, domain) < 0 || api_check_writable(&call) < 0 ||
        vc_engine_stop(&domain->conn->engine, &domain->id, &call.err) < 0)
        return api_fail(&call);
    atomic_store(&domain->live_id, -1);
    return 0;
}
