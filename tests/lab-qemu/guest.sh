#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Makes the Linux guest with the real guest agent out of Debian's packages,
# which are downloaded and unpacked, never installed. Prints the directory that
# holds vmlinuz and initrd.img. Exit status 77: no such guest can be made here;
# the last line says why.
#
# The cache is vcpuconf-lab-qemu in $VCPUCONF_LAB_CACHE, else in the user's own.
set -eu -o pipefail

modules='virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev
    virtio_pci virtio_console'

skip()
{
    echo "$*"
    exit 77
}

for tool in apt-get apt-cache dpkg flock; do
    command -v $tool >/dev/null || skip "no $tool: the agent's guest is made of Debian's packages"
done

# Without HOME, a tilde is the user's directory all the same.
cache=${XDG_CACHE_HOME:-${HOME:-$(unset HOME && echo ~)}/.cache}
cache=${VCPUCONF_LAB_CACHE:-$cache}/vcpuconf-lab-qemu
mkdir -p "$cache" || skip "$cache can't be made"

kernel=$(apt-cache depends --important linux-image-cloud-amd64 2>/dev/null |
    sed -n 's/^ *Depends: *\(linux-image-[^ ]*\)$/\1/p' | head -n 1)
[ -n "$kernel" ] || skip "apt knows no package linux-image-cloud-amd64"
libraries=$(apt-cache depends --recurse --important --no-suggests --no-conflicts \
    --no-breaks --no-replaces --no-enhances qemu-guest-agent 2>/dev/null |
    sed -n 's/^\(lib[a-z0-9.+-]*\)$/\1/p' | sort -u)
[ -n "$libraries" ] || skip "apt knows no package qemu-guest-agent"

# Its name is what it is made of and how. It is made beside its place and then
# moved, so it is complete or not there; who comes second waits for the first.
name=$( (cat "$0"; apt-cache show --no-all-versions "$kernel" qemu-guest-agent busybox-static |
    grep -E '^(Package|Version):') | sha256sum | cut -c1-16)
guest=$cache/$name
exec 9>"$cache/lock"
flock 9
if [ -e "$guest/initrd.img" ]; then
    echo "$guest"
    exit 0
fi

work=$(mktemp -d "$cache/make.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
mkdir "$work/debs" "$work/root" "$work/guest" "$work/image"

# shellcheck disable=SC2086 # they are lists
(cd "$work/debs" && apt-get download "$kernel" busybox-static qemu-guest-agent \
    $libraries) >"$work/log" 2>&1 </dev/null ||
    skip "the guest's packages can't be downloaded: $(tail -n 1 "$work/log")"
for deb in "$work"/debs/*.deb; do
    dpkg -x "$deb" "$work/root"
done

busybox=$work/root/bin/busybox
[ -x "$busybox" ] || busybox=$work/root/usr/bin/busybox
image=$work/image
mkdir -p "$image"/{bin,m,lib,lib64}
cp "$busybox" "$image/bin/busybox"
cp "$work/root/usr/sbin/qemu-ga" "$image/bin/qemu-ga"
for module in $modules; do
    file=$(find "$work/root" -path "*/kernel/drivers/*" -name "$module.ko*" | head -n 1)
    case $file in
    *.ko) cp "$file" "$image/m/$module.ko" ;;
    *.ko.xz) xz -dc "$file" >"$image/m/$module.ko" ;;
    *.ko.zst) zstd -qdc "$file" >"$image/m/$module.ko" ;;
    *) skip "$kernel has no module $module" ;;
    esac
done

# The libraries that the agent needs, as the loader names them.
needed_by()
{
    LC_ALL=C objdump -p "$1" | sed -n 's/^ *NEEDED *//p'
}
add_libraries()
{
    local name file
    for name in $(needed_by "$1"); do
        [ ! -e "$image/lib/$name" ] || continue
        file=$(find "$work/root" -name "$name" | head -n 1)
        [ -n "$file" ] || skip "no package of the agent holds $name"
        cp -L "$file" "$image/lib/$name"
        add_libraries "$image/lib/$name"
    done
}
add_libraries "$image/bin/qemu-ga"
cp -L "$(find "$work/root" -name ld-linux-x86-64.so.2 | head -n 1)" "$image/lib64/"

cat >"$image/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /run/qga /tmp
/bin/busybox --install -s /bin
export PATH=/bin LD_LIBRARY_PATH=/lib
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
exec </dev/console >/dev/console 2>&1
for m in MODULES; do insmod /m/$m.ko; done
port=
i=0
while [ -z "$port" ] && [ $i -lt 100 ]; do
    for d in /sys/class/virtio-ports/*; do
        [ "$(cat "$d/name" 2>/dev/null)" != org.qemu.guest_agent.0 ] || port=/dev/${d##*/}
    done
    [ -n "$port" ] || usleep 50000
    i=$((i + 1))
done
echo "agent on $port"
while :; do
    qemu-ga -m virtio-serial -p "$port" -t /run/qga
    usleep 100000
done
INIT
sed -i "s/MODULES/$(tr '\n' ' ' <<<"$modules")/" "$image/init"
chmod 755 "$image/init"

(cd "$image" && find . | "$busybox" cpio -o -H newc) >"$work/guest/initrd.img" 2>/dev/null
cp "$(find "$work/root/boot" -name 'vmlinuz-*' | head -n 1)" "$work/guest/vmlinuz"
rm -rf -- "$guest"
mv "$work/guest" "$guest"
# Guests of other kernels, which another tree may still use.
find "$cache" -mindepth 1 -maxdepth 1 -type d -mtime +30 ! -name "$name" \
    -exec rm -rf -- {} +
echo "$guest"
