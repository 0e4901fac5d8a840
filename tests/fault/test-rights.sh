#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What a process with borrowed rights must not do: believe its caller's
# environment, hand its files to a program that it runs, make files whose mode
# is the umask's. The rights of the store's files are in
# tests/store/test_store_trust.c.
set -u

: "${abs_top_builddir:?is exported by make check}"
: "${abs_top_srcdir:?is exported by make check}"
rights=$abs_top_builddir/tests/fault/rights
vcpuconf=$abs_top_builddir/vcpuconf
export LC_ALL=C
unset VCPUCONF_URI VCPUCONF_STORE VCPUCONF_DEBUG

# Where a set-gid program works: a user other than root must reach it.
work=$(mktemp -d "${TMPDIR:-/tmp}/vc-rights-XXXXXX") || exit 99
trap 'rm -rf -- "$work"' EXIT
failures=0

fail()
{
    failures=$((failures + 1))
    printf 'FAIL: %s\n' "$*"
    sed 's/^/    /' "$work/out" "$work/err" 2>/dev/null
}

wants()
{
    grep -qxF -e "$1" "$work/out" || fail "no line '$1'"
}

# ---- umask: files 0600, directories 0700 ----
schema=${VCPUCONF_SCHEMA-$abs_top_srcdir/schema/domain.rng}
mkdir "$work/modes"
for mask in 0 022 0777; do
    dir=$work/modes/$mask
    mkdir "$dir"
    cat >"$dir/vm.xml" <<'END'
<domain type='test'><name>vm</name><memory>1</memory><vcpu>2</vcpu><os><type>hvm</type></os></domain>
END
    (
        umask "$mask"
        uri="test://$dir/host.db?store=$dir/made/store.db"
        for command in "define $dir/vm.xml" "start vm" "vcpupin vm 0 1" \
            "export vm $dir/out.xml" "export --all --dir $dir/all" "backup $dir/copy.db" \
            "map --svg $dir/map.svg"; do
            # shellcheck disable=SC2086
            VCPUCONF_SCHEMA=$schema "$vcpuconf" -q -c "$uri" $command || echo "refused: $command"
        done
    ) >"$work/out" 2>"$work/err" </dev/null
    [ ! -s "$work/out" ] || fail "with umask $mask"
    [ -f "$dir/made/store.db.lock" ] || fail "no lock was made"
    wrong=$(find "$dir" -mindepth 1 ! -name vm.xml \( -type d ! -perm 0700 -o -type f ! -perm 0600 \) \
        -printf '%m %P\n')
    [ -z "$wrong" ] || fail "with umask $mask: $wrong"
done

# ---- a program that is run gets no descriptor ----
mkdir "$work/fds"
VCPUCONF_SCHEMA=$schema "$rights" descriptors "$work/fds" >"$work/out" 2>"$work/err" || fail "descriptors"
wants "most at a time: enough"
[ "$(wc -l <"$work/out")" -eq 1 ] || fail "complained"

# ---- VCPUCONF_* of a set-gid program's caller ----
evil=$work/evil
mkdir -m 777 "$evil"
hostile=("VCPUCONF_URI=test:///default" "VCPUCONF_STORE=$evil/env.db" VCPUCONF_DEBUG=all
    "VCPUCONF_SCHEMA=$evil/schema.rng" "XENSTORED_PATH=$evil/xenstored")
chmod 755 "$work"
mkdir "$work/own"
cp "$rights" "$work/rights"
as=()
gid=$(id -g)
if [ "$(id -u)" -eq 0 ]; then
    chgrp 1 "$work/rights"
    chown 65534:65534 "$work/own"
    command -v setpriv >/dev/null &&
        as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    [ "${#as[@]}" -gt 0 ] || why="setpriv (Debian package: util-linux) is missing"
else
    for group in $(id -G); do
        [ "$group" -ne "$gid" ] || continue
        chgrp "$group" "$work/rights" && as=(env) && break
    done
    why="this user is in one group only, and can't make a program set-gid"
fi

if [ -n "${SANITIZE_CFLAGS-}" ]; then
    as=()
    why="a sanitizer does not work in one"
fi

# First as anybody's program, to see that each variable does something.
chmod 755 "$evil"
env "${hostile[@]}" "$rights" environment "$work/fds" >"$work/out" 2>"$work/err"
wants "secure: 0"
wants "uri: test:///default"
wants "store: $evil/env.db"
grep -q "^schema: .*$evil/schema.rng" "$work/out" || fail "not the schema of the environment"
grep -q "^vcpuconf: store: " "$work/err" || fail "no debug lines"

if [ "${#as[@]}" -gt 0 ]; then
    rm -f "$evil"/env.db*
    chmod 2755 "$work/rights"
    "${as[@]}" env "${hostile[@]}" "$work/rights" environment "$work/own" >"$work/out" 2>"$work/err"
    if ! grep -qx "secure: 1" "$work/out"; then
        why="the file system of $work takes no set-gid programs (nosuid)"
        as=()
    fi
fi
if [ "${#as[@]}" -gt 0 ]; then
    grep -qF "uri: test:///default" "$work/out" && fail "believed VCPUCONF_URI"
    grep -qF "$evil" "$work/out" && fail "believed VCPUCONF_STORE or _SCHEMA"
    grep -q "^store: " "$work/out" || fail "no word on the store"
    [ -z "$(ls -A "$evil")" ] || fail "made something where the environment said"
    ! grep -q '^vcpuconf: ' "$work/err" || fail "believed VCPUCONF_DEBUG"
fi

[ "$failures" -eq 0 ] || { echo "$failures failures"; exit 1; }
if [ "${#as[@]}" -eq 0 ]; then
    echo "not run: the environment of a set-gid program: $why"
    exit 77
fi
