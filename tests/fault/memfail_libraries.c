/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libraries do not survive when an allocation fails, and no care of their
 * callers can mend.  Nothing fails inside these functions:
 *
 * json-c before 0.17 does not look whether the name of a member could be
 * allocated, or the member added, and goes on with NULL or without it.
 *
 * libxml2 2.9.14 loses blocks, or crashes, in its RelaxNG code; so src/xml sees
 * to it beforehand that there is enough (xml_guard_has_room).
 */
#include <dlfcn.h>
#include <json-c/json.h>
#include <libxml/relaxng.h>

#include "memfail.h"

/* Stands before the library's own. */
#define SEEN_BY_LIBRARIES __attribute__((visibility("default")))

#define FIND_NEXT(next, name) (*(void **)&(next) = dlsym(RTLD_NEXT, (name)))

SEEN_BY_LIBRARIES struct json_object *
json_tokener_parse_ex(struct json_tokener *tokener, const char *text, int len)
{
    struct json_object *(*next)(struct json_tokener *, const char *, int);
    struct json_object *result;

    memfail_spare();
    FIND_NEXT(next, "json_tokener_parse_ex");
    result = next(tokener, text, len);
    memfail_spare_end();
    return result;
}

SEEN_BY_LIBRARIES int xmlRelaxNGValidateDoc(xmlRelaxNGValidCtxtPtr context,
                                            xmlDocPtr doc)
{
    int (*next)(xmlRelaxNGValidCtxtPtr, xmlDocPtr);
    int result;

    memfail_spare();
    FIND_NEXT(next, "xmlRelaxNGValidateDoc");
    result = next(context, doc);
    memfail_spare_end();
    return result;
}

SEEN_BY_LIBRARIES xmlRelaxNGPtr xmlRelaxNGParse(xmlRelaxNGParserCtxtPtr context)
{
    xmlRelaxNGPtr (*next)(xmlRelaxNGParserCtxtPtr);
    xmlRelaxNGPtr result;

    memfail_spare();
    FIND_NEXT(next, "xmlRelaxNGParse");
    result = next(context);
    memfail_spare_end();
    return result;
}
