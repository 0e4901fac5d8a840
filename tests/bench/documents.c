/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "documents.h"

#include <stdio.h>
#include <stdlib.h>

#include "timing.h"

/* Number, number, number. */
static const char head[] =
    "<domain type='qemu'>\n"
    "  <name>bench-%07zu</name>\n"
    "  <uuid>%08zx-1111-4222-8333-%012zx</uuid>\n"
    "  <memory unit='KiB'>16777216</memory>\n"
    "  <currentMemory unit='KiB'>16777216</currentMemory>\n"
    "  <vcpu placement='static'>8</vcpu>\n"
    "  <iothreads>2</iothreads>\n"
    "  <cputune>\n"
    "    <shares>2048</shares>\n"
    "    <vcpupin vcpu='0' cpuset='0-3'/>\n"
    "    <vcpupin vcpu='1' cpuset='0-3'/>\n"
    "    <vcpupin vcpu='2' cpuset='4-7'/>\n"
    "    <vcpupin vcpu='3' cpuset='4-7'/>\n"
    "    <vcpupin vcpu='4' cpuset='8-11'/>\n"
    "    <vcpupin vcpu='5' cpuset='8-11'/>\n"
    "    <vcpupin vcpu='6' cpuset='12-15'/>\n"
    "    <vcpupin vcpu='7' cpuset='12-15'/>\n"
    "    <emulatorpin cpuset='16-17'/>\n"
    "  </cputune>\n"
    "  <os>\n"
    "    <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>\n"
    "    <boot dev='hd'/>\n"
    "  </os>\n"
    "  <features>\n"
    "    <acpi/>\n"
    "    <apic/>\n"
    "  </features>\n"
    "  <cpu mode='custom' match='exact' check='none'>\n"
    "    <model fallback='forbid'>qemu64</model>\n"
    "    <topology sockets='1' dies='1' cores='8' threads='1'/>\n"
    "  </cpu>\n"
    "  <clock offset='utc'>\n"
    "    <timer name='rtc' tickpolicy='catchup'/>\n"
    "    <timer name='pit' tickpolicy='delay'/>\n"
    "    <timer name='hpet' present='no'/>\n"
    "  </clock>\n"
    "  <on_poweroff>destroy</on_poweroff>\n"
    "  <on_reboot>restart</on_reboot>\n"
    "  <on_crash>restart</on_crash>\n"
    "  <devices>\n"
    "    <emulator>/usr/bin/qemu-system-x86_64</emulator>\n";

/* Number, 0-3, letter, 0-3. */
static const char disk[] =
    "    <disk type='file' device='disk'>\n"
    "      <driver name='qemu' type='qcow2' cache='none' io='native'/>\n"
    "      <source file='/srv/vm/bench-%07zu-%u.qcow2'/>\n"
    "      <target dev='sd%c' bus='sata'/>\n"
    "      <address type='drive' controller='0' bus='0' target='0' unit='%u'/>\n"
    "    </disk>\n";

