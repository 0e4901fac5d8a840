#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
#   ./autogen.sh                         makes configure (autoreconf), installs nothing
#   ./autogen.sh demo  [-- FLAG ...]     installs what is missing, builds, shows the program
#   ./autogen.sh check [-- FLAG ...]     installs what is missing, builds, runs the tests
#
# FLAG ...: for configure; so is CONFIGURE_FLAGS. BUILDDIR names the build
# directory (default: build), which is used again if it is configured.
set -eu -o pipefail

here=$(cd "$(dirname "$0")" && pwd)

# Debian package | why | how it is seen. "cmd": commands in PATH; "mod": a
# pkg-config module, with the version that configure asks for; "sys": a header
# that the compiler finds without flags; "fuz": clang links libFuzzer.
build_packages='
build-essential | C compiler and make           | cmd gcc make
build-essential | headers of the C library      | sys stdio.h
autoconf        | makes configure               | cmd autoconf autoreconf
automake        | makes Makefile.in             | cmd automake aclocal
libtool         | builds the shared library     | cmd libtoolize
pkg-config      | finds libraries               | cmd pkg-config
libxml2-dev     | reads domain XML              | mod libxml-2.0 >= 2.9
libsqlite3-dev  | keeps the store               | mod sqlite3 >= 3.37
libjson-c-dev   | writes JSON                   | mod json-c >= 0.15
libuv1-dev      | the command watch             | mod libuv >= 1.38
'
check_packages='
check           | runs the unit tests           | mod check >= 0.15
libxml2-utils   | xmllint, used by test scripts | cmd xmllint
g++             | the header is tested as C++   | cmd g++
'
# The tests that need these are skipped without them.
optional_packages='
libvirt-dev     | one source built with both    | mod libvirt
qemu-system-x86 | real machines (check-qemu)    | cmd qemu-system-x86_64
libxen-dev      | the driver of Xen             | mod xencontrol
cpio            | real Xen (check-xen)          | cmd cpio
xz-utils        | real Xen (check-xen)          | cmd xz
libsystemd-dev  | watch tells systemd of itself | mod libsystemd
systemd         | units are verified            | cmd systemd-analyze
strace          | failing system calls          | cmd strace
cppcheck        | make analyze                  | cmd cppcheck
shellcheck      | make analyze                  | cmd shellcheck
clang           | make fuzz                     | cmd clang
libclang-rt-14-dev | make fuzz                  | fuz
'

die()
{
    echo "autogen.sh: $*" >&2
    exit 1
}

usage()
{
    sed -n '4,9s/^# \{0,1\}//p' "$here/autogen.sh"
}

has_commands()
{
    local name
    for name in "$@"; do
        command -v "$name" >/dev/null 2>&1 || return 1
    done
}

# is_there KIND WHAT ...
is_there()
{
    local kind=$1
    shift
    case $kind in
    cmd) has_commands "$@" ;;
    mod) has_commands pkg-config && pkg-config --exists "$*" ;;
    sys) echo "#include <$1>" | gcc -E - >/dev/null 2>&1 ;;
    fuz) echo 'int LLVMFuzzerTestOneInput(const char *d, long n) { return !d && n; }' |
        clang -fsanitize=fuzzer -x c - -o /dev/null 2>/dev/null ;;
    *) die "unknown kind '$kind' in the table of packages" ;;
    esac
}

# Prints "package | why" for each row of a table that is not there.
missing_of()
{
    local package why how
    while IFS='|' read -r package why how; do
        [ -n "${package// /}" ] || continue
        # shellcheck disable=SC2086 # the third field is a list of words
        is_there $how || echo "$package|$why"
    done <<<"$1"
}

as_root()
{
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

apt_install()
{
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "$@" </dev/null
}

apt_lists_updated=no

apt_update_once()
{
    [ $apt_lists_updated = no ] || return 0
    apt_lists_updated=yes
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update </dev/null ||
        echo "autogen.sh: apt-get update failed; trying with the lists that are there" >&2
}

# install_missing required|optional TABLE
install_missing()
{
    local need=$1 table=$2 rows packages
    rows=$(missing_of "$table")
    [ -n "$rows" ] || return 0

    echo "Missing ($need):"
    sed 's/|/  /; s/^/    /; s/ *$//' <<<"$rows"
    read -r -a packages <<<"$(cut -d'|' -f1 <<<"$rows" | sort -u | tr -s ' \n' ' ')"

    if ! has_commands apt-get; then
        [ "$need" = optional ] && return 0
        die "no apt-get here: install the above by your system's own means, then start again"
    fi
    if [ "$(id -u)" -ne 0 ] && ! has_commands sudo; then
        [ "$need" = optional ] && return 0
        die "neither root nor sudo; as root: apt-get install --no-install-recommends ${packages[*]}"
    fi
    echo "Installing: ${packages[*]}"
    apt_update_once
    if ! apt_install "${packages[@]}"; then
        [ "$need" = required ] && die "could not install: ${packages[*]}"
        echo "autogen.sh: going on without: ${packages[*]}" >&2
        return 0
    fi
    rows=$(missing_of "$table")
    [ -z "$rows" ] || [ "$need" = optional ] ||
        die "installed, but still missing or too old: $(tr -s ' \n' ' ' <<<"$rows")"
}

make_configure()
{
    has_commands autoreconf automake libtoolize pkg-config ||
        die "autoconf, automake, libtool and pkg-config are needed (or: ./autogen.sh demo)"
    (cd "$here" && autoreconf "$@")
}

# Leaves a built tree in $build. Arguments: flags for configure.
configure_and_make()
{
    local key_file=$build/.configured-for key

    # Configured with other flags, or before a package came: once more.
    key="flags: $*
$(missing_of "$build_packages$check_packages$optional_packages")"
    # Without --force only what is out of date is made again.
    make_configure -i
    mkdir -p "$build"
    if [ ! -e "$build/config.status" ] || [ ! -e "$build/Makefile" ] ||
        [ "$(cat "$key_file" 2>/dev/null)" != "$key" ]; then
        (cd "$build" && "$here/configure" "$@")
        echo "$key" >"$key_file"
    fi
    make -C "$build" -j"$(nproc)"
}

main()
{
    local action=${1-} flags

    case $action in
    '')
        make_configure -fi
        echo "Next: ./configure && make, or ./autogen.sh check"
        return
        ;;
    demo | check)
        shift
        if [ $# -gt 0 ]; then
            [ "$1" = -- ] || { usage >&2; exit 2; }
            shift
        fi
        ;;
    -h | --help)
        usage
        return
        ;;
    *)
        usage >&2
        exit 2
        ;;
    esac

    build=${BUILDDIR:-build}
    case $build in
    /*) ;;
    *) build=$here/$build ;;
    esac
    read -r -a flags <<<"${CONFIGURE_FLAGS-}"

    install_missing required "$build_packages"
    if [ "$action" = check ]; then
        install_missing required "$check_packages"
        install_missing optional "$optional_packages"
    fi
    configure_and_make "${flags[@]}" "$@"
    if [ "$action" = check ]; then
        make -C "$build" -j"$(nproc)" check
    else
        "$build/run" bash "$here/data/demo.sh"
    fi
}

main "$@"
