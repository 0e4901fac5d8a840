/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xml/guard.h"

#include <errno.h>
#include <libxml/globals.h>

#include "xml/schema.h"

#define ROOM ((size_t)64 * 1024) /* more than twice what was measured */

static void on_error(void *data VC_UNUSED, xml_error_info *info VC_UNUSED)
{
}

/* What comes without an error, as XML_DEBUG_CATALOG does. */
static void on_words(void *data VC_UNUSED, const char *format VC_UNUSED, ...)
{
}

void xml_guard_begin(struct xml_guard *guard)
{
    guard->printer = xmlGenericError;
    guard->printer_data = xmlGenericErrorContext;
    xmlSetGenericErrorFunc(NULL, on_words);
    guard->handler = xmlStructuredError;
    guard->data = xmlStructuredErrorContext;
    xmlSetStructuredErrorFunc(NULL, on_error);
    errno = 0;
}

void xml_guard_end(struct xml_guard *guard)
{
    xmlSetStructuredErrorFunc(guard->data, guard->handler);
    xmlSetGenericErrorFunc(guard->printer_data, guard->printer);
}

bool xml_guard_has_room(size_t len)
{
    void *volatile room = malloc(ROOM + len); /* or the compiler leaves it out */

    if (!room)
        return false;
    free(room);
    return true;
}

bool xml_guard_ran_out(void)
{
    return errno == ENOMEM;
}
