/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_API
#include <stdio.h>
#include <string.h>

#include "api/api.h"

#define DEFAULT_STORE "/var/lib/vcpuconf/vcpuconf.db"
#define DEFAULT_TIMEOUT_MS 5000u
#define LOCK_WAIT_MS 60000u

static void conn_free(virConnectPtr conn)
{
    vc_store_close(conn->engine.store);
    vc_driver_close(conn->engine.driver);
    vc_engine_seen_free(conn->engine.seen);
    free(conn->engine.home);
    free(conn->uri);
    conn->magic = 0;
    free(conn);
}

void api_conn_unref(virConnectPtr conn)
{
    if (atomic_fetch_sub(&conn->refs, 1) == 1)
        conn_free(conn);
}

/* timeout=SECS */
static int parse_timeout(const struct vc_uri *uri, unsigned *ret_ms,
                         struct vc_error *err)
{
    const char *value = vc_uri_param(uri, "timeout");
    uint32_t secs;

    *ret_ms = DEFAULT_TIMEOUT_MS;
    if (!value)
        return 0;
    if (!vc_number_parse(value, strlen(value), 3600, &secs) || secs == 0)
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "timeout '%s' in URI '%s' must be 1..3600 seconds",
                            value, uri->text);
    *ret_ms = secs * 1000;
    return 0;
}

static int open_store(virConnectPtr conn, const struct vc_uri *uri,
                      struct vc_error *err)
{
    struct vc_store_options options = {.read_only = conn->engine.read_only};
    const char *path = vc_uri_param(uri, "store");
    enum vc_answer answer;

    if (!path)
        path = secure_getenv("VCPUCONF_STORE");
    if (!path || !*path)
        path = DEFAULT_STORE;
    if (path[0] != '/')
        return vc_error_set(err, VC_ERR_INVALID_ARG,
                            "the store's path '%s' must be absolute", path);
    answer = vc_store_open(path, &options, &conn->engine.store, err);
    if (answer != VC_STORE_DONE && err->code != VC_ERR_NO_MEMORY)
        err->code = VC_ERR_OPEN_FAILED;
    return answer == VC_STORE_DONE ? 0 : -1;
}

static int open_parts(virConnectPtr conn, struct vc_error *err)
{
    VC_URI_AUTO *uri = vc_uri_parse(conn->uri, err);

    if (!uri || parse_timeout(uri, &conn->engine.timeout_ms, err) < 0)
        return -1;
    if (asprintf(&conn->engine.home, "%s://%s", uri->scheme, uri->path) < 0) {
        conn->engine.home = NULL;
        return vc_error_nomem(err);
    }
    conn->engine.seen = vc_engine_seen_new(err);
    if (!conn->engine.seen)
        return -1;
    conn->engine.driver = vc_driver_open(uri, err);
    if (!conn->engine.driver || open_store(conn, uri, err) < 0)
        return -1;
    vc_engine_resolve(&conn->engine);
    return 0;
}

static virConnectPtr conn_open(struct api_call *call, const char *name,
                               bool read_only)
{
    virConnectPtr conn = api_calloc(call, 1, sizeof(*conn));

    if (!conn)
        return NULL;
    conn->magic = API_CONN_MAGIC;
    atomic_init(&conn->refs, 1);
    conn->engine.read_only = read_only;
    conn->engine.lock_ms = LOCK_WAIT_MS;
    conn->uri = name && *name ? api_strdup(call, name)
                              : vc_driver_default_uri(&call->err);
    if (conn->uri && open_parts(conn, &call->err) == 0)
        return conn;
    conn_free(conn);
    return NULL;
}

API_EXPORT virConnectPtr virConnectOpen(const char *name)
{
    virConnectPtr conn;

    API_ENTER(call);
    conn = conn_open(&call, name, false);
    return conn ? conn : API_FAIL_NULL(&call);
}

API_EXPORT virConnectPtr virConnectOpenReadOnly(const char *name)
{
    virConnectPtr conn;

    API_ENTER(call);
    conn = conn_open(&call, name, true);
    return conn ? conn : API_FAIL_NULL(&call);
}

API_EXPORT int virConnectClose(virConnectPtr conn)
{
    int left;

    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0)
        return api_fail(&call);
    left = atomic_fetch_sub(&conn->refs, 1) - 1;
    if (left == 0)
        conn_free(conn);
    return left;
}

