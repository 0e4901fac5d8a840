/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A file of `apply`: either there is an error in one of its lines, in words
 * that a terminal can show, or what it says keeps to apply_parse.h and, written
 * plainly, is read the same.
 */
#include <stdarg.h>
#include <string.h>

#include "../../src/cli/apply_parse.h"
#include "../../src/cli/cli.h"
#include "../../src/cli/text.h"
#include "fuzz.h"

/* What the parser has from the rest of the command. */
void *cli_alloc(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size);

    FUZZ_REQUIRE(p);
    return p;
}

char *cli_strdup(const char *text)
{
    char *copy = strdup(text);

    FUZZ_REQUIRE(copy);
    return copy;
}

int cli_fail(const char *fmt, ...)
{
    (void)fmt;
    abort();
}

static void check_fault(const struct apply_fault *fault, const uint8_t *data,
                        size_t size)
{
    const char *p = fault->text;
    unsigned lines = 1;
    uint32_t c;
    size_t n;
    size_t i;

    for (i = 0; i < size; i++)
        lines += data[i] == '\n';
    FUZZ_REQUIRE(fault->line >= 1 && fault->line <= lines);
    FUZZ_REQUIRE(*p);
    for (; *p; p += n) {
        n = cli_text_decode(p, strlen(p), &c);
        FUZZ_REQUIRE(n > 0 && c >= 0x20 && c != 0x7f);
    }
}

static void check_set(const struct apply_set *set, unsigned limit)
{
    size_t i;

    FUZZ_REQUIRE(set->n > 0 && apply_set_last(set) < limit);
    for (i = 0; i < set->n; i++) {
        FUZZ_REQUIRE(set->ranges[i].first <= set->ranges[i].last);
        FUZZ_REQUIRE(i == 0 ||
                     set->ranges[i].first > set->ranges[i - 1].last + 1);
    }
}

static void check_pins(const struct apply_domain *domain)
{
    unsigned limit = domain->maximum ? domain->maximum : APPLY_VCPUS_MAX;
    struct apply_fault fault;
    size_t i;
    size_t k;

    for (i = 0; i < domain->npins; i++) {
        const struct apply_pin *pin = &domain->pins[i];
        struct apply_set cpus = {0};

        check_set(&pin->vcpus, limit);
        for (k = 0; k < i; k++)
            FUZZ_REQUIRE(!apply_set_has(&domain->pins[k].vcpus,
                                        apply_set_last(&pin->vcpus)));
        if (!pin->cpus)
            continue;
        FUZZ_REQUIRE(
            apply_set_parse(pin->cpus, APPLY_CPUS_MAX, &cpus, &fault) == 0);
        check_set(&cpus, APPLY_CPUS_MAX);
        apply_set_clear(&cpus);
    }
}

static void check_domain(const struct apply_domain *domain)
{
    unsigned limit = domain->maximum ? domain->maximum : APPLY_VCPUS_MAX;
    size_t len = strlen(domain->word);

    FUZZ_REQUIRE(len >= 1 && len <= APPLY_NAME_MAX);
    FUZZ_REQUIRE(!(domain->target & APPLY_CURRENT) ||
                 domain->target == APPLY_CURRENT);
    FUZZ_REQUIRE(domain->maximum <= APPLY_VCPUS_MAX && domain->vcpus <= limit);
    FUZZ_REQUIRE(!domain->vcpus || !domain->online.n);
    if (domain->online.n) {
        struct apply_set others = {0};

        check_set(&domain->online, limit);
        FUZZ_REQUIRE(apply_set_has(&domain->online, 0));
        apply_set_invert(&domain->online, limit, &others);
        FUZZ_REQUIRE(!others.n ||
                     !apply_set_has(&domain->online, apply_set_last(&others)));
        apply_set_clear(&others);
    }
    check_pins(domain);
}

/* ---- written plainly ---- */

static void put_set(FILE *out, const char *word, const struct apply_set *set)
{
    char *text = apply_set_text(set);

    (void)fprintf(out, "%s %s", word, text);
    free(text);
}

static void put_domain(FILE *out, const struct apply_domain *domain)
{
    const char *p;
    size_t i;

    (void)fputs("domain \"", out);
    for (p = domain->word; *p; p++)
        (void)fprintf(out, "%s%c", *p == '"' || *p == '\\' ? "\\" : "", *p);
    (void)fputs("\"\n", out);
    if (domain->target)
        (void)fprintf(out, "target%s%s%s\n",
                      domain->target & APPLY_LIVE ? " live" : "",
                      domain->target & APPLY_CONFIG ? " config" : "",
                      domain->target & APPLY_CURRENT ? " current" : "");
    if (domain->maximum)
        (void)fprintf(out, "maximum %u\n", domain->maximum);
    if (domain->vcpus)
        (void)fprintf(out, "vcpus %u\n", domain->vcpus);
    if (domain->online.n) {
        put_set(out, "online", &domain->online);
        (void)fputc('\n', out);
    }
    for (i = 0; i < domain->npins; i++) {
        const struct apply_pin *pin = &domain->pins[i];

        put_set(out, pin->cpus ? "pin" : "unpin", &pin->vcpus);
        (void)fprintf(out, " %s\n", pin->cpus ? pin->cpus : "");
    }
}

/* Owned. */
static char *plain_text(const struct apply_file *file, size_t *ret_len)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, ret_len);
    size_t i;

    FUZZ_REQUIRE(out);
    for (i = 0; i < file->n; i++)
        put_domain(out, &file->domains[i]);
    FUZZ_REQUIRE(fclose(out) == 0);
    return text;
}

static void is_a_fixpoint(const struct apply_file *file)
{
    APPLY_FILE_AUTO again = {0};
    struct apply_fault fault;
    size_t len;
    size_t again_len;
    char *text = plain_text(file, &len);
    char *again_text;

    FUZZ_REQUIRE(apply_parse(text, len, &again, &fault) == 0);
    again_text = plain_text(&again, &again_len);
    FUZZ_REQUIRE(len == again_len && memcmp(text, again_text, len) == 0);
    free(text);
    free(again_text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    APPLY_FILE_AUTO file = {0};
    struct apply_fault fault = {0};
    size_t i;

    if (apply_parse((const char *)data, size, &file, &fault) < 0) {
        FUZZ_REQUIRE(file.n == 0 && !file.domains);
        check_fault(&fault, data, size);
        return 0;
    }
    for (i = 0; i < file.n; i++)
        check_domain(&file.domains[i]);
    is_a_fixpoint(&file);
    return 0;
}
