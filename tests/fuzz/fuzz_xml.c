/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A document that is taken: its bytes are a fixpoint of define and export; an
 * edit makes it say what was wanted, it is still acceptable then, and a second
 * edit changes nothing.
 */
#include <string.h>

#include "fuzz.h"
#include "xml/xml.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    vc_xml_set_schema_path(getenv("VCPUCONF_SCHEMA"));
    return 0;
}

static void same(const struct vc_domdef *a, const struct vc_domdef *b)
{
    FUZZ_REQUIRE(strcmp(a->name, b->name) == 0);
    FUZZ_REQUIRE(vc_vcpudef_equal(&a->vcpu, &b->vcpu));
    FUZZ_REQUIRE(a->document_len == b->document_len);
    FUZZ_REQUIRE(memcmp(a->document, b->document, a->document_len) == 0);
}

/* Some other definition, made from the hash of the input. */
static void another(const struct vc_vcpudef *from, uint32_t hash,
                    struct vc_vcpudef *ret)
{
    VC_CPUSET_AUTO cpus = {0};
    struct vc_error err = {0};
    unsigned first = hash >> 8 & 63;
    unsigned vcpu = hash >> 4 & 15;

    FUZZ_REQUIRE(vc_vcpudef_copy(ret, from, &err) == 0);
    FUZZ_REQUIRE(vc_cpuset_add(&cpus, first, first + (hash & 7), &err) == 0);
    if (hash & 0x10000)
        vc_vcpudef_drop_pin(ret, vcpu);
    else if (vcpu < ret->maximum)
        FUZZ_REQUIRE(vc_vcpudef_set_pin(ret, vcpu, &cpus, &err) == 0);
    if ((hash & 0x20000) && ret->maximum < VC_VCPU_LIMIT) {
        FUZZ_REQUIRE(vc_cpuset_add(&ret->hotpluggable, ret->maximum,
                                   ret->maximum, &err) == 0);
        ret->maximum++;
    }
    vcpu = (unsigned)vc_cpuset_last(&ret->online);
    if ((hash & 0x40000) && vc_cpuset_count(&ret->online) > 1) {
        FUZZ_REQUIRE(vc_cpuset_remove(&ret->online, vcpu, vcpu, &err) == 0);
        FUZZ_REQUIRE(vc_cpuset_add(&ret->hotpluggable, vcpu, vcpu, &err) == 0);
    }
}

static void edited(const struct vc_domdef *def, uint32_t hash)
{
    VC_VCPUDEF_AUTO want = {0};
    VC_DOMDEF_AUTO read_back = {0};
    VC_DOMDEF_AUTO imported = {0};
    VC_AUTO_STR char *once = NULL;
    VC_AUTO_STR char *twice = NULL;
    struct vc_error err = {0};
    size_t once_len;
    size_t twice_len;

    another(&def->vcpu, hash, &want);
    if (vc_xml_edit(def->document, def->document_len, &want, &once, &once_len,
                    &err) < 0) {
        /* it may have become too big, and nothing else */
        FUZZ_REQUIRE(err.code == VC_ERR_XML_ERROR);
        FUZZ_REQUIRE(def->document_len > VC_XML_SIZE_MAX - 65536);
        return;
    }
    FUZZ_REQUIRE(vc_xml_read(once, once_len, &read_back, &err) == 0);
    FUZZ_REQUIRE(vc_vcpudef_equal(&read_back.vcpu, &want));
    FUZZ_REQUIRE(vc_xml_import(once, once_len, &imported, &err) == 0);
    same(&read_back, &imported);
    FUZZ_REQUIRE(vc_xml_edit(once, once_len, &want, &twice, &twice_len, &err) ==
                 0);
    FUZZ_REQUIRE(once_len == twice_len && memcmp(once, twice, once_len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    VC_DOMDEF_AUTO def = {0};
    VC_DOMDEF_AUTO again = {0};
    VC_DOMDEF_AUTO stored = {0};
    struct vc_error err = {0};
    uint32_t hash = 2166136261u;
    size_t i;

    if (vc_xml_import((const char *)data, size, &def, &err) < 0) {
        FUZZ_REQUIRE_ERROR(&err);
        FUZZ_REQUIRE(!def.document && !def.name);
        return 0;
    }
    FUZZ_REQUIRE(vc_vcpudef_check(&def.vcpu, &err) == 0);
    FUZZ_REQUIRE(vc_xml_import(def.document, def.document_len, &again, &err) ==
                 0);
    same(&def, &again);
    FUZZ_REQUIRE(vc_xml_read(def.document, def.document_len, &stored, &err) ==
                 0);
    same(&def, &stored);
    for (i = 0; i < size; i++)
        hash = (hash ^ data[i]) * 16777619u;
    edited(&def, hash);
    return 0;
}
