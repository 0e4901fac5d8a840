/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "apply_parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "text.h"

#define WORDS_MAX 4 /* of a line: one more than any has */

struct parse {
    struct apply_file *file;
    size_t cap;
    struct apply_domain *domain; /* whose lines these are; NULL: none yet */
    size_t pins_cap;
    bool *pinned; /* vCPUs that a pin or unpin of it has named */
    unsigned line;
    struct apply_fault *fault;
};

struct word {
    char *text; /* owned */
    bool is_quoted;
};

struct line {
    struct word words[WORDS_MAX];
    size_t n;
};

CLI_PRINTF(3, 4)
static int refuse(struct parse *parse, unsigned line, const char *fmt, ...)
{
    va_list ap;

    parse->fault->line = line;
    va_start(ap, fmt);
    (void)vsnprintf(parse->fault->text, sizeof(parse->fault->text), fmt, ap);
    va_end(ap);
    return -1;
}

static void pin_clear(struct apply_pin *pin)
{
    apply_set_clear(&pin->vcpus);
    free(pin->cpus);
}

void apply_file_clear(struct apply_file *file)
{
    size_t i;
    size_t k;

    for (i = 0; i < file->n; i++) {
        struct apply_domain *domain = &file->domains[i];

        for (k = 0; k < domain->npins; k++)
            pin_clear(&domain->pins[k]);
        free(domain->pins);
        apply_set_clear(&domain->online);
        free(domain->word);
    }
    free(file->domains);
    memset(file, 0, sizeof(*file));
}

/* Room for one more member, the array doubled where it is full. */
static void *room(void *items, size_t n, size_t *cap, size_t size)
{
    void *more;

    if (n < *cap)
        return items;
    *cap = n ? n * 2 : 8;
    more = cli_alloc(*cap, size);
    if (n)
        memcpy(more, items, n * size);
    free(items);
    return more;
}

/* ---- characters ---- */

