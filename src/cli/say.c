/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that is printed in lines passes here. */
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "text.h"

void *cli_alloc(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size);

    if (!p) {
        (void)fputs("error: out of memory\n", stderr);
        exit(CLI_FAILED);
    }
    return p;
}

char *cli_strdup(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(cli_alloc(size, 1), text, size);
}

/* ---- the line that comes and goes ---- */

static size_t progress_width;

static void progress_wipe(void)
{
    if (progress_width > 0)
        (void)fprintf(stderr, "\r%*s\r", (int)progress_width, "");
    progress_width = 0;
}

void cli_progress(const struct cli *cli, const char *fmt, ...)
{
    char line[72]; /* narrower than any terminal */
    va_list ap;
    int len;

    if (cli->quiet || !isatty(STDERR_FILENO))
        return;
    progress_wipe();
    va_start(ap, fmt);
    len = vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    if (len > 0) {
        (void)fputs(line, stderr);
        progress_width = strlen(line);
    }
    (void)fflush(stderr);
}

/* ---- lines that stay ---- */

CLI_PRINTF(3, 0)
static void print_clean(FILE *out, const char *head, const char *fmt,
                        va_list ap)
{
    CLI_AUTO(char *) raw = NULL;
    CLI_AUTO(char *) clean = NULL;
    int len = vasprintf(&raw, fmt, ap);

    progress_wipe();
    if (len < 0) {
        raw = NULL;
        (void)fprintf(out, "%sout of memory\n", head);
        return;
    }
    clean = cli_text_clean(raw, (size_t)len);
    (void)fprintf(out, "%s%s\n", head, clean);
}

int cli_fail(const char *fmt, ...)
{
    va_list ap;

    /* What was said before on stdout stands before it on a terminal too. */
    (void)fflush(stdout);
    va_start(ap, fmt);
    print_clean(stderr, "error: ", fmt, ap);
    va_end(ap);
    return CLI_FAILED;
}

int cli_fail_last(void)
{
    return cli_fail("%s", virGetLastErrorMessage());
}

int cli_usage(const struct cli *cli, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    print_clean(stderr, "error: ", fmt, ap);
    va_end(ap);
    (void)fprintf(stderr, "See 'vcpuconf help%s%s'\n",
                  cli->command ? " " : "",
                  cli->command ? cli->command->name : "");
    return CLI_USAGE;
}

void cli_warn(const char *fmt, ...)
{
    va_list ap;

    (void)fflush(stdout);
    va_start(ap, fmt);
    print_clean(stderr, "warning: ", fmt, ap);
    va_end(ap);
}

void cli_say(const struct cli *cli, const char *fmt, ...)
{
    va_list ap;

    if (cli->quiet)
        return;
    va_start(ap, fmt);
    print_clean(stdout, "", fmt, ap);
    va_end(ap);
}

void cli_say_end(const struct cli *cli)
{
    if (!cli->quiet)
        (void)putchar('\n');
}

void cli_print_lines(const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        CLI_AUTO(char *) clean = cli_text_clean(text, len);

        (void)puts(clean);
        text += len + (text[len] == '\n');
    }
}

int cli_print_document(const char *text)
{
    size_t len;

    if (!cli_text_is_seen())
        return fputs(text, stdout) < 0 ? CLI_FAILED : CLI_DONE;
    for (; *text; text += len + (text[len] != '\0')) {
        CLI_AUTO(char *) clean = NULL;

        len = strcspn(text, "\t\n");
        /* The CR of a line end needs no mention. */
        clean = cli_text_clean(
            text, len - (len > 0 && text[len] == '\n' && text[len - 1] == '\r'));
        (void)fputs(clean, stdout);
        if (text[len])
            (void)putchar(text[len]);
    }
    return CLI_DONE;
}

void cli_print_field(int width, const char *label, const char *fmt, ...)
{
    char head[32];
    va_list ap;

    (void)snprintf(head, sizeof(head), "%-*s ", width, label);
    va_start(ap, fmt);
    print_clean(stdout, head, fmt, ap);
    va_end(ap);
}
