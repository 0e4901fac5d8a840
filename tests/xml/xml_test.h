/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of src/xml share. */
#ifndef VC_TESTS_XML_H
#define VC_TESTS_XML_H

#include "xml/xml.h"

/* The schema of the source tree. */
void test_use_schema(void);

/* "0-3,8" as a set; stops the program on a bad one. */
void test_set(struct vc_cpuset *ret, const char *text);
/* Changes def as the words say: "max=N online=SET hot=SET default=SET|none
 * pin:N=SET unpin:N", separated by blanks. */
void test_request(struct vc_vcpudef *def, const char *words);
/* "online/maximum pins default hotpluggable", as the corpus writes them. */
char *test_describe(const struct vc_vcpudef *def);

/* A file's bytes, NUL behind; NULL when it can't be read.  Returns owned. */
char *test_read_file(const char *path, size_t *ret_len);

#endif
