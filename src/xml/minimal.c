/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_XML
#include "xml/xml.h"

static void add_escaped(struct vc_buf *buf, const char *text)
{
    for (; *text; text++) {
        if (*text == '&')
            vc_buf_adds(buf, "&amp;");
        else if (*text == '<')
            vc_buf_adds(buf, "&lt;");
        else if (*text == '>')
            vc_buf_adds(buf, "&gt;");
        else
            vc_buf_addc(buf, *text);
    }
}

int vc_xml_minimal(const char *name, const unsigned char uuid[VC_UUID_LEN],
                   const struct vc_vcpudef *def, char **ret_document,
                   size_t *ret_len, struct vc_error *err)
{
    char text[VC_UUID_TEXT_LEN + 1];
    VC_BUF_AUTO buf = {0};

    vc_uuid_format(uuid, text);
    vc_buf_adds(&buf, "<domain>\n  <name>");
    add_escaped(&buf, name);
    vc_buf_addf(&buf,
                "</name>\n  <uuid>%s</uuid>\n  <vcpu>1</vcpu>\n</domain>\n",
                text);
    if (buf.failed)
        return vc_error_nomem(err);
    return vc_xml_edit(buf.data, buf.len, def, ret_document, ret_len, err);
}
