/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_DRIVER_QEMU
#include "driver/qemu/peer.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver/qemu/proc.h"

#define FLAG_LISTENS 0x10000u /* of /proc/net/unix: __SO_ACCEPTCON */

/* ---- hints ---- */

/* The next of "a,b=c", where ",," stands for a comma; one that is too long is
 * left out.  Returns what is behind it. */
static const char *take_part(const char *text, char *part, size_t size)
{
    size_t n = 0;

    for (; *text && (*text != ',' || text[1] == ','); text++) {
        if (*text == ',')
            text++;
        if (n < size)
            part[n++] = *text;
    }
    part[n < size ? n : 0] = '\0';
    return *text ? text + 1 : text;
}

/* "NAME,debug-threads=on" or "guest=NAME,...". */
static void take_name(const char *text, struct vc_qemu_hint *hint)
{
    char part[VC_NAME_MAX + 8];
    struct vc_error ignored;
    bool first = true;

    for (; *text; first = false) {
        const char *name = part;

        text = take_part(text, part, sizeof(part));
        if (strncmp(part, "guest=", 6) == 0)
            name += 6;
        else if (!first || strchr(part, '='))
            continue;
        if (vc_name_check(name, strlen(name), &ignored) == 0)
            (void)snprintf(hint->name, sizeof(hint->name), "%s", name);
    }
}

static bool is_option(const char *arg, const char *name)
{
    return arg[0] == '-' && strcmp(arg + (arg[1] == '-' ? 2 : 1), name) == 0;
}

void vc_qemu_hint_parse(const char *text, size_t len, struct vc_qemu_hint *ret)
{
    const char *end = text + len;
    const char *arg = text;

    while (arg < end) {
        const char *value = arg + strlen(arg) + 1;

        if (value < end && is_option(arg, "name"))
            take_name(value, ret);
        else if (value < end && is_option(arg, "uuid"))
            ret->has_uuid =
                vc_uuid_parse(value, strlen(value), ret->uuid) &&
                !vc_uuid_is_zero(ret->uuid);
        arg = value;
    }
}

void vc_qemu_hint_read(pid_t pid, uint64_t start, struct vc_qemu_hint *ret)
{
    size_t len = 0;
    VC_AUTO_STR char *text = vc_qemu_proc_cmdline(pid, &len);

    memset(ret, 0, sizeof(*ret));
    if (text)
        vc_qemu_hint_parse(text, len, ret);
    if (!vc_qemu_proc_lives(pid, start)) { /* that was somebody else */
        memset(ret, 0, sizeof(*ret));
        return;
    }
    ret->pid = pid;
    ret->start = start;
}

bool vc_qemu_hint_fits(const struct vc_qemu_hint *hint,
                       const struct vc_instance_key *key)
{
    switch (key->kind) {
    case VC_BY_NAME:
        return strcmp(hint->name, key->name) == 0;
    case VC_BY_UUID:
        return hint->has_uuid &&
               memcmp(hint->uuid, key->uuid, VC_UUID_LEN) == 0;
    case VC_BY_ID:
        return hint->pid > 0 && hint->pid == key->id;
    }
    return false;
}

/* ---- listeners ---- */

/* Somebody listens at a path that ends as one of those looked for. */
struct place {
    unsigned long long inode; /* of the socket, not of its file */
    char *path;
};
struct places {
    struct place *items;
    size_t n;
};

static void places_clear(struct places *places)
{
    size_t i;

    for (i = 0; i < places->n; i++)
        free(places->items[i].path);
    free(places->items);
}

static void places_add(struct places *places, unsigned long long inode,
                       const char *path)
{
    struct place *items =
        realloc(places->items, (places->n + 1) * sizeof(*items));

    if (!items)
        return;
    places->items = items;
    items[places->n] = (struct place){.inode = inode, .path = strdup(path)};
    if (items[places->n].path)
        places->n++;
}

/* "NUM: REFS PROTOCOL FLAGS TYPE STATE INODE PATH", all but INODE in hex; the
 * path cut out of the line.  NULL: nobody listens there. */
