#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every public header compiles alone, as C99, C11 and C++, without a warning;
# and numbers and layouts are libvirt's where libvirt's header is there.
# shellcheck disable=SC2154 # abs_top_*: make sets them
set -eu
dir=$(mktemp -d "${TMPDIR:-/tmp}/vcpuconf-test.XXXXXX")
trap 'rm -rf "$dir"' EXIT
inc=$abs_top_srcdir/include
n=0
for header in "$inc"/vcpuconf/*.h; do
    name=vcpuconf/${header##*/}
    for std in c99 c11; do
        printf '#include <%s>\n#include <%s>\nint unused;\n' "$name" "$name" >"$dir/t.c"
        # shellcheck disable=SC2086
        $CC -std=$std -pedantic-errors -Wall -Wextra -Werror -I"$inc" -fsyntax-only "$dir/t.c"
        n=$((n + 1))
    done
    if [ -n "${CXX:-}" ] && command -v "${CXX%% *}" >/dev/null; then
        printf '#include <%s>\nint unused;\n' "$name" >"$dir/t.cc"
        # shellcheck disable=SC2086
        $CXX -pedantic-errors -Wall -Wextra -Werror -I"$inc" -fsyntax-only "$dir/t.cc"
        n=$((n + 1))
    fi
done
echo "$n compilations"

# Names that both libraries have must have the same values.
cat >"$dir/short.c" <<'END'
#define VCPUCONF_SHORT_MACROS
#include <vcpuconf/vcpuconf.h>
int main(void)
{
    unsigned char maps[4] = {0, 0, 0, 0}, one[2] = {0, 0};
    USE_CPU(one, 9);
    UNUSE_CPU(one, 9);
    USE_CPU(maps, 17);
    COPY_CPUMAP(maps, 2, 1, one);
    return CPU_USABLE(maps, 2, 1, 1) && one[0] == 2 ? 0 : 1;
}
END
# shellcheck disable=SC2086
$CC ${SANITIZE_CFLAGS:-} -std=c99 -I"$inc" "$dir/short.c" -o "$dir/short"
"$dir/short"

libvirt=$(pkg-config --variable=includedir libvirt 2>/dev/null || true)
if [ -z "$libvirt" ] || [ ! -e "$libvirt/libvirt/libvirt.h" ]; then
    echo "libvirt's header is not here: values not compared (Debian package: libvirt-dev)"
    exit 0
fi
values() { # header lines, file of names -> "NAME value" lines
    {
        printf '%s\n' "$1" '#include <stdio.h>' '#include <stddef.h>' 'int main(void) {'
        sed 's/.*/printf("& %lld\\n", (long long)(&));/' "$2"
        for field in code domain message level conn dom str1 str2 str3 int1 int2 net; do
            echo "printf(\"virError.$field %zu\\n\", offsetof(struct _virError, $field));"
        done
        for field in number state cpuTime cpu; do
            echo "printf(\"virVcpuInfo.$field %zu\\n\", offsetof(virVcpuInfo, $field));"
        done
        for field in model memory cpus mhz nodes sockets cores threads; do
            echo "printf(\"virNodeInfo.$field %zu\\n\", offsetof(virNodeInfo, $field));"
        done
        echo 'printf("%zu %zu %zu\n", sizeof(virError), sizeof(virVcpuInfo), sizeof(virNodeInfo));'
        echo 'return 0; }'
    } >"$dir/v.c"
    # shellcheck disable=SC2086
    $CC -I"$inc" -I"$libvirt" -Wno-deprecated-declarations "$dir/v.c" -o "$dir/v"
    "$dir/v"
}
grep -ohE '^ +VIR_[A-Z0-9_]+ = ' "$inc"/vcpuconf/*.h | tr -d ' =' |
    grep -v '^VIR_DOMAIN_VCPU_MAP_' | sort -u >"$dir/names"
values '#include <vcpuconf/vcpuconf.h>' "$dir/names" >"$dir/ours"
values '#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>' "$dir/names" >"$dir/theirs"
diff "$dir/theirs" "$dir/ours"
echo "$(wc -l <"$dir/names") constants and three layouts are libvirt's"

# Prototypes: both headers declare each function the same way.
nm -D --defined-only "$abs_top_builddir/.libs/libvcpuconf.so" |
    sed -n 's/.* T \(vir[A-Za-z]*\)@.*/\1/p' | sort >"$dir/functions"
{
    echo '#include <libvirt/libvirt.h>'
    echo '#include <libvirt/virterror.h>'
    while read -r f; do
        grep -qw "$f" "$libvirt"/libvirt/*.h || continue
        echo "extern __typeof__($f) *libvirt_$f;"
        echo "$f" >>"$dir/common"
    done <"$dir/functions"
} >"$dir/p1.c"
# shellcheck disable=SC2086
proto() { $CC -I"$inc" -I"$libvirt" -Wno-deprecated-declarations -E "$1" | tr -s ' \n' ' ' | sed 's/__attribute__ *(([^)]*))//g'; }
printf '#include <vcpuconf/vcpuconf.h>\n' >"$dir/o.c"
printf '#include <libvirt/libvirt.h>\n#include <libvirt/virterror.h>\n' >"$dir/l.c"
proto "$dir/o.c" >"$dir/o.i"
proto "$dir/l.c" >"$dir/l.i"
signature() { # file function: the types alone, parameter names and spaces off
    # shellcheck disable=SC2020
    grep -oE "[A-Za-z_][A-Za-z_0-9 ]*[ *]+$2 *\([^;]*\) *;" "$1" | head -n 1 |
        sed -E "s/^ *(extern )? *//; s/\b$2\b//; s/,/ , /g; s/\)/ ) /g; s/\*/ * /g; s/\(/ ( /g" |
        sed -E 's/([A-Za-z0-9_]+ +\**) *[A-Za-z_]+ *( [,)])/\1\2/g' | tr -d ' '
}
bad=0
while read -r f; do
    ours=$(signature "$dir/o.i" "$f")
    theirs=$(signature "$dir/l.i" "$f")
    [ "$ours" = "$theirs" ] && [ -n "$ours" ] || {
        echo "$f: ours '$ours', libvirt's '$theirs'"
        bad=1
    }
done <"$dir/common"
echo "$(wc -l <"$dir/common") prototypes compared"
exit $bad
