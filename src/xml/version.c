/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_XML
#include <libxml/parser.h>
#include <stdlib.h>

#include "xml/xml.h"

/* libxml2 tells its version as one number, 20914, with words behind it if it
 * was built from between two releases. */
void vc_xml_library_version(struct vc_buf *buf)
{
    unsigned long number = strtoul(xmlParserVersion, NULL, 10);

    vc_buf_addf(buf, "libxml2 %lu.%lu.%lu", number / 10000, number / 100 % 100,
                number % 100);
}
