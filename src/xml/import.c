/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define VC_ROOM VC_ROOM_XML
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "xml/encoding.h"
#include "xml/layout.h"
#include "xml/limits.h"
#include "xml/meaning.h"
#include "xml/reading.h"
#include "xml/splice.h"
#include "xml/xml.h"

void vc_domdef_clear(struct vc_domdef *def)
{
    free(def->name);
    free(def->document);
    vc_vcpudef_clear(&def->vcpu);
    memset(def, 0, sizeof(*def));
}

/* A random one, of version 4. */
static int uuid_make(unsigned char ret_uuid[VC_UUID_LEN], struct vc_error *err)
{
    unsigned char uuid[VC_UUID_LEN];
    size_t have = 0;

    while (have < sizeof(uuid)) {
        ssize_t n = getrandom(uuid + have, sizeof(uuid) - have, 0);

        if (n < 0 && errno != EINTR)
            return vc_error_errno(err, errno, "can't make a uuid");
        if (n > 0)
            have += (size_t)n;
    }
    uuid[6] = (unsigned char)((uuid[6] & 0x0f) | 0x40);
    uuid[8] = (unsigned char)((uuid[8] & 0x3f) | 0x80);
    memcpy(ret_uuid, uuid, sizeof(uuid));
    return 0;
}

/* Behind <name>. */
static int uuid_write(const struct xml_reading *reading,
                      const unsigned char uuid[VC_UUID_LEN],
                      char **ret_document, size_t *ret_len,
                      struct vc_error *err)
{
    char text[VC_UUID_TEXT_LEN + 1];
    XML_SPLICE_AUTO splice = {0};
    VC_BUF_AUTO buf = {0};

    vc_uuid_format(uuid, text);
    xml_layout_lead(reading->doc, &reading->name_at, &buf);
    vc_buf_addf(&buf, "<uuid>%s</uuid>", text);
    xml_splice_insert_buf(&splice, reading->name_at.end, &buf);
    return xml_splice_apply(&splice, reading->doc, reading->len, ret_document,
                            ret_len, err);
}

/* What is read, without the document. */
static void domdef_take(struct xml_reading *reading, struct vc_domdef *ret)
{
    ret->name = VC_STEAL(reading->name);
    memcpy(ret->uuid, reading->uuid, sizeof(ret->uuid));
    vc_vcpudef_move(&ret->vcpu, &reading->def);
}

/* Makes the uuid and puts it into *document, unless a <uuid> is there. */
static int import_add_uuid(struct xml_reading *reading, char **document,
                           size_t *len, struct vc_error *err)
{
    VC_AUTO_STR char *written = NULL;
    size_t written_len;

    if (strcmp(reading->name, XML_DOMAIN_ZERO) == 0)
        memset(reading->uuid, 0, sizeof(reading->uuid));
    else if (uuid_make(reading->uuid, err) < 0)
        return -1;
    if (xml_element_is_there(&reading->uuid_at))
        return 0;
    if (uuid_write(reading, reading->uuid, &written, &written_len, err) < 0 ||
        xml_limits_check_size(written_len, err) < 0)
        return -1;
    free(*document);
    *document = VC_STEAL(written);
    *len = written_len;
    return 0;
}

int vc_xml_import(const char *bytes, size_t len, struct vc_domdef *ret,
                  struct vc_error *err)
{
    VC_AUTO_STR char *document = NULL;
    VC_AUTO(xml_skeleton_ptr) skeleton = NULL;
    XML_READING_AUTO reading = {0};
    size_t document_len;
    bool made;

    if (xml_encoding_to_utf8(bytes, len, &document, &document_len, err) < 0)
        return -1;
    skeleton = xml_skeleton_new(document_len, err);
    if (!skeleton ||
        xml_reading_parse(document, document_len, skeleton, &reading, err) < 0)
        return -1;
    made = !reading.has_uuid;
    if (made && import_add_uuid(&reading, &document, &document_len, err) < 0)
        return -1;
    memset(ret, 0, sizeof(*ret));
    domdef_take(&reading, ret);
    ret->uuid_made = made;
    ret->uuid_unwritten = made && xml_element_is_there(&reading.uuid_at);
    ret->document = VC_STEAL(document);
    ret->document_len = document_len;
    return 0;
}

int vc_xml_read(const char *document, size_t len, struct vc_domdef *ret,
                struct vc_error *err)
{
    XML_READING_AUTO reading = {0};
    VC_AUTO_STR char *copy = NULL;

    if (xml_reading_parse(document, len, NULL, &reading, err) < 0)
        return -1;
    if (!reading.has_uuid && !xml_element_is_there(&reading.uuid_at))
        return vc_error_set(err, VC_ERR_INTERNAL,
                            "the stored document of domain '%s' has no uuid",
                            reading.name);
    copy = malloc(len + 1);
    if (!copy)
        return vc_error_nomem(err);
    memcpy(copy, document, len);
    copy[len] = '\0';
    memset(ret, 0, sizeof(*ret));
    domdef_take(&reading, ret);
    ret->uuid_unwritten = !reading.has_uuid;
    ret->document = VC_STEAL(copy);
    ret->document_len = len;
    return 0;
}