/* Three bytes of the number. */
static const char tail[] =
    "    <controller type='usb' index='0' model='qemu-xhci'>\n"
    "      <address type='pci' domain='0x0000' bus='0x02' slot='0x00' function='0x0'/>\n"
    "    </controller>\n"
    "    <controller type='sata' index='0'>\n"
    "      <address type='pci' domain='0x0000' bus='0x00' slot='0x1f' function='0x2'/>\n"
    "    </controller>\n"
    "    <controller type='pci' index='0' model='pcie-root'/>\n"
    "    <controller type='virtio-serial' index='0'>\n"
    "      <address type='pci' domain='0x0000' bus='0x03' slot='0x00' function='0x0'/>\n"
    "    </controller>\n"
    "    <controller type='pci' index='1' model='pcie-root-port'>\n"
    "      <model name='pcie-root-port'/>\n"
    "      <target chassis='1' port='0x10'/>\n"
    "      <address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x0' multifunction='on'/>\n"
    "    </controller>\n"
    "    <controller type='pci' index='2' model='pcie-root-port'>\n"
    "      <model name='pcie-root-port'/>\n"
    "      <target chassis='2' port='0x11'/>\n"
    "      <address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x1'/>\n"
    "    </controller>\n"
    "    <controller type='pci' index='3' model='pcie-root-port'>\n"
    "      <model name='pcie-root-port'/>\n"
    "      <target chassis='3' port='0x12'/>\n"
    "      <address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x2'/>\n"
    "    </controller>\n"
    "    <controller type='pci' index='4' model='pcie-root-port'>\n"
    "      <model name='pcie-root-port'/>\n"
    "      <target chassis='4' port='0x13'/>\n"
    "      <address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x3'/>\n"
    "    </controller>\n"
    "    <controller type='pci' index='5' model='pcie-root-port'>\n"
    "      <model name='pcie-root-port'/>\n"
    "      <target chassis='5' port='0x14'/>\n"
    "      <address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x4'/>\n"
    "    </controller>\n"
    "    <controller type='pci' index='6' model='pcie-root-port'>\n"
    "      <model name='pcie-root-port'/>\n"
    "      <target chassis='6' port='0x15'/>\n"
    "      <address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x5'/>\n"
    "    </controller>\n"
    "    <controller type='pci' index='7' model='pcie-root-port'>\n"
    "      <model name='pcie-root-port'/>\n"
    "      <target chassis='7' port='0x16'/>\n"
    "      <address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x6'/>\n"
    "    </controller>\n"
    "    <interface type='bridge'>\n"
    "      <mac address='52:54:00:%02zx:%02zx:%02zx'/>\n"
    "      <source bridge='br0'/>\n"
    "      <model type='virtio'/>\n"
    "      <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
    "    </interface>\n"
    "    <serial type='pty'>\n"
    "      <target type='isa-serial' port='0'>\n"
    "        <model name='isa-serial'/>\n"
    "      </target>\n"
    "    </serial>\n"
    "    <console type='pty'>\n"
    "      <target type='serial' port='0'/>\n"
    "    </console>\n"
    "    <channel type='unix'>\n"
    "      <target type='virtio' name='org.qemu.guest_agent.0'/>\n"
    "      <address type='virtio-serial' controller='0' bus='0' port='1'/>\n"
    "    </channel>\n"
    "    <input type='tablet' bus='usb'>\n"
    "      <address type='usb' bus='0' port='1'/>\n"
    "    </input>\n"
    "    <input type='mouse' bus='ps2'/>\n"
    "    <input type='keyboard' bus='ps2'/>\n"
    "    <graphics type='vnc' port='-1' autoport='yes'>\n"
    "      <listen type='address'/>\n"
    "    </graphics>\n"
    "    <audio id='1' type='none'/>\n"
    "    <video>\n"
    "      <model type='virtio' heads='1' primary='yes'/>\n"
    "      <address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x0'/>\n"
    "    </video>\n"
    "    <memballoon model='virtio'>\n"
    "      <address type='pci' domain='0x0000' bus='0x06' slot='0x00' function='0x0'/>\n"
    "    </memballoon>\n"
    "    <rng model='virtio'>\n"
    "      <backend model='random'>/dev/urandom</backend>\n"
    "      <address type='pci' domain='0x0000' bus='0x07' slot='0x00' function='0x0'/>\n"
    "    </rng>\n"
    "  </devices>\n"
    "</domain>\n";

void bench_name(size_t number, char name[BENCH_NAME_LEN])
{
    (void)snprintf(name, BENCH_NAME_LEN, "bench-%07zu", number);
}

char *bench_document(size_t number)
{
    unsigned ndisks = (unsigned)(number % 4) + 1;
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    unsigned i;

    if (!out)
        bench_fail("out of memory");
    (void)fprintf(out, head, number, number, number);
    for (i = 0; i < ndisks; i++)
        (void)fprintf(out, disk, number, i, 'a' + (int)i, i);
    (void)fprintf(out, tail, number >> 16 & 0xff, number >> 8 & 0xff,
                  number & 0xff);
    if (ferror(out) || fclose(out))
        bench_fail("out of memory");
    return text;
}
