/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A CPU set that is read is written, read again and the same; and sets agree
 * with their maps. */
#include <string.h>

#include "fuzz.h"
#include "model/cpuset.h"

static void through_a_map(const struct vc_cpuset *set)
{
    unsigned char map[VC_CPU_LIMIT / 8];
    VC_CPUSET_AUTO again = {0};
    struct vc_error err = {0};

    vc_cpuset_to_map(set, map, sizeof(map));
    FUZZ_REQUIRE(vc_cpuset_from_map(map, sizeof(map), &again, &err) == 0);
    FUZZ_REQUIRE(vc_cpuset_equal(set, &again));
}

static void minus_and_plus(const struct vc_cpuset *set)
{
    unsigned middle = (unsigned)vc_cpuset_next(set, 0);
    VC_CPUSET_AUTO low = {0};
    VC_CPUSET_AUTO high = {0};
    VC_CPUSET_AUTO all = {0};
    struct vc_error err = {0};

    FUZZ_REQUIRE(vc_cpuset_add(&low, 0, middle, &err) == 0);
    FUZZ_REQUIRE(vc_cpuset_subtract(&high, set, &low, &err) == 0);
    FUZZ_REQUIRE(vc_cpuset_intersect(&low, set, &low, &err) == 0);
    FUZZ_REQUIRE(vc_cpuset_union(&all, &low, &high, &err) == 0);
    FUZZ_REQUIRE(vc_cpuset_equal(set, &all));
    FUZZ_REQUIRE(vc_cpuset_count(&low) + vc_cpuset_count(&high) ==
                 vc_cpuset_count(set));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    VC_CPUSET_AUTO set = {0};
    VC_CPUSET_AUTO again = {0};
    VC_BUF_AUTO text = {0};
    struct vc_error err = {0};

    if (vc_cpuset_parse((const char *)data, size, &set, &err) < 0) {
        FUZZ_REQUIRE_ERROR(&err);
        FUZZ_REQUIRE(vc_cpuset_is_empty(&set));
        return 0;
    }
    FUZZ_REQUIRE(!vc_cpuset_is_empty(&set));
    FUZZ_REQUIRE(vc_cpuset_last(&set) < (int)VC_CPU_LIMIT);
    vc_cpuset_format(&set, &text);
    FUZZ_REQUIRE(!text.failed);
    FUZZ_REQUIRE(vc_cpuset_parse(vc_buf_str(&text), text.len, &again, &err) ==
                 0);
    FUZZ_REQUIRE(vc_cpuset_equal(&set, &again));
    through_a_map(&set);
    minus_and_plus(&set);
    return 0;
}
