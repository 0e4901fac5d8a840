/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which CPUs of the host are near each other. */
#define VC_ROOM VC_ROOM_API
#include "api/api.h"

static void cells_free(char **cells, unsigned n)
{
    while (cells && n > 0)
        free(cells[--n]);
    free(cells);
}

/* One text per node, a NULL behind them; NULL with *err. */
static char **cells_of(struct api_call *call, const struct vc_host *host,
                       unsigned n)
{
    char **cells = api_calloc(call, (size_t)n + 1, sizeof(*cells));
    unsigned i;

    for (i = 0; cells && i < n; i++) {
        VC_BUF_AUTO text = {0};

        vc_cpuset_format(&host->node_cpus[i], &text);
        cells[i] = vc_buf_steal(&text, NULL, &call->err);
        if (!cells[i]) {
            cells_free(cells, i);
            return NULL;
        }
    }
    return cells;
}

API_EXPORT int vcpuconfNodeGetCells(virConnectPtr conn, char ***cells,
                                    unsigned int flags)
{
    VC_HOST_AUTO host = {0};
    unsigned n;

    API_ENTER(call);
    if (api_check_conn(&call, conn) < 0 ||
        api_check_flags(&call, flags, 0) < 0 ||
        conn->engine.driver->ops->host(conn->engine.driver, &host,
                                       &call.err) < 0)
        return api_fail(&call);
    n = host.node_cpus ? host.nodes : 0;
    if (cells) {
        char **found = cells_of(&call, &host, n);

        if (!found)
            return api_fail(&call);
        *cells = found;
    }
    return (int)n;
}
