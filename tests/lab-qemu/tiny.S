/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guest in one boot sector: says 'U' on the first serial port, then answers
 * the CPU hotplug registers of QEMU's "pc" machine as an operating system
 * with ACPI does, 18 times a second.  '+' a vCPU came, '-' one went, '!' one
 * was asked to go and stays.
 *
 *   REFUSE=1  keeps its vCPUs
 *   DEAF=1    takes requests, and never answers
 *   SPIN=1    keeps vCPU 0 busy, and never asks for the registers
 *
 * At each tick the other vCPUs are started anew (INIT, start-up) at AP_PAGE,
 * run a little and halt; so all that are plugged use some time, and none
 * needs a stack.
 */
    .code16
    .set AP_PAGE, 8             /* page 8 is address 0x8000 */
    .set AP_ADDR, 0x8000
    .set ICR, 0xfee00300        /* interrupt command register of the APIC */
    .set REG, 0xaf00            /* the hotplug registers; offsets as below */
    .set SELECT, 0              /* write: which vCPU the others are about */
    .set FLAGS, 4               /* 2 inserted, 4 asked to go; write 8: eject */
    .set COMMAND, 5             /* what DATA is: 1 event, 2 status */
    .set DATA, 8
    .set NCPU, 16
    .set EVENT_INSERT, 1
    .set EVENT_EJECT, 3
    .set STATUS_FAILED, 0x80

    .globl _start
_start:
    cli
    xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movw $0x7c00, %sp
    movw $ap_code, %si
    movw $AP_ADDR, %di
    movw $(ap_end - ap_code), %cx
    cld
    rep movsb
    sti
    movb $'U', %al
.ifdef SPIN
    call put
spin:
    jmp spin
.endif
    movw $REG, %dx
    xorl %eax, %eax
    outl %eax, %dx              /* leaves the old interface for the new one */
    movb $'U', %al
    call put

tick:
    hlt
.ifdef DEAF
    jmp tick
.endif
    call start_others
    xorl %ebx, %ebx
each:
    movw $(REG + SELECT), %dx
    movl %ebx, %eax
    outl %eax, %dx
    call inserted
    call removed
    incw %bx
    cmpw $NCPU, %bx
    jb each
    jmp tick

inserted:
    movw $(REG + FLAGS), %dx
    inb %dx, %al
    testb $2, %al
    jz 1f
    movb $2, %al                /* seen */
    outb %al, %dx
    movb $EVENT_INSERT, %al
    xorl %ecx, %ecx
    call report
    movb $'+', %al
    call put
1:  ret

removed:
    movw $(REG + FLAGS), %dx
    inb %dx, %al
    testb $4, %al
    jz 1f
    movb $4, %al
    outb %al, %dx
.ifdef REFUSE
    movl $STATUS_FAILED, %ecx
    movb $'!', %ah
.else
    movb $8, %al
    outb %al, %dx
    xorl %ecx, %ecx
    movb $'-', %ah
.endif
    pushw %ax
    movb $EVENT_EJECT, %al
    call report
    popw %ax
    movb %ah, %al
    call put
1:  ret

/* Tells event %al and status %ecx of the vCPU that is selected. */
report:
    pushw %ax
    movb $1, %al
    call command
    popw %ax
    movzbl %al, %eax
    outl %eax, %dx
    movb $2, %al
    call command
    movl %ecx, %eax
    outl %eax, %dx
    ret

command:
    movw $(REG + COMMAND), %dx
    outb %al, %dx
    movw $(REG + DATA), %dx
    ret

/* INIT and start-up to all vCPUs but this one. */
start_others:
    cli
    lgdtl gdt_pointer           /* %fs reaches all of 4 GiB */
    movl %cr0, %eax
    orb $1, %al
    movl %eax, %cr0
    movw $8, %dx
    movw %dx, %fs
    andb $0xfe, %al
    movl %eax, %cr0
    movl $ICR, %esi
    movl $0x000c4500, %fs:(%esi)
    movl $(0x000c4600 + AP_PAGE), %fs:(%esi)
    sti
    ret

put:
    movw $0x3f8, %dx
    outb %al, %dx
    ret

ap_code:
    movw $5000, %cx
1:  loop 1b
    cli
    hlt
ap_end:

    .balign 8
gdt:
    .quad 0
    .quad 0x00cf92000000ffff    /* data, base 0, limit 4 GiB */
gdt_pointer:
    .word 15
    .long gdt

    .org 510
    .word 0xaa55
