/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The last error of each thread, and who is told. */
#define VC_ROOM VC_ROOM_API
#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "util/log.h"

#define SAME_NUMBER(inside, outside) \
    _Static_assert((int)(inside) == (int)(outside), #outside)

SAME_NUMBER(VC_ERR_INTERNAL, VIR_ERR_INTERNAL_ERROR);
SAME_NUMBER(VC_ERR_NO_MEMORY, VIR_ERR_NO_MEMORY);
SAME_NUMBER(VC_ERR_NO_SUPPORT, VIR_ERR_NO_SUPPORT);
SAME_NUMBER(VC_ERR_NO_CONNECT, VIR_ERR_NO_CONNECT);
SAME_NUMBER(VC_ERR_INVALID_CONN, VIR_ERR_INVALID_CONN);
SAME_NUMBER(VC_ERR_INVALID_DOMAIN, VIR_ERR_INVALID_DOMAIN);
SAME_NUMBER(VC_ERR_INVALID_ARG, VIR_ERR_INVALID_ARG);
SAME_NUMBER(VC_ERR_OPERATION_FAILED, VIR_ERR_OPERATION_FAILED);
SAME_NUMBER(VC_ERR_XML_ERROR, VIR_ERR_XML_ERROR);
SAME_NUMBER(VC_ERR_OPERATION_DENIED, VIR_ERR_OPERATION_DENIED);
SAME_NUMBER(VC_ERR_OPEN_FAILED, VIR_ERR_OPEN_FAILED);
SAME_NUMBER(VC_ERR_SYSTEM_ERROR, VIR_ERR_SYSTEM_ERROR);
SAME_NUMBER(VC_ERR_NO_DOMAIN, VIR_ERR_NO_DOMAIN);
SAME_NUMBER(VC_ERR_OPERATION_INVALID, VIR_ERR_OPERATION_INVALID);
SAME_NUMBER(VC_ERR_OPERATION_TIMEOUT, VIR_ERR_OPERATION_TIMEOUT);
SAME_NUMBER(VC_ERR_ARGUMENT_UNSUPPORTED, VIR_ERR_ARGUMENT_UNSUPPORTED);
SAME_NUMBER(VC_ERR_OPERATION_UNSUPPORTED, VIR_ERR_OPERATION_UNSUPPORTED);
SAME_NUMBER(VC_ERR_AGENT_UNRESPONSIVE, VIR_ERR_AGENT_UNRESPONSIVE);
SAME_NUMBER(VC_ERR_RESOURCE_BUSY, VIR_ERR_RESOURCE_BUSY);
SAME_NUMBER(VC_ERR_XML_INVALID_SCHEMA, VIR_ERR_XML_INVALID_SCHEMA);

/* The thread's last error, without heap, so that it can always be set. */
struct last_error {
    virError error; /* its strings point at the buffers below */
    char message[VC_ERROR_TEXT_MAX + 64];
    char func[64];
    char text[VC_ERROR_TEXT_MAX];
};

static _Thread_local struct last_error last;

/* The process's handler, and those of all connections. */
static pthread_mutex_t handler_mutex = PTHREAD_MUTEX_INITIALIZER;
static virErrorFunc handler;
static void *handler_data;

void api_error_fork_lock(void)
{
    (void)pthread_mutex_lock(&handler_mutex);
}

void api_error_fork_unlock(void)
{
    (void)pthread_mutex_unlock(&handler_mutex);
}

/* What stands before the message, by code; libvirt's words. */
static const struct {
    int code;
    const char *heading;
} headings[] = {
    {VIR_ERR_INTERNAL_ERROR, "internal error"},
    {VIR_ERR_NO_SUPPORT, "this function is not supported by the connection "
                         "driver"},
    {VIR_ERR_NO_CONNECT, "no connection driver available"},
    {VIR_ERR_INVALID_ARG, "invalid argument"},
    {VIR_ERR_OPERATION_FAILED, "operation failed"},
    {VIR_ERR_XML_ERROR, "XML error"},
    {VIR_ERR_OPERATION_DENIED, "operation forbidden"},
    {VIR_ERR_OPEN_FAILED, "failed to open"},
    {VIR_ERR_NO_DOMAIN, "Domain not found"},
    {VIR_ERR_OPERATION_INVALID, "Requested operation is not valid"},
    {VIR_ERR_CONFIG_UNSUPPORTED, "unsupported configuration"},
    {VIR_ERR_OPERATION_TIMEOUT, "Timed out during operation"},
    {VIR_ERR_ARGUMENT_UNSUPPORTED, "argument unsupported"},
    {VIR_ERR_OVERFLOW, "numerical overflow"},
    {VIR_ERR_OPERATION_UNSUPPORTED, "Operation not supported"},
    {VIR_ERR_AGENT_UNRESPONSIVE, "Guest agent is not responding"},
    {VIR_ERR_RESOURCE_BUSY, "resource busy"},
    {VIR_ERR_ACCESS_DENIED, "access denied"},
    {VIR_ERR_XML_INVALID_SCHEMA, "XML document failed to validate against "
                                 "schema"},
    {VIR_ERR_AGENT_UNSYNCED, "guest agent replied with wrong id to "
                             "guest-sync command"},
};

static int domain_of(enum vc_room room)
{
    switch (room) {
    case VC_ROOM_NONE:
        return VIR_FROM_NONE;
    case VC_ROOM_API:
    case VC_ROOM_MODEL:
    case VC_ROOM_PLAN:
    case VC_ROOM_ENGINE:
    case VC_ROOM_DRIVER:
    case VC_ROOM_RECONCILE:
        return VIR_FROM_DOM;
    case VC_ROOM_XML:
        return VIR_FROM_XML;
    case VC_ROOM_STORE:
        return VIR_FROM_CONF;
    case VC_ROOM_DRIVER_TEST:
        return VIR_FROM_TEST;
    case VC_ROOM_DRIVER_XEN:
        return VIR_FROM_XEN;
    case VC_ROOM_DRIVER_QEMU:
        return VIR_FROM_QEMU;
    }
    return VIR_FROM_NONE;
}

void api_enter(struct api_call *call, const char *func)
{
    memset(call, 0, offsetof(struct api_call, err.text) + 1);
    call->func = func;
    virResetLastError();
    VC_LOG("api", "%s", func);
}

static void fill_last(const struct api_call *call)
{
    const struct vc_error *err = &call->err;
    const char *heading = NULL;
    size_t i;

    for (i = 0; i < VC_NELEMS(headings); i++) {
        if (headings[i].code == err->code)
            heading = headings[i].heading;
    }
    (void)snprintf(last.message, sizeof(last.message), "%s%s%s",
                   heading ? heading : "", heading ? ": " : "", err->text);
    (void)snprintf(last.func, sizeof(last.func), "%s", call->func);
    (void)snprintf(last.text, sizeof(last.text), "%s", err->text);
    memset(&last.error, 0, sizeof(last.error));
    last.error.code = err->code;
    last.error.domain = domain_of(err->room);
    last.error.level = VIR_ERR_ERROR;
    last.error.message = last.message;
    last.error.str1 = last.func;
    last.error.str2 = last.text;
    last.error.int1 = err->number ? err->number : -1;
    last.error.int2 = -1;
}

int api_fail(struct api_call *call)
{
    virErrorFunc tell = NULL;
    void *data = NULL;

    if (call->err.code == VC_ERR_OK)
        (void)vc_error_set(&call->err, VC_ERR_INTERNAL,
                           "a failure without a reason");
    fill_last(call);
    VC_LOG("api", "%s: error %d: %s", call->func, call->err.code,
           call->err.text);
    (void)pthread_mutex_lock(&handler_mutex);
    if (call->conn && call->conn->handler) {
        tell = call->conn->handler;
        data = call->conn->handler_data;
    } else {
        tell = handler;
        data = handler_data;
    }
    (void)pthread_mutex_unlock(&handler_mutex);
    if (tell)
        tell(data, &last.error);
    return -1;
}

API_EXPORT virErrorPtr virGetLastError(void)
{
    return last.error.code ? &last.error : NULL;
}

API_EXPORT const char *virGetLastErrorMessage(void)
{
    return last.error.code ? last.message : "no error";
}

API_EXPORT int virGetLastErrorCode(void)
{
    return last.error.code;
}

API_EXPORT int virGetLastErrorDomain(void)
{
    return last.error.domain;
}

API_EXPORT void virResetLastError(void)
{
    memset(&last.error, 0, sizeof(last.error));
}

API_EXPORT void virResetError(virErrorPtr err)
{
    if (!err || err == &last.error)
        return;
    free(err->message);
    free(err->str1);
    free(err->str2);
    free(err->str3);
    memset(err, 0, sizeof(*err));
}

API_EXPORT void virFreeError(virErrorPtr err)
{
    if (!err || err == &last.error)
        return;
    virResetError(err);
    free(err);
}

API_EXPORT int virCopyLastError(virErrorPtr to)
{
    if (!to)
        return -1;
    memset(to, 0, sizeof(*to));
    if (!last.error.code)
        return 0;
    *to = last.error;
    to->message = strdup(last.message);
    to->str1 = strdup(last.func);
    to->str2 = strdup(last.text);
    if (to->message && to->str1 && to->str2)
        return to->code;
    virResetError(to);
    return -1;
}

API_EXPORT virErrorPtr virSaveLastError(void)
{
    virErrorPtr copy = calloc(1, sizeof(*copy));

    if (copy && virCopyLastError(copy) < 0) {
        free(copy);
        copy = NULL;
    }
    return copy;
}

API_EXPORT void virSetErrorFunc(void *userData, virErrorFunc func)
{
    (void)pthread_mutex_lock(&handler_mutex);
    handler = func;
    handler_data = userData;
    (void)pthread_mutex_unlock(&handler_mutex);
}

API_EXPORT void virConnSetErrorFunc(virConnectPtr conn, void *userData,
                                    virErrorFunc func)
{
    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0) {
        (void)api_fail(&call);
        return;
    }
    (void)pthread_mutex_lock(&handler_mutex);
    conn->handler = func;
    conn->handler_data = userData;
    (void)pthread_mutex_unlock(&handler_mutex);
}
