/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The arguments of QEMU that match a definition, from the store alone.
 *
 * QEMU starts the vCPUs 0 .. N-1, so N is how many of the definition's online
 * ones follow each other from 0; the rest is plugged by reconcile, which can
 * add what is missing and need not take away.
 */
#include <stdarg.h>
#include <string.h>
#include <sys/un.h>

#include "cli.h"
#include "cli_json.h"
#include "text.h"

#define DIR_DEFAULT "/run/vcpuconf/qemu"
#define ARGUMENTS_MAX 32

struct arguments {
    char *items[ARGUMENTS_MAX]; /* owned */
    size_t n;
};

static void arguments_clear(struct arguments *arguments)
{
    while (arguments->n > 0)
        free(arguments->items[--arguments->n]);
}
#define AUTO_ARGUMENTS                                                         \
    __attribute__((cleanup(arguments_clear))) struct arguments

CLI_PRINTF(2, 3)
static void add(struct arguments *arguments, const char *fmt, ...)
{
    va_list ap;
    int len;

    va_start(ap, fmt);
    len = vasprintf(&arguments->items[arguments->n], fmt, ap);
    va_end(ap);
    if (len < 0)
        exit(cli_fail("out of memory"));
    arguments->n++;
}

/* ---- texts for QEMU ---- */

/* A value among options, where a comma is written twice.  Owned. */
static char *option_value(const char *text)
{
    char *value = cli_alloc(strlen(text) * 2 + 1, 1);
    char *out = value;

    for (; *text; text++) {
        if (*text == ',')
            *out++ = ',';
        *out++ = *text;
    }
    return value;
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *p = c ? strchr(digits, c | 0x20) : NULL;

    return p ? (int)(p - digits) : -1;
}

/* A path of a URI, %XX undone; it ends where the parameters begin.  Owned. */
static char *path_of_uri(const char *p)
{
    char *path = cli_alloc(strlen(p) + 1, 1);
    char *out = path;

    for (; *p && *p != '?' && *p != '#'; p++) {
        if (*p == '%' && hex_digit(p[1]) >= 0 && hex_digit(p[2]) >= 0) {
            *out++ = (char)(hex_digit(p[1]) * 16 + hex_digit(p[2]));
            p += 2;
        } else {
            *out++ = *p;
        }
    }
    return path;
}

/* Where the sockets are: what was said, else what the URI says.  Owned. */
static char *directory_of(const struct cli *cli)
{
    static const char scheme[] = "qemu://";
    CLI_AUTO(char *) uri = NULL;
    CLI_AUTO(char *) path = NULL;
    size_t len;

    if (cli_has(cli, "dir")) {
        path = cli_strdup(cli_value(cli, "dir"));
    } else {
        uri = virConnectGetURI(cli->conn);
        if (uri && strncmp(uri, scheme, sizeof(scheme) - 1) == 0)
            path = path_of_uri(uri + sizeof(scheme) - 1);
    }
    if (!path || *path != '/' || strcmp(path, "/system") == 0)
        return cli_strdup(DIR_DEFAULT);
    for (len = strlen(path); len > 1 && path[len - 1] == '/'; len--)
        path[len - 1] = '\0';
    return cli_strdup(path);
}

/* The option value of a socket of the domain.  Owned; NULL: was said. */
static char *socket_value(const char *dir, const char *name,
                          const char *suffix)
{
    const size_t most = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;
    CLI_AUTO(char *) path = NULL;

    if (asprintf(&path, "%s/%s%s", strcmp(dir, "/") == 0 ? "" : dir, name,
                 suffix) < 0)
        exit(cli_fail("out of memory"));
    if (strlen(path) > most) {
        (void)cli_fail("the path of a socket, '%s', has %zu bytes; the system "
                       "allows %zu",
                       path, strlen(path), most);
        return NULL;
    }
    return option_value(path);
}

/* ---- the arguments ---- */

static int add_monitor(struct arguments *arguments, const char *dir,
                       const char *name, const char *suffix)
{
    CLI_AUTO(char *) path = socket_value(dir, name, suffix);

    if (!path)
        return CLI_FAILED;
    add(arguments, "-qmp");
    /* Without a key, QEMU would take what stands before '=' for one. */
    add(arguments, "unix:%s%s,server=on,wait=off",
        strchr(path, '=') ? "path=" : "", path);
    return CLI_DONE;
}

static int add_agent(struct arguments *arguments, const char *dir,
                     const char *name)
{
    CLI_AUTO(char *) path = socket_value(dir, name, ".ga");

    if (!path)
        return CLI_FAILED;
    add(arguments, "-chardev");
    add(arguments, "socket,id=vcpuconf-ga,path=%s,server=on,wait=off", path);
    add(arguments, "-device");
    add(arguments, "virtio-serial,id=vcpuconf-serial");
    add(arguments, "-device");
    add(arguments, "virtserialport,bus=vcpuconf-serial.0,chardev=vcpuconf-ga,"
                   "name=org.qemu.guest_agent.0");
    return CLI_DONE;
}

