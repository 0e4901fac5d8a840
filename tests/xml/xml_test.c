/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xml_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void stop(const char *what, const char *words)
{
    fprintf(stderr, "test: %s: %s\n", what, words);
    abort();
}

void test_use_schema(void)
{
    const char *srcdir = getenv("srcdir");
    char path[4096];

    (void)snprintf(path, sizeof(path), "%s/schema/domain.rng",
                   srcdir ? srcdir : ".");
    vc_xml_set_schema_path(path);
}

void test_set(struct vc_cpuset *ret, const char *text)
{
    struct vc_error err;

    if (vc_cpuset_parse(text, strlen(text), ret, &err) < 0)
        stop(err.text, text);
}

static void request_word(struct vc_vcpudef *def, const char *word)
{
    const char *value = strchr(word, '=');
    unsigned id = 0;
    VC_CPUSET_AUTO set = {0};
    struct vc_error err;

    if (sscanf(word, "unpin:%u", &id) == 1) {
        vc_vcpudef_drop_pin(def, id);
        return;
    }
    if (!value)
        stop("a word of a request has no value", word);
    if (strcmp(++value, "none") != 0)
        test_set(&set, value);
    if (sscanf(word, "max=%u", &id) == 1)
        def->maximum = id;
    else if (strncmp(word, "online=", 7) == 0)
        vc_cpuset_move(&def->online, &set);
    else if (strncmp(word, "hot=", 4) == 0)
        vc_cpuset_move(&def->hotpluggable, &set);
    else if (strncmp(word, "default=", 8) == 0)
        vc_cpuset_move(&def->default_set, &set);
    else if (sscanf(word, "pin:%u=", &id) != 1 ||
             vc_vcpudef_set_pin(def, id, &set, &err) < 0)
        stop("a word of a request is not known", word);
}

void test_request(struct vc_vcpudef *def, const char *words)
{
    VC_AUTO_STR char *copy = strdup(words);
    char *rest = NULL;
    char *word = strtok_r(copy, " \n", &rest);

    for (; word; word = strtok_r(NULL, " \n", &rest))
        request_word(def, word);
}

static void describe_set(struct vc_buf *buf, const struct vc_cpuset *set)
{
    if (vc_cpuset_is_empty(set))
        vc_buf_addc(buf, '-');
    else
        vc_cpuset_format(set, buf);
}

char *test_describe(const struct vc_vcpudef *def)
{
    VC_BUF_AUTO buf = {0};
    struct vc_error err;
    size_t before;
    size_t i;

    vc_buf_addf(&buf, "%u/%u ", vc_cpuset_count(&def->online), def->maximum);
    before = buf.len;
    for (i = 0; i < def->npins; i++) {
        if (def->pins[i].vcpu >= def->maximum)
            continue;
        vc_buf_addf(&buf, "%s%u:", buf.len > before ? ";" : "",
                    def->pins[i].vcpu);
        vc_cpuset_format(&def->pins[i].cpus, &buf);
    }
    vc_buf_adds(&buf, buf.len > before ? " " : "- ");
    describe_set(&buf, &def->default_set);
    vc_buf_addc(&buf, ' ');
    describe_set(&buf, &def->hotpluggable);
    return vc_buf_steal(&buf, NULL, &err);
}

char *test_read_file(const char *path, size_t *ret_len)
{
    FILE *file = fopen(path, "re");
    VC_BUF_AUTO buf = {0};
    struct vc_error err;
    char chunk[4096];
    size_t n;

    if (!file)
        return NULL;
    while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
        vc_buf_add(&buf, chunk, n);
    fclose(file);
    return vc_buf_steal(&buf, ret_len, &err);
}
