/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * src/xml: domain XML in, domain XML out.  The only room that sees libxml2.
 * May know src/model and src/util.  Never re-serialises a tree: it finds
 * positions and edits the original bytes; everything outside the edited
 * elements stays byte for byte.  Never reads another file (the schema apart)
 * nor the network, never prints, never changes libxml2's global handlers for
 * the rest of the process.
 *
 * Codes: XML_ERROR (not well-formed, a limit, or a meaning the model refuses),
 * XML_INVALID_SCHEMA (shape), NO_MEMORY, INTERNAL (schema can't be loaded:
 * names its path).  Where the place is known, err->number is the line and the
 * message starts "at line N: ".
 */
#ifndef VC_XML_XML_H
#define VC_XML_XML_H

#include "model/vcpudef.h"

#define VC_XML_SIZE_MAX (4u * 1024 * 1024)
#define VC_XML_ATTRS_MAX 256u
#define VC_XML_DEPTH_MAX 256u

/* A definition as understood, and its bytes. */
struct vc_domdef {
    char *name;
    unsigned char uuid[VC_UUID_LEN];
    bool uuid_made;      /* the document names none: one was made */
    bool uuid_unwritten; /* ... and not written: a <uuid> that holds none (all
                            zeros, a template's placeholder) stays as it is */
    struct vc_vcpudef vcpu;
    char *document; /* UTF-8, NUL behind it for convenience */
    size_t document_len;
};

#define VC_DOMDEF_AUTO __attribute__((cleanup(vc_domdef_clear))) struct vc_domdef
void vc_domdef_clear(struct vc_domdef *def);

/* Bytes from outside: limits, well-formedness, schema and meaning are all
 * checked; another encoding is turned into UTF-8 (declaration included); a
 * missing uuid is made and written behind <name>.  "Domain-0" without a uuid
 * gets all zeros.  A <uuid> that stands for none (all zeros of another name,
 * nothing, or a placeholder such as UUID or {vm_uuid}) is left as it is, and
 * the uuid that is made is the caller's to keep; any other text that is no
 * uuid is refused. */
int vc_xml_import(const char *bytes, size_t len, struct vc_domdef *ret,
                  struct vc_error *err) VC_NODISCARD;

/* Bytes from the store: the same without the schema; never changes them.  With
 * uuid_unwritten the uuid is zeros: the store's key is the domain's. */
int vc_xml_read(const char *document, size_t len, struct vc_domdef *ret,
                struct vc_error *err) VC_NODISCARD;

/* The document edited so that it says what `want` says.  Parts that already
 * say so are not touched.  The result is read again and compared with `want`
 * (INTERNAL if it differs).  Returns owned bytes, NUL behind them. */
int vc_xml_edit(const char *document, size_t len, const struct vc_vcpudef *want,
                char **ret_document, size_t *ret_len,
                struct vc_error *err) VC_NODISCARD;

/* A minimal document for a domain that has none.  Returns owned. */
int vc_xml_minimal(const char *name, const unsigned char uuid[VC_UUID_LEN],
                   const struct vc_vcpudef *def, char **ret_document,
                   size_t *ret_len, struct vc_error *err) VC_NODISCARD;

/* Appends what reads the documents and its version as it runs, "libxml2
 * 2.9.14". */
void vc_xml_library_version(struct vc_buf *buf);

/* Where the schema is; NULL: VCPUCONF_SCHEMA (ignored in set-uid processes),
 * else the installed one.  For tests; before the first import. */
void vc_xml_set_schema_path(const char *path);

#endif
