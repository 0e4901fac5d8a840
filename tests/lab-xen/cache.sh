# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# The parts of the lab that come from Debian packages: fetched by name,
# unpacked without being installed, kept in a cache by their versions.
# lab_prepare leaves the directory to use in $cache:
#
#   xen            the hypervisor, as QEMU loads it
#   vmlinux-dom0   dom0's kernel, unpacked: that saves seconds of each boot
#   vmlinuz-guest  the guests' kernel
#   root/          what dom0 needs of Xen: programs, libraries, modules
#   busybox        static
#   complete       the names and versions of the packages

lab_xen=4.17
lab_arch_dir=usr/lib/x86_64-linux-gnu
lab_programs='xl xenstored xen-init-dom0 xenconsoled xen-hptool'
lab_store_programs='xenstore-exists xenstore-list xenstore-ls xenstore-read
    xenstore-rm xenstore-write'
lab_modules='xen-evtchn xen-gntdev xen-gntalloc xen-privcmd xenfs/xenfs'

# Prints PACKAGE=VERSION for all that is fetched, one in a line.  The kernels
# are what today's linux-image-amd64 and -cloud-amd64 depend on.
lab_packages()
{
    local found names
    found=$(apt-cache depends --important --recurse linux-image-amd64 \
        linux-image-cloud-amd64 "xen-utils-$lab_xen" 2>/dev/null |
        grep -E '^(linux-image-[0-9]|lib(xen|yajl))' | sort -u)
    [ "$(grep -c '^linux-image-' <<<"$found")" -eq 2 ] || return 1
    names="$found xen-hypervisor-$lab_xen-amd64 xen-utils-$lab_xen
        xenstore-utils busybox-static"
    # Fails when there is none of a name.
    # shellcheck disable=SC2086 # a list of words
    apt-cache show --no-all-versions $names 2>/dev/null |
        awk '$1 == "Package:" { name = $2 } $1 == "Version:" { print name "=" $2 }'
}

# le_number FILE OFFSET BYTES
le_number()
{
    od -A n -t "u$3" -j "$2" -N "$3" --endian=little "$1" | tr -d ' '
}

# unpack_kernel BZIMAGE VMLINUX: the head of the image says where the packed
# kernel is; its last four bytes are a length.
unpack_kernel()
{
    local image=$1 sectors offset length magic unpack
    sectors=$(le_number "$image" 0x1f1 1)
    offset=$(((sectors + 1) * 512 + $(le_number "$image" 0x248 4)))
    length=$(($(le_number "$image" 0x24c 4) - 4))
    magic=$(od -A n -t x1 -j $offset -N 4 "$image" | tr -d ' ')
    case $magic in
    fd377a58) unpack=xz ;;
    28b52ffd) unpack=zstd ;;
    1f8b*) unpack=gzip ;;
    *) fail_setup "the kernel in $image is packed in an unknown way ($magic)" ;;
    esac
    command -v $unpack >/dev/null || skip_lab "no $unpack to unpack a kernel with"
    dd if="$image" bs=1M iflag=skip_bytes,count_bytes skip=$offset count=$length \
        status=none | $unpack -dc >"$2"
}

# copy_libraries UNPACKED TO PROGRAM ...: what they load, from UNPACKED where
# it is there.
copy_libraries()
{
    local unpacked=$1 to=$2 libraries
    shift 2
    libraries=$(LD_LIBRARY_PATH=$unpacked/$lab_arch_dir ldd "$@")
    if grep -m 1 'not found' <<<"$libraries" >&2; then
        fail_setup "a library of Xen's tools is missing"
    fi
    mkdir -p "$to"
    awk '$2 == "=>" && $3 ~ /^\// { print $3 }' <<<"$libraries" | sort -u |
        xargs -d '\n' cp -L -t "$to"
}