/* All that a file may hold: text in UTF-8 without control characters. */
static int check_bytes(struct parse *parse, const char *bytes, size_t len)
{
    unsigned line = 1;
    size_t n;

    for (; len > 0; bytes += n, len -= n) {
        uint32_t c = 0;

        n = cli_text_decode(bytes, len, &c);
        if (n == 0)
            return refuse(parse, line, "byte 0x%02x is not UTF-8",
                          (unsigned char)*bytes);
        if (c == '\n')
            line++;
        else if ((c < 0x20 && c != '\t' &&
                  !(c == '\r' && (len == 1 || bytes[1] == '\n'))) ||
                 (c >= 0x7f && c < 0xa0))
            return refuse(parse, line, "control character 0x%02x", c);
    }
    return 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static void line_clear(struct line *line)
{
    while (line->n > 0)
        free(line->words[--line->n].text);
}

/* What stands behind a quotation mark, up to the next; *p ends behind that. */
static int take_quoted(struct parse *parse, const char **p, const char *end,
                       char *out)
{
    for ((*p)++; *p < end && **p != '"'; (*p)++) {
        if (**p == '\\' && *p + 1 < end && ((*p)[1] == '"' || (*p)[1] == '\\'))
            (*p)++;
        else if (**p == '\\')
            return refuse(parse, parse->line,
                          "\\ between quotation marks stands before \" or \\ "
                          "only");
        *out++ = **p;
    }
    if (*p == end)
        return refuse(parse, parse->line, "a quotation mark is not closed");
    (*p)++;
    if (*p < end && !is_blank(**p))
        return refuse(parse, parse->line,
                      "a blank is missing behind a quotation mark");
    return 0;
}

static int take_word(struct parse *parse, const char **p, const char *end,
                     struct line *line)
{
    struct word *word = &line->words[line->n++];
    size_t n = 0;

    word->is_quoted = **p == '"';
    word->text = cli_alloc((size_t)(end - *p) + 1, 1);
    if (word->is_quoted)
        return take_quoted(parse, p, end, word->text);
    for (; *p < end && !is_blank(**p); (*p)++) {
        if (**p == '"')
            return refuse(parse, parse->line,
                          "a quotation mark inside of a word");
        word->text[n++] = **p;
    }
    return 0;
}

static int split(struct parse *parse, const char *p, const char *end,
                 struct line *line)
{
    while (p < end) {
        if (is_blank(*p)) {
            p++;
            continue;
        }
        if (*p == '#')
            return 0;
        if (line->n == WORDS_MAX)
            return refuse(parse, parse->line, "too many words");
        if (take_word(parse, &p, end, line) < 0)
            return -1;
        if (line->words[line->n - 1].is_quoted &&
            (line->n != 2 || strcmp(line->words[0].text, "domain") != 0))
            return refuse(parse, parse->line,
                          "only the name of a domain stands between quotation "
                          "marks");
    }
    return 0;
}

/* ---- lines ---- */

static int take_number(struct parse *parse, const char *text, unsigned most,
                       unsigned *ret)
{
    unsigned number = 0;
    const char *p;

    for (p = text; *p >= '0' && *p <= '9' && number <= most; p++)
        number = number * 10 + (unsigned)(*p - '0');
    if (*p || p == text || number < 1 || number > most)
        return refuse(parse, parse->line,
                      "'%.*s' is not a number from 1 to %u", apply_shown(text),
                      text, most);
    *ret = number;
    return 0;
}

static int say_once(struct parse *parse, const char *what, unsigned *line)
{
    if (*line)
        return refuse(parse, parse->line, "%s was said before, in line %u",
                      what, *line);
    *line = parse->line;
    return 0;
}

/* What the lines of a domain say, taken together. */
static int check_domain(struct parse *parse)
{
    const struct apply_domain *domain = parse->domain;
    unsigned limit = domain->maximum ? domain->maximum : APPLY_VCPUS_MAX;
    size_t i;

    if (!domain->maximum_line && !domain->vcpus_line && domain->npins == 0)
        return refuse(parse, domain->line,
                      "nothing is said about this domain: one of maximum, "
                      "vcpus, online, pin, unpin");
    if (domain->maximum && domain->target && !(domain->target & APPLY_CONFIG))
        return refuse(parse, domain->maximum_line,
                      "the maximum belongs to the definition: the target must "
                      "have config");
    if (domain->vcpus > limit)
        return refuse(parse, domain->vcpus_line,
                      "vcpus %u is above the maximum (1-%u)", domain->vcpus,
                      limit);
    if (domain->online.n && apply_set_last(&domain->online) >= limit)
        return refuse(parse, domain->vcpus_line,
                      "vCPU %u is not below the maximum (0-%u)",
                      apply_set_last(&domain->online), limit - 1);
    for (i = 0; i < domain->npins; i++) {
        unsigned last = apply_set_last(&domain->pins[i].vcpus);

        if (last >= limit)
            return refuse(parse, domain->pins[i].line,
                          "vCPU %u is not below the maximum (0-%u)", last,
                          limit - 1);
    }
    return 0;
}

static int line_domain(struct parse *parse, const struct line *line)
{
    struct apply_file *file = parse->file;
    const struct word *word = &line->words[1];

    if (parse->domain && check_domain(parse) < 0)
        return -1;
    if (!*word->text || strlen(word->text) > APPLY_NAME_MAX)
        return refuse(parse, parse->line,
                      "a name of %zu bytes; 1-%d are allowed",
                      strlen(word->text), APPLY_NAME_MAX);
    if (file->n == APPLY_DOMAINS_MAX)
        return refuse(parse, parse->line, "more than %u domains",
                      APPLY_DOMAINS_MAX);
    file->domains =
        room(file->domains, file->n, &parse->cap, sizeof(*file->domains));
    parse->domain = &file->domains[file->n++];
    parse->pins_cap = 0;
    parse->domain->line = parse->line;
    parse->domain->word = cli_strdup(word->text);
    parse->domain->is_name = word->is_quoted;
    memset(parse->pinned, 0, APPLY_VCPUS_MAX * sizeof(*parse->pinned));
    return 0;
}

static int line_target(struct parse *parse, const struct line *line)
{
    static const char *const words[] = {"live", "config", "current"};
    struct apply_domain *domain = parse->domain;
    size_t i;
    size_t k;

    if (say_once(parse, "the target", &domain->target_line) < 0)
        return -1;
    for (i = 1; i < line->n; i++) {
        for (k = 0; k < 3; k++) {
            if (strcmp(line->words[i].text, words[k]) == 0)
                break;
        }
        if (k == 3)
            return refuse(parse, parse->line,
                          "'%.*s' is no target: live, config, current",
                          apply_shown(line->words[i].text),
                          line->words[i].text);
        if ((domain->target & (1u << k)) ||
            (domain->target && ((domain->target | 1u << k) & APPLY_CURRENT)))
            return refuse(parse, parse->line,
                          "a target is live, config, live config, or current");
        domain->target |= 1u << k;
    }
    return 0;
}

static int line_maximum(struct parse *parse, const struct line *line)
{
    struct apply_domain *domain = parse->domain;

    if (say_once(parse, "the maximum", &domain->maximum_line) < 0)
        return -1;
    return take_number(parse, line->words[1].text, APPLY_VCPUS_MAX,
                       &domain->maximum);
}

static int line_vcpus(struct parse *parse, const struct line *line)
{
    struct apply_domain *domain = parse->domain;

    if (say_once(parse, "which vCPUs are online", &domain->vcpus_line) < 0)
        return -1;
    return take_number(parse, line->words[1].text, APPLY_VCPUS_MAX,
                       &domain->vcpus);
}

static int take_set(struct parse *parse, const char *text, unsigned limit,
                    struct apply_set *ret)
{
    parse->fault->line = parse->line;
    return apply_set_parse(text, limit, ret, parse->fault);
}

static int line_online(struct parse *parse, const struct line *line)
{
    struct apply_domain *domain = parse->domain;

    if (say_once(parse, "which vCPUs are online", &domain->vcpus_line) < 0 ||
        take_set(parse, line->words[1].text, APPLY_VCPUS_MAX,
                 &domain->online) < 0)
        return -1;
    if (!apply_set_has(&domain->online, 0))
        return refuse(parse, parse->line,
                      "vCPU 0 can't be taken offline: it belongs to any set");
    return 0;
}

static int add_pin(struct parse *parse, const char *vcpus, const char *cpus)
{
    struct apply_domain *domain = parse->domain;
    struct apply_pin *pin;
    unsigned id;
    size_t i;

    domain->pins =
        room(domain->pins, domain->npins, &parse->pins_cap, sizeof(*pin));
    pin = &domain->pins[domain->npins++];
    memset(pin, 0, sizeof(*pin));
    pin->line = parse->line;
    if (take_set(parse, vcpus, APPLY_VCPUS_MAX, &pin->vcpus) < 0)
        return -1;
    for (i = 0; i < pin->vcpus.n; i++) {
        for (id = pin->vcpus.ranges[i].first; id <= pin->vcpus.ranges[i].last;
             id++) {
            if (parse->pinned[id])
                return refuse(parse, parse->line,
                              "vCPU %u of this domain was pinned or unpinned "
                              "before",
                              id);
            parse->pinned[id] = true;
        }
    }
    if (cpus) {
        struct apply_set set = {0};

        if (take_set(parse, cpus, APPLY_CPUS_MAX, &set) < 0)
            return -1;
        pin->cpus = apply_set_text(&set);
        apply_set_clear(&set);
    }
    return 0;
}

static int line_pin(struct parse *parse, const struct line *line)
{
    return add_pin(parse, line->words[1].text, line->words[2].text);
}

static int line_unpin(struct parse *parse, const struct line *line)
{
    return add_pin(parse, line->words[1].text, NULL);
}

static int take_line(struct parse *parse, const struct line *line)
{
    static const struct {
        const char *word;
        const char *form; /* what follows it */
        size_t least;     /* words behind it */
        size_t most;
        int (*take)(struct parse *parse, const struct line *line);
    } kinds[] = {
        {"domain", "a name", 1, 1, line_domain},
        {"target", "live, config, live config, or current", 1, 2, line_target},
        {"maximum", "a number", 1, 1, line_maximum},
        {"vcpus", "a number", 1, 1, line_vcpus},
        {"online", "a set of vCPUs", 1, 1, line_online},
        {"pin", "a set of vCPUs and a set of CPUs", 2, 2, line_pin},
        {"unpin", "a set of vCPUs", 1, 1, line_unpin},
    };
    size_t i;

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(line->words[0].text, kinds[i].word) != 0)
            continue;
        if (!parse->domain && i > 0)
            return refuse(parse, parse->line,
                          "'%s' before the first 'domain'", kinds[i].word);
        if (line->n - 1 < kinds[i].least || line->n - 1 > kinds[i].most)
            return refuse(parse, parse->line, "behind '%s' stands %s",
                          kinds[i].word, kinds[i].form);
        return kinds[i].take(parse, line);
    }
    return refuse(parse, parse->line,
                  "'%.*s' is none of: domain, target, maximum, vcpus, online, "
                  "pin, unpin",
                  apply_shown(line->words[0].text), line->words[0].text);
}

