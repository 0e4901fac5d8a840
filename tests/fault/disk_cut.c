/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a power cut leaves.  Of a file, what was written since its last sync is
 * there or not, sector by sector and in any order; its length too.  Of the
 * directory, the first few of the changes since its last sync are there.
 */
#include "disk.h"

#include <stdio.h>
#include <string.h>

#include "../unit/vc_check.h"

#define SECTOR 512
#define FILES_MAX 64

struct bytes {
    char *data;
    size_t len, size;
};

struct entry {
    char name[64];
    unsigned file;
};

struct image {
    struct bytes files[FILES_MAX];
    size_t synced[FILES_MAX]; /* events from there on are not */
    struct entry entries[FILES_MAX];
    size_t nentries;
    size_t dir_synced;
    struct bytes host;
    unsigned seed;
    unsigned random;
};

/* 0 .. n-1 */
static unsigned draw(struct image *image, unsigned n)
{
    image->random = image->random * 1103515245u + 12345u;
    return (image->random >> 16) % n;
}

static bool is_lucky(struct image *image)
{
    return image->seed == 1 || (image->seed > 1 && draw(image, 2));
}

static void grow(struct bytes *bytes, size_t len)
{
    if (len <= bytes->len)
        return;
    if (len > bytes->size) {
        bytes->size = 2 * len;
        bytes->data = realloc(bytes->data, bytes->size);
        ck_assert_ptr_nonnull(bytes->data);
    }
    memset(bytes->data + bytes->len, 0, len - bytes->len);
    bytes->len = len;
}

static void put(struct bytes *bytes, size_t at, const char *data, size_t len)
{
    grow(bytes, at + len);
    if (len)
        memcpy(bytes->data + at, data, len);
}

/* The sectors of a write of which the power was still there. */
static void put_some(struct image *image, const struct disk_event *event)
{
    struct bytes *bytes = &image->files[event->file];
    size_t done = 0;

    while (done < event->len) {
        size_t at = (size_t)event->at + done;
        size_t n = SECTOR - at % SECTOR;

        if (n > event->len - done)
            n = event->len - done;
        if (is_lucky(image))
            put(bytes, at, event->data + done, n);
        else if (image->seed > 1 && draw(image, 4) == 0)
            grow(bytes, at + n); /* only the length was there in time */
        done += n;
    }
}

static void truncate_to(struct bytes *bytes, size_t size)
{
    grow(bytes, size);
    bytes->len = size;
}

/* ---- The directory ---- */

static void entry_drop(struct image *image, const char *name)
{
    size_t i;

    for (i = 0; i < image->nentries; i++) {
        if (strcmp(image->entries[i].name, name) == 0) {
            image->entries[i] = image->entries[--image->nentries];
            return;
        }
    }
}

static void entry_give(struct image *image, const char *name, unsigned file)
{
    entry_drop(image, name);
    ck_assert_uint_lt(image->nentries, FILES_MAX);
    (void)snprintf(image->entries[image->nentries].name,
                   sizeof(image->entries[0].name), "%s", name);
    image->entries[image->nentries++].file = file;
}

static bool is_of_dir(const struct disk_event *event)
{
    return event->kind >= DISK_CREATE && event->kind <= DISK_LINK;
}

static void change_dir(struct image *image, const struct disk_event *event)
{
    if (event->kind == DISK_CREATE)
        entry_give(image, event->name, event->file);
    if (event->kind == DISK_RENAME || event->kind == DISK_LINK)
        entry_give(image, event->other, event->file);
    if (event->kind == DISK_RENAME || event->kind == DISK_UNLINK)
        entry_drop(image, event->name);
}

/* ---- Replay ---- */

/* All that was done to a file by event n and is not in its bytes yet. */
static void flush_file(struct image *image, unsigned file, size_t n, bool all)
{
    size_t i;

    for (i = image->synced[file]; i < n; i++) {
        const struct disk_event *event = disk_event(i);

        if (event->file != file || event->kind > DISK_TRUNCATE)
            continue;
        if (event->kind == DISK_TRUNCATE) {
            if (all || is_lucky(image))
                truncate_to(&image->files[file], (size_t)event->at);
        } else if (all) {
            put(&image->files[file], (size_t)event->at, event->data,
                event->len);
        } else {
            put_some(image, event);
        }
    }
    image->synced[file] = n;
}

static void flush_dir(struct image *image, size_t n, bool all)
{
    size_t i;

    for (i = image->dir_synced; i < n; i++) {
        if (!is_of_dir(disk_event(i)))
            continue;
        if (!all && !is_lucky(image))
            return; /* a journal of the file system keeps their order */
        change_dir(image, disk_event(i));
    }
    image->dir_synced = n;
}

static void image_begin(struct image *image)
{
    const struct world_files *start = disk_start();
    size_t i;

    for (i = 0; i < start->n; i++) {
        const struct world_file *file = &start->items[i];

        put(strcmp(file->name, "host.json") == 0 ? &image->host
                                                 : &image->files[i],
            0, file->data, file->len);
        if (strncmp(file->name, "host", 4) != 0)
            entry_give(image, file->name, (unsigned)i);
    }
}

static void replay(struct image *image, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++) {
        const struct disk_event *event = disk_event(i);

        if (event->kind == DISK_SYNC)
            flush_file(image, event->file, i, true);
        if (event->kind == DISK_SYNC_DIR)
            flush_dir(image, i, true);
        if (event->kind == DISK_HOST) {
            image->host.len = 0;
            put(&image->host, 0, event->data, event->len);
        }
    }
}

static void hand_out(struct world_files *ret, const char *name,
                     const struct bytes *bytes)
{
    struct world_file *file = &ret->items[ret->n++];

    file->name = strdup(name);
    file->data = malloc(bytes->len + 1);
    ck_assert(file->name && file->data);
    if (bytes->len)
        memcpy(file->data, bytes->data, bytes->len);
    file->len = bytes->len;
}

void disk_cut(size_t n, unsigned seed, struct world_files *ret)
{
    struct image *image = calloc(1, sizeof(*image));
    size_t i;

    ck_assert_ptr_nonnull(image);
    image->seed = seed;
    image->random = seed * 2654435761u + (unsigned)n;
    image_begin(image);
    replay(image, n);
    for (i = 0; i < FILES_MAX; i++)
        flush_file(image, (unsigned)i, n, false);
    flush_dir(image, n, false);
    ret->n = 0;
    ret->items = calloc(image->nentries + 1, sizeof(*ret->items));
    ck_assert_ptr_nonnull(ret->items);
    for (i = 0; i < image->nentries; i++)
        hand_out(ret, image->entries[i].name,
                 &image->files[image->entries[i].file]);
    hand_out(ret, "host.json", &image->host);
    for (i = 0; i < FILES_MAX; i++)
        free(image->files[i].data);
    free(image->host.data);
    free(image);
}