# fill_cache UNPACKED TO: only what the lab needs.
fill_cache()
{
    local unpacked=$1 to=$2 bin=$1/usr/lib/xen-$lab_xen/bin name kernel modules

    mkdir -p "$to/root/usr/bin" "$to/root/modules"
    gzip -dc "$unpacked/boot/xen-$lab_xen-amd64.gz" >"$to/xen"
    kernel=$(find "$unpacked/boot" -name 'vmlinuz-*' ! -name '*-cloud-*')
    unpack_kernel "$kernel" "$to/vmlinux-dom0"
    cp "$unpacked"/boot/vmlinuz-*-cloud-* "$to/vmlinuz-guest"
    cp "$unpacked/bin/busybox" "$to/busybox"

    for name in $lab_programs; do
        cp "$bin/$name" "$to/root/usr/bin/"
    done
    for name in $lab_store_programs; do
        cp -L "$unpacked/usr/bin/$name" "$to/root/usr/bin/"
    done
    copy_libraries "$unpacked" "$to/root/$lab_arch_dir" "$to"/root/usr/bin/*
    modules=$unpacked/lib/modules/${kernel##*/vmlinuz-}/kernel/drivers/xen
    for name in $lab_modules; do
        cp "$modules/$name.ko" "$to/root/modules/"
    done
}

# Prints the directory that was filled or used last.
newest_cache()
{
    find "$1" -mindepth 2 -maxdepth 2 -name complete -printf '%T@ %h\n' |
        sort -n | sed -n '$s/^[^ ]* //p'
}

# make_cache HOME PACKAGES: makes $cache, all of it or nothing.
make_cache()
{
    local home=$1 packages=$2 temp deb

    # Versions that were not used for long, and what killed runs have left.
    find "$home" -mindepth 1 -maxdepth 1 -type d -mtime +30 -exec rm -rf -- {} +
    temp=$(mktemp -d "$home/new-XXXXXX")
    add_cleanup "$temp"
    mkdir "$temp/debs" "$temp/unpacked" "$temp/filled"
    echo "lab: fetching $(wc -l <<<"$packages") packages into $home" >&2
    # Root's apt warns that its own user can't write there, and goes on.
    # shellcheck disable=SC2086 # a list of words
    if ! (cd "$temp/debs" && apt-get -q download $packages) >"$temp/log" 2>&1; then
        cache=$(newest_cache "$home")
        [ -n "$cache" ] || skip_lab "the packages are not to be had:" \
            "$(sed -n '/^E:/{p;q}' "$temp/log")"
        echo "lab: that failed; using ${cache##*/}, which was fetched before" >&2
        return
    fi
    for deb in "$temp"/debs/*.deb; do
        dpkg -x "$deb" "$temp/unpacked"
    done
    fill_cache "$temp/unpacked" "$temp/filled"
    echo "$packages" >"$temp/filled/complete"
    mv -T "$temp/filled" "$cache"
    rm -rf -- "$temp"
}

lab_prepare()
{
    local home packages lock
    # Without HOME, a tilde is the user's directory all the same.
    home=${XDG_CACHE_HOME:-${HOME:-$(unset HOME && echo ~)}/.cache}/vcpuconf-lab-xen
    home=${VCPUCONF_LAB_CACHE:-$home}

    mkdir -p "$home" 2>/dev/null && [ -w "$home" ] ||
        skip_lab "can't write in the cache directory $home"
    home=$(cd "$home" && pwd)
    if ! packages=$(lab_packages); then
        cache=$(newest_cache "$home")
        [ -n "$cache" ] ||
            skip_lab "apt knows no packages of Xen $lab_xen and its kernels" \
                "(no Debian 12, or apt-get update is needed)"
        return
    fi
    # What fill_cache takes along is a part of the key.
    cache=$home/$({ echo "$packages"; declare -f fill_cache; declare -p lab_programs \
        lab_store_programs lab_modules; } | sha256sum | cut -c 1-16)
    if [ ! -e "$cache/complete" ]; then
        exec {lock}>"$home/lock"
        flock "$lock"
        [ -e "$cache/complete" ] || make_cache "$home" "$packages"
        exec {lock}>&-
    fi
    touch "$cache" "$cache/complete"
}
