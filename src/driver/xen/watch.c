/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* News of starts and ends, on a connection of their own. */
#define VC_ROOM VC_ROOM_DRIVER_XEN
#include "driver/xen/impl.h"

static void news_fired(void *opaque, const char *token VC_UNUSED)
{
    *(bool *)opaque = true;
}

static int watch_path(struct vc_xenstore *xs, const char *path,
                      struct vc_error *err)
{
    int rc = vc_xenstore_watch(xs, path, path, err);

    if (rc > 0)
        return vc_error_errno(err, rc, "xenstored can't watch '%s'", path);
    return rc;
}

/* Whatever comes behind an answer is taken now: only what comes later makes
 * the descriptor readable. */
int xen_watch(struct vc_driver *drv, int *ret_fd, struct vc_error *err)
{
    struct xen_driver *xen = xen_self(drv);
    struct vc_xenstore *news = &xen->news;

    if (xen_enter(xen, err) < 0)
        return -1;
    vc_xenstore_close(news);
    vc_xenstore_init(news, news_fired, &xen->has_news);
    if (watch_path(news, "@introduceDomain", err) < 0 ||
        watch_path(news, "@releaseDomain", err) < 0 ||
        vc_xenstore_take_events(news, err) < 0) {
        vc_xenstore_close(news);
        return -1;
    }
    *ret_fd = news->fd;
    return 0;
}

int xen_dispatch(struct vc_driver *drv, bool *ret_news, struct vc_error *err)
{
    struct xen_driver *xen = xen_self(drv);

    if (xen->news.fd < 0 || !xen_is_own(xen))
        return vc_error_set(err, VC_ERR_OPERATION_INVALID,
                            "nothing is watched");
    if (vc_xenstore_take_events(&xen->news, err) < 0)
        return -1;
    *ret_news = xen->has_news;
    xen->has_news = false;
    return 0;
}
