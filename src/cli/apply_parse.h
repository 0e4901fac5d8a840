/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file of `apply`: what several domains should be, in lines of words.
 *
 *     # a comment, also behind blanks
 *     domain web1               or: domain "two words", with \" and \\
 *         target live config    live, config or both, or: current
 *         maximum 8
 *         vcpus 4               or: online 0-2,5
 *         pin 0,2 0-7
 *         unpin 3
 *
 * Nothing here knows what domains there are; what a line means by itself, and
 * among the lines of its domain, is all checked.  Bytes from anywhere are
 * safe.
 */
#ifndef CLI_APPLY_PARSE_H
#define CLI_APPLY_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#define APPLY_BYTES_MAX (4u * 1024 * 1024)
#define APPLY_DOMAINS_MAX 16384u
#define APPLY_VCPUS_MAX 16384u
#define APPLY_CPUS_MAX 16384u
#define APPLY_NAME_MAX 255 /* bytes */

enum apply_target {
    APPLY_LIVE = 1 << 0,
    APPLY_CONFIG = 1 << 1,
    APPLY_CURRENT = 1 << 2,
};

struct apply_set { /* numbers in ranges, sorted */
    struct apply_range {
        unsigned first;
        unsigned last;
    } *ranges;
    size_t n;
};

struct apply_pin { /* one line */
    unsigned line;
    struct apply_set vcpus;
    char *cpus; /* NULL: unpin */
};

struct apply_domain {
    unsigned line;
    char *word;
    bool is_name;   /* was quoted: nothing but a name */
    unsigned target; /* enum apply_target; 0: was not said */
    unsigned target_line;
    unsigned maximum; /* 0: was not said; so with those below */
    unsigned maximum_line;
    unsigned vcpus;
    unsigned vcpus_line; /* of vcpus or online */
    struct apply_set online;
    struct apply_pin *pins;
    size_t npins;
};

struct apply_file {
    struct apply_domain *domains;
    size_t n;
};

struct apply_fault {
    unsigned line; /* 0: the file as a whole */
    char text[512];
};

/* 0, or -1 with *fault; *ret holds nothing then. */
int apply_parse(const char *bytes, size_t len, struct apply_file *ret,
                struct apply_fault *fault);
void apply_file_clear(struct apply_file *file);
#define APPLY_FILE_AUTO                                                        \
    __attribute__((cleanup(apply_file_clear))) struct apply_file

/* Sets as text, "0-3,^2,8": of numbers below `limit`.  Also for -1 *fault has
 * a text; its line stays. */
int apply_set_parse(const char *text, unsigned limit, struct apply_set *ret,
                    struct apply_fault *fault);
void apply_set_clear(struct apply_set *set);
bool apply_set_has(const struct apply_set *set, unsigned number);
unsigned apply_set_last(const struct apply_set *set);
/* Those of 0 .. limit - 1 that are not in it. */
void apply_set_invert(const struct apply_set *set, unsigned limit,
                      struct apply_set *ret);
/* How many bytes of a word from a file a message repeats: all, or as many as make
 * whole characters. */
int apply_shown(const char *text);
/* "0-3,8", owned. */
char *apply_set_text(const struct apply_set *set);

#endif
