/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame of a test program on Check. */
#ifndef VC_CHECK_H
#define VC_CHECK_H

#include <check.h>
#include <stdlib.h>

#define VC_TEST_MAIN(make_suite)                                               \
    int main(void)                                                             \
    {                                                                          \
        SRunner *runner = srunner_create(make_suite());                        \
        int failed;                                                            \
                                                                               \
        srunner_run_all(runner, CK_ENV);                                       \
        failed = srunner_ntests_failed(runner);                                \
        srunner_free(runner);                                                  \
        return failed ? EXIT_FAILURE : EXIT_SUCCESS;                           \
    }

#endif
