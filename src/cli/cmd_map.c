/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which vCPUs may run, and do run, on which CPUs of the host. */
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "file.h"
#include "map.h"
#include "text.h"

#define WIDTH_DEFAULT 80
#define WIDTH_MIN 40
#define WIDTH_MAX 1000

static size_t width_of_terminal(void)
{
    const char *columns = getenv("COLUMNS");
    struct winsize size = {0};
    size_t width = 0;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        width = size.ws_col;
    else if (columns && strlen(columns) < 8 &&
             strspn(columns, "0123456789") == strlen(columns))
        width = strtoul(columns, NULL, 10);
    if (width == 0)
        return WIDTH_DEFAULT;
    return width < WIDTH_MIN ? WIDTH_MIN : width > WIDTH_MAX ? WIDTH_MAX : width;
}

static bool wants_color(const struct cli *cli)
{
    const char *when = cli_value(cli, "color");
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    if (when && strcmp(when, "auto") != 0)
        return strcmp(when, "always") == 0;
    return cli_text_is_seen() && !(no_color && *no_color) && term && *term &&
           strcmp(term, "dumb") != 0;
}

static int print_text(const struct cli *cli, const struct map *map)
{
    struct map_look look = {
        .is_utf8 = cli_text_is_utf8(),
        .has_color = wants_color(cli),
        .is_quiet = cli->quiet,
        .width = width_of_terminal(),
    };

    map_text_print(map, &look);
    return CLI_DONE;
}

static int write_svg(const struct cli *cli, const struct map *map,
                     const char *path)
{
    size_t len = 0;
    CLI_AUTO(char *) svg = map_svg(map, &len);
    int rc;

    if (strcmp(path, "-") == 0)
        return cli_print_document(svg);
    rc = cli_file_write(path, svg, len, cli_has(cli, "force"));
    if (rc == CLI_DONE) {
        cli_say(cli, "Map written to %s", path);
        cli_say_end(cli);
    }
    return rc;
}

static bool is_there(const struct map *map, virDomainPtr domain)
{
    size_t i;

    for (i = 0; i < map->ndomains; i++) {
        if (strcmp(virDomainGetName(map->domains[i].domain),
                   virDomainGetName(domain)) == 0)
            return true;
    }
    return false;
}

/* One that stopped since the list was taken is no failure; one that is named
 * twice is there once. */
static int add_all(const struct cli *cli, const struct cli_domains *domains,
                   struct map *map)
{
    bool is_named = cli_values(cli, "domain")->n > 0;
    int result = CLI_DONE;
    size_t i;

    for (i = 0; i < domains->n; i++) {
        virDomainPtr domain = domains->items[i];
        CLI_AUTO(char *) why = NULL;

        if ((is_named && is_there(map, domain)) || map_add(map, domain) == 0)
            continue;
        why = cli_strdup(virGetLastErrorMessage());
        if (is_named || virDomainIsActive(domain) != 0)
            result = cli_fail("%s: %s", virDomainGetName(domain), why);
    }
    return result;
}

int cmd_map_check(const struct cli *cli)
{
    const char *svg = cli_value(cli, "svg");

    if (svg && !*svg)
        return cli_usage(cli, "--svg is empty");
    if (svg && cli_is_json(cli))
        return cli_usage(cli, "either --svg or --format json");
    if (cli_has(cli, "force") && !svg)
        return cli_usage(cli, "--force needs --svg");
    return CLI_DONE;
}

int cmd_map(struct cli *cli)
{
    CLI_AUTO_DOMAINS domains = {0};
    MAP_AUTO map = {0};
    int result;
    int rc;

    if (map_init(cli, &map) < 0 ||
        cli_domains_get(cli, VIR_CONNECT_LIST_DOMAINS_ACTIVE, &domains) < 0)
        return CLI_FAILED;
    result = add_all(cli, &domains, &map);
    if (result != CLI_DONE && map.ndomains == 0)
        return result;
    map_finish(&map);
    if (cli_has(cli, "svg"))
        rc = write_svg(cli, &map, cli_value(cli, "svg"));
    else
        rc = cli_is_json(cli) ? map_json_print(&map) : print_text(cli, &map);
    return rc == CLI_DONE ? result : rc;
}
