/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the fuzz targets share.  A target is one function; it is linked with
 * libFuzzer (make fuzz), or with replay.c, which runs it on the files of a
 * corpus with any compiler (make check).
 */
#ifndef VC_TESTS_FUZZ_H
#define VC_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* What must be true of any input. */
#define FUZZ_REQUIRE(condition)                                                \
    do {                                                                       \
        if (!(condition)) {                                                    \
            (void)fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__,   \
                          #condition);                                         \
            abort();                                                           \
        }                                                                      \
    } while (0)

/* An error is the input's, says so, and holds no control characters. */
#define FUZZ_REQUIRE_ERROR(err)                                                \
    do {                                                                       \
        const char *fuzz_p;                                                    \
                                                                               \
        FUZZ_REQUIRE((err)->code != 0 && (err)->code != 1 /* INTERNAL */);     \
        FUZZ_REQUIRE((err)->text[0] != '\0');                                  \
        for (fuzz_p = (err)->text; *fuzz_p; fuzz_p++)                          \
            FUZZ_REQUIRE((unsigned char)*fuzz_p >= 0x20 && *fuzz_p != 0x7f);   \
    } while (0)

#endif
