/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keep what runs: the live counts and pins become the definition. */
#define VC_ROOM VC_ROOM_ENGINE
#include <string.h>

#include "engine/engine.h"
#include "xml/xml.h"

/* A domain without a definition gets a minimal one. */
static int adopt_transient(struct vc_engine *engine, const struct vc_view *view,
                           bool dry_run, struct vc_buf *plan,
                           struct vc_error *err)
{
    VC_VCPUDEF_AUTO def = {0};
    VC_AUTO_STR char *document = NULL;
    VC_DOMID_AUTO id = {0};
    size_t len;
    int live_id;

    if (vc_plan_live_definition(NULL, &view->live, engine->driver->ncpus,
                                &def, err) < 0 ||
        vc_xml_minimal(view->instance.name, view->instance.uuid, &def,
                       &document, &len, err) < 0)
        return -1;
    vc_buf_addf(plan, "config  new definition of '%s': maximum %u, online ",
                view->instance.name, def.maximum);
    vc_cpuset_format(&def.online, plan);
    if (def.npins) {
        vc_buf_adds(plan, ", pins ");
        vc_vcpudef_encode_pins(&def, plan);
    }
    vc_buf_addc(plan, '\n');
    if (plan->failed)
        return vc_error_nomem(err);
    if (dry_run)
        return 0;
    return vc_engine_define(engine, document, len, "adopt",
                            view->instance.uuid, &id, &live_id, NULL, err);
}

int vc_engine_adopt(struct vc_engine *engine, const struct vc_domid *id,
                    bool dry_run, struct vc_buf *plan, struct vc_error *err)
{
    struct vc_request request = {.kind = VC_REQUEST_ADOPT,
                                 .impact = VC_IMPACT_CONFIG};
    VC_CHANGE_AUTO change = {.id = id, .requests = &request, .n = 1,
                               .what = "adopt", .words = plan};
    VC_VIEW_AUTO view = {0};

    if (vc_engine_look(engine, id, VC_WANT_SNAPSHOT, &view,
                       err) < 0)
        return -1;
    if (view.active && !view.persistent)
        return adopt_transient(engine, &view, dry_run, plan, err);
    vc_view_clear(&view); /* the change has its own */
    return vc_engine_change(engine, &change, 1, dry_run, err);
}