/* How many vCPUs QEMU can start with, and the maximum. */
static int get_counts(virDomainPtr domain, int *ret_count, int *ret_maximum)
{
    CLI_AUTO(const char *) map = NULL;
    int maximum = virDomainGetVCPUMap(
        domain, &map, VIR_DOMAIN_VCPU_MAP_ONLINE | VIR_DOMAIN_AFFECT_CONFIG);
    int n = 0;

    if (maximum < 0)
        return cli_fail_last();
    while (n < maximum && VIR_CPU_USED(map, n))
        n++;
    if (n == 0) {
        cli_warn("domain '%s': the definition has vCPU 0 offline; QEMU starts "
                 "it all the same",
                 virDomainGetName(domain));
        n = 1;
    }
    *ret_count = n;
    *ret_maximum = maximum;
    return CLI_DONE;
}

static int add_all(const struct cli *cli, virDomainPtr domain,
                   struct arguments *arguments)
{
    const char *name = virDomainGetName(domain);
    CLI_AUTO(char *) value = option_value(name);
    CLI_AUTO(char *) dir = directory_of(cli);
    char uuid[VIR_UUID_STRING_BUFLEN];
    int count = 0;
    int maximum = 0;

    if (get_counts(domain, &count, &maximum) != CLI_DONE)
        return CLI_FAILED;
    if (virDomainGetUUIDString(domain, uuid) < 0)
        return cli_fail_last();
    add(arguments, "-name");
    add(arguments, "%s%s,debug-threads=on", strchr(name, '=') ? "guest=" : "",
        value);
    add(arguments, "-uuid");
    add(arguments, "%s", uuid);
    add(arguments, "-smp");
    add(arguments, "cpus=%d,maxcpus=%d", count, maximum);
    if (add_monitor(arguments, dir, name, ".qmp") != CLI_DONE ||
        (!cli_has(cli, "no-events") &&
         add_monitor(arguments, dir, name, ".events") != CLI_DONE))
        return CLI_FAILED;
    return cli_has(cli, "no-agent") ? CLI_DONE
                                    : add_agent(arguments, dir, name);
}

/* ---- printing ---- */

/* Stays one word, and as it is, when a shell splits and globs it. */
static bool is_safe(unsigned char c)
{
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c >= 'a' && c <= 'z') || (c && strchr("_./:=,+@%-", c));
}

static int print_lines(const struct arguments *arguments)
{
    size_t i;
    const char *p;

    for (i = 0; i < arguments->n; i++) {
        for (p = arguments->items[i]; is_safe((unsigned char)*p); p++)
            continue;
        if (*p)
            return cli_fail("the argument '%s' holds '%c', which a shell could "
                            "take for its own; '--format shell' quotes it for "
                            "eval, '--format null' is for xargs -0",
                            arguments->items[i], *p);
    }
    for (i = 0; i < arguments->n; i++)
        (void)puts(arguments->items[i]);
    return CLI_DONE;
}

/* In single quotes where there is need; a single quote gets out of them. */
static void print_quoted(FILE *out, const char *text)
{
    const char *p;

    for (p = text; is_safe((unsigned char)*p); p++)
        continue;
    if (!*p) {
        (void)fputs(text, out);
        return;
    }
    (void)fputc('\'', out);
    for (p = text; *p; p++) {
        if (*p == '\'')
            (void)fputs("'\\''", out);
        else
            (void)fputc(*p, out);
    }
    (void)fputc('\'', out);
}

static int print_shell(const struct arguments *arguments)
{
    CLI_AUTO(char *) text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    size_t i;

    for (i = 0; out && i < arguments->n; i++) {
        if (i > 0)
            (void)fputc(' ', out);
        print_quoted(out, arguments->items[i]);
    }
    if (!out || fputc('\n', out) == EOF || fclose(out) != 0)
        exit(cli_fail("out of memory"));
    return cli_print_document(text);
}

static int print_json(virDomainPtr domain, const struct arguments *arguments)
{
    struct json_object *document = cli_json_domain(domain);
    struct json_object *array = cli_json_array();
    size_t i;

    for (i = 0; i < arguments->n; i++)
        cli_json_append(array, cli_json_text(arguments->items[i]));
    cli_json_add(document, "arguments", array);
    return cli_json_print(document);
}

int cmd_qemu_args_check(const struct cli *cli)
{
    if (cli_has(cli, "dir") && cli_value(cli, "dir")[0] != '/')
        return cli_usage(cli, "--dir '%s' does not begin with '/'",
                         cli_value(cli, "dir"));
    return CLI_DONE;
}

int cmd_qemu_args(struct cli *cli)
{
    const char *format = cli_value(cli, "format");
    CLI_AUTO_DOMAIN domain = cli_domain(cli);
    AUTO_ARGUMENTS arguments = {.n = 0};
    size_t i;

    if (!domain || add_all(cli, domain, &arguments) != CLI_DONE)
        return CLI_FAILED;
    if (cli_is_json(cli))
        return print_json(domain, &arguments);
    if (!format || strcmp(format, "text") == 0)
        return print_lines(&arguments);
    if (strcmp(format, "shell") == 0)
        return print_shell(&arguments);
    for (i = 0; i < arguments.n; i++)
        (void)fwrite(arguments.items[i], 1, strlen(arguments.items[i]) + 1,
                     stdout);
    return CLI_DONE;
}
