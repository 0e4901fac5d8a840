/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The contract suite against a real Xen, and the cases of Xen only.  Runs in
 * dom0, as root.  Guests are started by xl: the driver has no verbs for that.
 */
#include "lab_contract.h"

#include <stdlib.h>

#include "../driver/contract.h"
#include "lab_guest.h"

struct vc_driver *lab_open(struct vc_error *err)
{
    VC_URI_AUTO *uri = vc_uri_parse("xen:///system", err);

    return uri ? vc_driver_open(uri, err) : NULL;
}

int lab_start(struct vc_driver *drv, const struct vc_create_spec *spec,
              const char *options, struct vc_instance *ret,
              struct vc_error *err)
{
    struct vc_instance_key key = {.kind = VC_BY_ID, .id = -1};
    struct lab_guest guest = {spec->name, spec->uuid, spec->maximum, 0,
                              options};
    unsigned i;
    int found;

    for (i = 0; i < spec->maximum; i++)
        guest.online |= (uint32_t)vc_cpuset_contains(spec->online, i) << i;
    key.id = lab_guest_start(&guest);
    if (key.id < 0)
        return vc_error_set(err, VC_ERR_INTERNAL, "xl can't start %s",
                            spec->name);
    found = drv->ops->find(drv, &key, ret, err);
    if (found == 0)
        return vc_error_set(err, VC_ERR_INTERNAL,
                            "the driver doesn't find %s (domain %d)",
                            spec->name, key.id);
    return found < 0 ? -1 : 0;
}

static int start(struct vc_driver *drv, const struct vc_create_spec *spec,
                 struct vc_instance *ret, struct vc_error *err)
{
    return lab_start(drv, spec, NULL, ret, err);
}

static int lose(struct vc_driver *drv, const struct vc_instance *inst,
                struct vc_error *err)
{
    (void)drv;
    if (!lab_guest_destroy(inst->id))
        return vc_error_set(err, VC_ERR_INTERNAL, "domain %d does not end",
                            inst->id);
    return 0;
}

static const struct vc_contract contract = {
    .name = "xen",
    .host_caps = LAB_CAPS | VC_CAP_WATCH,
    .live_caps = LAB_CAPS,
    .timeout_ms = LAB_TIMEOUT_MS,
    .setup = lab_guest_sweep,
    .open = lab_open,
    .start = start,
    .lose = lose,
};

int main(void)
{
    Suite *suite = suite_create("driver contract: xen");
    SRunner *runner;
    int failed;

    vc_contract_add(suite, &contract);
    runner = srunner_create(suite);
    srunner_add_suite(runner, lab_cases_suite());
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    lab_guest_sweep();
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
