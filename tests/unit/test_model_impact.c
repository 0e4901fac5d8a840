/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All sixteen rows of the table in impact.h. */
#include <string.h>

#include "model/impact.h"
#include "vc_check.h"

#define L VC_IMPACT_LIVE
#define C VC_IMPACT_CONFIG

static const char not_running[] = "domain is not running";
static const char no_config[] =
    "transient domains do not have any persistent config";

static const struct row {
    unsigned asked;
    bool active;
    bool persistent;
    unsigned targets;    /* 0: refused */
    const char *message; /* of the refusal */
} rows[] = {
    {0, false, false, 0, no_config},      {0, false, true, C, NULL},
    {0, true, false, L, NULL},            {0, true, true, L, NULL},
    {L, false, false, 0, not_running},    {L, false, true, 0, not_running},
    {L, true, false, L, NULL},            {L, true, true, L, NULL},
    {C, false, false, 0, no_config},      {C, false, true, C, NULL},
    {C, true, false, 0, no_config},       {C, true, true, C, NULL},
    {L | C, false, false, 0, not_running}, {L | C, false, true, 0, not_running},
    {L | C, true, false, 0, no_config},   {L | C, true, true, L | C, NULL},
};

START_TEST(every_row_of_the_table_holds)
{
    const struct row *row = &rows[_i];
    struct vc_error err = {0};
    unsigned targets = 77;
    int rc = vc_impact_resolve(row->asked, row->active, row->persistent,
                               &targets, &err);

    if (row->targets) {
        ck_assert_int_eq(rc, 0);
        ck_assert_uint_eq(targets, row->targets);
        ck_assert_int_eq(err.code, VC_ERR_OK);
        return;
    }
    ck_assert_int_eq(rc, -1);
    ck_assert_uint_eq(targets, 77);
    ck_assert_int_eq(err.code, VC_ERR_OPERATION_INVALID);
    ck_assert_int_eq(err.room, VC_ROOM_MODEL);
    ck_assert_str_eq(err.text, row->message);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("model impact");
    TCase *table = tcase_create("table");

    tcase_add_loop_test(table, every_row_of_the_table_holds, 0,
                        (int)VC_NELEMS(rows));
    suite_add_tcase(suite, table);
    return suite;
}

VC_TEST_MAIN(make_suite)
