/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_PLAN
#include "plan/plan.h"

#include <string.h>

void vc_difference_list_clear(struct vc_difference_list *list)
{
    size_t i;

    for (i = 0; i < list->n; i++) {
        free(list->items[i].config);
        free(list->items[i].live);
        free(list->items[i].reconciled);
    }
    free(list->items);
    memset(list, 0, sizeof(*list));
}

char *vc_plan_asked(const struct vc_vcpudef *def, enum vc_difference_kind kind,
                    int vcpu, struct vc_error *err)
{
    const struct vc_cpuset *cpus;
    VC_BUF_AUTO text = {0};

    if (kind == VC_DIFF_MAXIMUM) {
        vc_buf_addf(&text, "%u", def->maximum);
    } else if (vcpu < 0 || (unsigned)vcpu >= def->maximum) {
        vc_buf_addc(&text, '-');
    } else if (kind == VC_DIFF_ONLINE) {
        vc_buf_adds(&text, vc_cpuset_contains(&def->online, (unsigned)vcpu)
                               ? "online"
                               : "offline");
    } else if ((cpus = vc_vcpudef_affinity(def, (unsigned)vcpu)) != NULL) {
        vc_cpuset_format(cpus, &text);
    } else {
        vc_buf_addc(&text, '-');
    }
    return vc_buf_steal(&text, NULL, err);
}

/* Takes the buffer. */
static int add(struct vc_difference_list *list, enum vc_difference_kind kind,
               int vcpu, const struct vc_vcpudef *config, struct vc_buf *live,
               struct vc_error *err)
{
    struct vc_difference *items;
    VC_AUTO_STR char *a = vc_plan_asked(config, kind, vcpu, err);
    VC_AUTO_STR char *b = a ? vc_buf_steal(live, NULL, err) : NULL;

    if (!b)
        return -1;
    items = realloc(list->items, (list->n + 1) * sizeof(*items));
    if (!items)
        return vc_error_nomem(err);
    list->items = items;
    items[list->n].kind = kind;
    items[list->n].vcpu = vcpu;
    items[list->n].config = VC_STEAL(a);
    items[list->n].live = VC_STEAL(b);
    items[list->n].reconciled = NULL;
    list->n++;
    return 0;
}

static int diff_vcpu(const struct vc_vcpudef *config,
                     const struct vc_live *live, unsigned vcpu,
                     struct vc_difference_list *list, struct vc_error *err)
{
    bool want = vc_cpuset_contains(&config->online, vcpu);
    bool have = vc_cpuset_contains(&live->online, vcpu);
    const struct vc_cpuset *asked = vc_vcpudef_affinity(config, vcpu);
    VC_BUF_AUTO text = {0};
    bool same;

    if (want != have) {
        vc_buf_adds(&text, have ? "online" : "offline");
        if (add(list, VC_DIFF_ONLINE, (int)vcpu, config, &text, err) < 0)
            return -1;
    }
    if (!asked)
        return 0;
    if (vc_plan_affinity_is(asked, &live->vcpus[vcpu].affinity, &live->usable,
                            &same, err) < 0)
        return -1;
    if (same)
        return 0;
    vc_cpuset_format(&live->vcpus[vcpu].affinity, &text);
    return add(list, VC_DIFF_PIN, (int)vcpu, config, &text, err);
}

int vc_plan_diff(const struct vc_vcpudef *config, const struct vc_live *live,
                 struct vc_difference_list *ret, struct vc_error *err)
{
    struct vc_difference_list list = {0};
    unsigned n =
        config->maximum < live->maximum ? config->maximum : live->maximum;
    unsigned i;

    if (config->maximum != live->maximum) {
        VC_BUF_AUTO text = {0};

        vc_buf_addf(&text, "%u", live->maximum);
        if (add(&list, VC_DIFF_MAXIMUM, -1, config, &text, err) < 0)
            goto fail;
    }
    for (i = 0; i < n; i++) {
        if (diff_vcpu(config, live, i, &list, err) < 0)
            goto fail;
    }
    *ret = list;
    return 0;
fail:
    vc_difference_list_clear(&list);
    return -1;
}
