# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# dom0's initial file system: what the cache has, and the programs, files and
# scripts under test.

# pack DIRECTORY: prints its contents as a cpio archive, all of it root's.
pack()
{
    (cd "$1" && find . -print0 | LC_ALL=C sort -z |
        cpio --quiet -o -0 -H newc -R 0:0)
}

# real_program PROGRAM: the program itself where libtool made a wrapper.
real_program()
{
    local real
    real=$(dirname "$1")/.libs/$(basename "$1")
    if [ -x "$real" ]; then
        echo "$real"
    else
        echo "$1"
    fi
}

# add_program ROOT PROGRAM: with the libraries that it loads.
add_program()
{
    local root=$1 program libraries
    program=$(real_program "$2")
    [ -x "$program" ] || fail_setup "there is no program $2"
    cp -L "$program" "$root/usr/bin/$(basename "$2")"
    libraries=$(LD_LIBRARY_PATH=${build:+$build/.libs} ldd "$program" 2>&1) ||
        return 0 # static, or a script
    if grep 'not found' <<<"$libraries" >&2; then
        fail_setup "$2 lacks libraries"
    fi
    awk '$2 == "=>" && $3 ~ /^\// { print $3 }' <<<"$libraries" |
        xargs -r -d '\n' cp -L -t "$root/$lab_arch_dir"
}

make_guest_image()
{
    local root=$stage/guest
    mkdir -p "$root"/{bin,proc,sys,dev}
    cp "$cache/busybox" "$root/bin/busybox"
    ln -s busybox "$root/bin/sh"
    install -m 755 "$lab_source/guest/init" "$root/init"
    pack "$root" >"$1"
}

make_skeleton()
{
    local root=$1
    mkdir -p "$root"/{bin,proc,sys,dev,root,tmp,etc/xen,lib64,lab/{guests,scripts}} \
        "$root"/run/{lock,xen,xenstored} "$root/$lab_arch_dir" "$root/usr/bin" \
        "$root"/var/{lib/xen,lib/xenstored,log/xen/console}
    chmod 1777 "$root/tmp"
    ln -s /run "$root/var/run"
    ln -s /run/lock "$root/var/lock"
    ln -s usr/lib "$root/lib"
    cp "$cache/busybox" "$root/bin/busybox"
    cp -L /lib64/ld-linux-x86-64.so.2 "$root/lib64/"
    # The C library loads it when pthread_cancel is first called.
    cp -L /lib/x86_64-linux-gnu/libgcc_s.so.1 "$root/$lab_arch_dir/"
    : >"$root/etc/xen/xl.conf"
    printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' \
        'nobody:x:65534:65534:nobody:/:/bin/sh' >"$root/etc/passwd"
    printf '%s\n' 'root:x:0:' 'nogroup:x:65534:' >"$root/etc/group"
}

# make_image FILE: with $programs, $files (FROM:TO) and $scripts, in order.
make_image()
{
    local root=$stage/root item n=100
    make_skeleton "$root"
    for item in "${programs[@]}"; do
        add_program "$root" "$item"
    done
    for item in "${files[@]}"; do
        mkdir -p "$root/$(dirname "${item#*:}")"
        cp -rL "${item%%:*}" "$root/${item#*:}"
    done
    for item in "${scripts[@]}"; do
        cp -L "$item" "$root/lab/scripts/$n-$(basename "$item")"
        n=$((n + 1))
    done
    install -m 755 "$lab_source/dom0/init" "$root/init"
    cp "$lab_source"/dom0/lib*.sh "$root/lab/"
    cp "$cache/vmlinuz-guest" "$root/lab/guests/"
    make_guest_image "$root/lab/guests/guest.cpio"
    # Where both have a file, that of the second archive stays.
    { pack "$cache/root" && pack "$root"; } >"$1"
}
