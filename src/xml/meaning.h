/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From the text of the understood elements to the model.  The functions are
 * called in document order while the parser runs, xml_meaning_finish at the
 * end; the caller adds the line to an error unless the function did.
 */
#ifndef VC_XML_MEANING_H
#define VC_XML_MEANING_H

#include "xml/reading.h"

/* The one domain whose uuid is all zeros. */
#define XML_DOMAIN_ZERO "Domain-0"

/* The value of an attribute; text is NULL when the element hasn't got it. */
struct xml_value {
    const char *text;
    size_t len;
};

int xml_meaning_name(struct xml_reading *reading, const char *text, size_t len,
                     struct vc_error *err) VC_NODISCARD;
int xml_meaning_uuid(struct xml_reading *reading, const char *text, size_t len,
                     struct vc_error *err) VC_NODISCARD;
int xml_meaning_vcpu(struct xml_reading *reading, const char *text, size_t len,
                     struct vc_error *err) VC_NODISCARD;
int xml_meaning_vcpu_attrs(struct xml_reading *reading,
                           struct xml_value placement, struct xml_value cpuset,
                           struct xml_value current, struct vc_error *err)
    VC_NODISCARD;
/* A row of <vcpus> whose positions stand in *at so far. */
int xml_meaning_row(struct xml_reading *reading, const struct xml_element *at,
                    const struct xml_value attrs[4], struct vc_error *err)
    VC_NODISCARD;
int xml_meaning_pin(struct xml_reading *reading, const struct xml_element *at,
                    struct xml_value vcpu, struct xml_value cpuset,
                    struct vc_error *err) VC_NODISCARD;
/* All was read: makes reading->def and checks it. */
int xml_meaning_finish(struct xml_reading *reading, struct vc_error *err)
    VC_NODISCARD;

#endif
