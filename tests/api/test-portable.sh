#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The same source against either library, and both libraries in one process.
# shellcheck disable=SC2154 # abs_top_*: make sets them
set -eu
b=$abs_top_builddir
dir=$(mktemp -d "${TMPDIR:-/tmp}/vcpuconf-test.XXXXXX")
trap 'rm -rf "$dir"' EXIT

echo "--- against vcpuconf"
uri="test://$dir/host?store=$dir/store.db"
cat >"$dir/test.xml" <<'END'
<domain type='test'>
  <name>test</name>
  <vcpu>2</vcpu>
</domain>
END
"$b/vcpuconf" -q -c "$uri" define "$dir/test.xml"
"$b/vcpuconf" -q -c "$uri" start test
"$b/tests/api/portable_vcpuconf" "$uri" test

if [ ! -x "$b/tests/api/portable_libvirt" ]; then
    echo "SKIP: libvirt's header was not found (Debian package: libvirt-dev)"
    exit 77
fi
# What libvirt itself leaves allocated is not looked at.
echo "--- against libvirt"
ASAN_OPTIONS=detect_leaks=0 "$b/tests/api/portable_libvirt" test:///default test

for order in vcpuconf-first libvirt-first; do
    echo "--- both in one process, $order"
    ASAN_OPTIONS=detect_leaks=0 "$b/tests/api/two_libraries" "$b/tests/api/.libs/plugin_vcpuconf.so" \
        "$dir/two.db" "$b/tests/api/.libs/plugin_libvirt.so" "$order"
done
