/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a target on files: replay FILE ... */
#include <string.h>

#include "fuzz.h"

__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

/* In memory of exactly its size, so that a sanitizer sees a byte too far. */
static int run_file(const char *path)
{
    FILE *file = fopen(path, "rbe");
    uint8_t *data = NULL;
    long size = -1;
    int rc = -1;

    if (file && fseek(file, 0, SEEK_END) == 0)
        size = ftell(file);
    if (size >= 0 && fseek(file, 0, SEEK_SET) == 0)
        data = malloc(size ? (size_t)size : 1);
    if (data && fread(data, 1, (size_t)size, file) == (size_t)size)
        rc = LLVMFuzzerTestOneInput(data, (size_t)size);
    if (rc < 0)
        (void)fprintf(stderr, "%s: can't be read\n", path);
    free(data);
    if (file)
        (void)fclose(file);
    return rc;
}

int main(int argc, char **argv)
{
    int failed = 0;
    int i;

    (void)LLVMFuzzerInitialize(&argc, &argv);
    for (i = 1; i < argc; i++)
        failed |= run_file(argv[i]) < 0;
    (void)printf("%d inputs\n", argc - 1);
    return failed;
}