/* ---- the file ---- */

static int compare_domains(const void *a, const void *b)
{
    const struct apply_domain *x = *(const struct apply_domain *const *)a;
    const struct apply_domain *y = *(const struct apply_domain *const *)b;
    int order = strcmp(x->word, y->word);

    return order ? order : (x->line > y->line) - (x->line < y->line);
}

static int check_names(struct parse *parse)
{
    const struct apply_file *file = parse->file;
    CLI_AUTO(const struct apply_domain **) sorted =
        cli_alloc(file->n, sizeof(*sorted));
    size_t i;

    for (i = 0; i < file->n; i++)
        sorted[i] = &file->domains[i];
    qsort(sorted, file->n, sizeof(*sorted), compare_domains);
    for (i = 1; i < file->n; i++) {
        if (strcmp(sorted[i]->word, sorted[i - 1]->word) == 0)
            return refuse(parse, sorted[i]->line,
                          "domain '%s' was there before, in line %u",
                          sorted[i]->word, sorted[i - 1]->line);
    }
    return 0;
}

static int parse_lines(struct parse *parse, const char *p, const char *end)
{
    const char *stop;
    int rc;

    for (; p < end; p = stop + 1) {
        struct line line = {.n = 0};

        stop = memchr(p, '\n', (size_t)(end - p));
        if (!stop)
            stop = end;
        parse->line++;
        rc = split(parse, p, stop, &line);
        if (rc == 0 && line.n > 0)
            rc = take_line(parse, &line);
        line_clear(&line);
        if (rc < 0)
            return -1;
        if (stop == end)
            break;
    }
    if (parse->domain && check_domain(parse) < 0)
        return -1;
    return check_names(parse);
}

int apply_parse(const char *bytes, size_t len, struct apply_file *ret,
                struct apply_fault *fault)
{
    static const char mark[] = "\xef\xbb\xbf"; /* some editors begin with it */
    struct apply_file file = {0};
    struct parse parse = {.file = &file, .fault = fault};
    int rc;

    if (len > APPLY_BYTES_MAX)
        return refuse(&parse, 0, "is longer than %u bytes", APPLY_BYTES_MAX);
    if (check_bytes(&parse, bytes, len) < 0)
        return -1;
    if (len >= 3 && memcmp(bytes, mark, 3) == 0) {
        bytes += 3;
        len -= 3;
    }
    parse.pinned = cli_alloc(APPLY_VCPUS_MAX, sizeof(*parse.pinned));
    rc = parse_lines(&parse, bytes, bytes + len);
    free(parse.pinned);
    if (rc < 0) {
        apply_file_clear(&file);
        return -1;
    }
    *ret = file;
    return 0;
}