static const char *listens_at(char *line, unsigned long long *ret_inode)
{
    unsigned long long numbers[5];
    char *at = strchr(line, ':');
    size_t i;

    if (!at)
        return NULL;
    at++;
    for (i = 0; i < VC_NELEMS(numbers); i++)
        numbers[i] = strtoull(at, &at, 16);
    *ret_inode = strtoull(at, &at, 10);
    if (*at != ' ' || !(numbers[2] & FLAG_LISTENS))
        return NULL;
    at[strcspn(at, "\n")] = '\0';
    return at + 1;
}

static bool ends_as(const char *path, const struct vc_qemu_listener *item)
{
    const char *slash = strrchr(path, '/');

    return strcmp(slash ? slash + 1 : path, item->file) == 0;
}

static void read_places(const struct vc_qemu_listener *items, size_t n,
                        struct places *ret)
{
    FILE *file = fopen("/proc/net/unix", "re");
    char *line = NULL;
    size_t room = 0;
    size_t i;

    while (file && getline(&line, &room, file) > 0) {
        unsigned long long inode;
        const char *path = listens_at(line, &inode);

        for (i = 0; path && i < n; i++) {
            if (ends_as(path, &items[i])) {
                places_add(ret, inode, path);
                break;
            }
        }
    }
    free(line);
    if (file)
        (void)fclose(file);
}

/* A path is what its process called it, in its own root or folder. */
static bool leads_to(pid_t pid, const char *path,
                     const struct vc_qemu_listener *item)
{
    char there[256];
    struct stat st;

    (void)snprintf(there, sizeof(there), "/proc/%d/%s%s", (int)pid,
                   *path == '/' ? "root" : "cwd/", path);
    return stat(there, &st) == 0 && st.st_dev == item->dev &&
           st.st_ino == item->ino;
}

static void take_listener(pid_t pid, const char *path,
                          struct vc_qemu_listener *items, size_t n)
{
    struct vc_qemu_stat stat;
    struct vc_error ignored;
    size_t i;

    for (i = 0; i < n; i++) {
        /* who was forked with it, or started it, may hold it as well */
        if (!ends_as(path, &items[i]) || *items[i].hint.name ||
            items[i].hint.has_uuid || !leads_to(pid, path, &items[i]))
            continue;
        if (vc_qemu_proc_stat(pid, 0, &stat, &ignored) == 1)
            vc_qemu_hint_read(pid, stat.start, &items[i].hint);
    }
}

/* The inode of "socket:[INODE]"; 0: it is something else. */
static unsigned long long socket_inode(int dir_fd, const char *name)
{
    char link[64];
    ssize_t len = readlinkat(dir_fd, name, link, sizeof(link) - 1);

    link[len > 0 ? len : 0] = '\0';
    return strncmp(link, "socket:[", 8) == 0 ? strtoull(link + 8, NULL, 10) : 0;
}

static void look_at_process(int proc_fd, pid_t pid, const struct places *places,
                            struct vc_qemu_listener *items, size_t n)
{
    char path[32];
    struct dirent *entry;
    size_t i;
    DIR *dir;
    int fd;

    (void)snprintf(path, sizeof(path), "%d/fd", (int)pid);
    fd = openat(proc_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        if (fd >= 0)
            (void)close(fd);
        return;
    }
    while ((entry = readdir(dir)) != NULL) {
        unsigned long long inode = socket_inode(fd, entry->d_name);

        for (i = 0; inode && i < places->n; i++) {
            if (places->items[i].inode == inode)
                take_listener(pid, places->items[i].path, items, n);
        }
    }
    (void)closedir(dir);
}

void vc_qemu_listeners_find(struct vc_qemu_listener *items, size_t n,
                            uid_t owner)
{
    struct places places = {0};
    DIR *proc = opendir("/proc");
    struct dirent *entry;

    if (proc)
        read_places(items, n, &places);
    while (places.n && (entry = readdir(proc)) != NULL) {
        struct stat st;
        uint32_t pid;

        if (vc_number_parse(entry->d_name, strlen(entry->d_name), INT_MAX,
                            &pid) &&
            fstatat(dirfd(proc), entry->d_name, &st, 0) == 0 &&
            (st.st_uid == 0 || st.st_uid == geteuid() || st.st_uid == owner))
            look_at_process(dirfd(proc), (pid_t)pid, &places, items, n);
    }
    if (proc)
        (void)closedir(proc);
    places_clear(&places);
}