API_EXPORT int virConnectRef(virConnectPtr conn)
{
    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0)
        return api_fail(&call);
    atomic_fetch_add(&conn->refs, 1);
    return 0;
}

API_EXPORT char *virConnectGetURI(virConnectPtr conn)
{
    char *uri;

    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0)
        return API_FAIL_NULL(&call);
    uri = api_strdup(&call, conn->uri);
    return uri ? uri : API_FAIL_NULL(&call);
}

API_EXPORT const char *virConnectGetType(virConnectPtr conn)
{
    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0)
        return API_FAIL_NULL(&call);
    return conn->engine.driver->ops->type;
}

API_EXPORT int virGetVersion(unsigned long *libVer, const char *type VC_UNUSED,
                             unsigned long *typeVer)
{
    API_ENTER(call);
    if (api_check_not_null(&call, libVer, "libVer") < 0)
        return api_fail(&call);
    *libVer = VCPUCONF_VERSION_NUMBER;
    if (typeVer)
        *typeVer = VCPUCONF_VERSION_NUMBER;
    return 0;
}

API_EXPORT int virInitialize(void)
{
    return 0;
}

/* The connection for NULL domains is opened when it is first needed and kept
 * until the end, so that a simulated host in memory lives as long as the
 * process and no call ever holds a domain that went away.  Another default URI
 * gets another one. */
struct zero {
    struct zero *next;
    virConnectPtr conn;
    virDomainPtr domain; /* NULL: not found yet */
};

static pthread_mutex_t zero_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct zero *zeros;

__attribute__((destructor)) static void zero_at_exit(void)
{
    while (zeros) {
        struct zero *zero = zeros;

        zeros = zero->next;
        if (zero->domain)
            api_domain_unref(zero->domain);
        api_conn_unref(zero->conn);
        free(zero);
    }
}

/* No mutex of this room is held by another thread in a forked child.  Handlers
 * run in the reverse order of registration, and this one is registered behind
 * those of the store and the drivers, whose locks are taken inside ours. */
static void fork_prepare(void)
{
    (void)pthread_mutex_lock(&zero_mutex);
    api_error_fork_lock();
}

static void fork_done(void)
{
    api_error_fork_unlock();
    (void)pthread_mutex_unlock(&zero_mutex);
}

__attribute__((constructor(1000))) static void fork_register(void)
{
    (void)pthread_atfork(fork_prepare, fork_done, fork_done);
}

static struct zero *zero_of_uri(struct api_call *call, const char *uri)
{
    struct zero *zero;

    for (zero = zeros; zero; zero = zero->next) {
        if (strcmp(zero->conn->uri, uri) == 0)
            return zero;
    }
    zero = api_calloc(call, 1, sizeof(*zero));
    if (!zero)
        return NULL;
    zero->conn = conn_open(call, uri, false);
    if (!zero->conn) {
        free(zero);
        return NULL;
    }
    zero->next = zeros;
    zeros = zero;
    return zero;
}

static virDomainPtr zero_find(struct api_call *call, virConnectPtr conn)
{
    struct vc_instance_key key = {.kind = VC_BY_ID, .id = 0};
    VC_DOMID_AUTO id = {0};
    int live_id;

    if (vc_engine_find(&conn->engine, &key, &id, &live_id, &call->err) <= 0)
        return NULL;
    return api_domain_new(call, conn, &id, live_id);
}

virDomainPtr api_domain_zero(struct api_call *call)
{
    VC_AUTO_STR char *uri = vc_driver_default_uri(&call->err);
    virDomainPtr domain;
    struct zero *zero;

    (void)pthread_mutex_lock(&zero_mutex);
    zero = uri ? zero_of_uri(call, uri) : NULL;
    if (zero && !zero->domain)
        zero->domain = zero_find(call, zero->conn);
    domain = zero ? zero->domain : NULL;
    (void)pthread_mutex_unlock(&zero_mutex);
    if (!domain) {
        struct vc_error why = call->err;

        (void)vc_error_set(&call->err, VC_ERR_INVALID_DOMAIN,
                           "invalid domain pointer in %s: NULL means domain 0, "
                           "and there is none%s%.700s",
                           call->func, why.text[0] ? ": " : "", why.text);
    }
    return domain;
}
