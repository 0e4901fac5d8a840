/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stored summary, and stored pins, that are read are written and read back
 * the same. */
#include <string.h>

#include "fuzz.h"
#include "model/vcpudef.h"

static void pins(const char *text, size_t len)
{
    VC_VCPUDEF_AUTO def = {.maximum = VC_VCPU_LIMIT};
    VC_VCPUDEF_AUTO again = {.maximum = VC_VCPU_LIMIT};
    VC_BUF_AUTO buf = {0};
    struct vc_error err = {0};

    if (vc_vcpudef_decode_pins(text, len, &def, &err) < 0) {
        FUZZ_REQUIRE(err.code == VC_ERR_INTERNAL);
        return;
    }
    vc_vcpudef_encode_pins(&def, &buf);
    FUZZ_REQUIRE(!buf.failed);
    if (!buf.len)
        return;
    FUZZ_REQUIRE(
        vc_vcpudef_decode_pins(vc_buf_str(&buf), buf.len, &again, &err) == 0);
    FUZZ_REQUIRE(vc_vcpudef_equal(&def, &again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    VC_VCPUDEF_AUTO def = {0};
    VC_VCPUDEF_AUTO again = {0};
    VC_BUF_AUTO buf = {0};
    struct vc_error err = {0};

    pins((const char *)data, size);
    if (vc_vcpudef_decode((const char *)data, size, &def, &err) < 0) {
        FUZZ_REQUIRE(err.code == VC_ERR_INTERNAL);
        return 0;
    }
    FUZZ_REQUIRE(vc_vcpudef_check(&def, &err) == 0);
    vc_vcpudef_encode(&def, &buf);
    FUZZ_REQUIRE(!buf.failed);
    FUZZ_REQUIRE(vc_vcpudef_decode(vc_buf_str(&buf), buf.len, &again, &err) ==
                 0);
    FUZZ_REQUIRE(vc_vcpudef_equal(&def, &again));
    return 0;
}
