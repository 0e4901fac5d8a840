/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the domain builder enters, and what it must know of this kernel. */
#define __ASSEMBLY__
#include <xen/elfnote.h>

        .text
        .globl  _start
_start:                                 /* rsi: the start info */
        cld
        lea     boot_stack_end, %rsp
        mov     %rsi, %rdi
        xor     %ebp, %ebp
        call    tiny_main
        ud2

/* long xen_call(long a1, long a2, long a3, long a4, long number) */
        .globl  xen_call
xen_call:
        mov     %rcx, %r10
        shl     $5, %r8
        lea     hypercall_page(%r8), %rax
        jmp     *%rax

        .balign 4096
hypercall_page:                         /* Xen writes the calls here */
        .fill   4096, 1, 0x90

        .bss
        .balign 16
        .fill   4096, 1, 0
boot_stack_end:

        .macro  NOTE type, content:vararg
        .balign 4
        .long   2f - 1f, 4f - 3f, \type
1:      .asciz  "Xen"
2:      .balign 4
3:      \content
4:      .balign 4
        .endm

        .section .note.Xen, "a", @note
        NOTE    XEN_ELFNOTE_XEN_VERSION, .asciz "xen-3.0"
        NOTE    XEN_ELFNOTE_GUEST_OS, .asciz "tiny"
        NOTE    XEN_ELFNOTE_LOADER, .asciz "generic"
        NOTE    XEN_ELFNOTE_VIRT_BASE, .quad 0
        NOTE    XEN_ELFNOTE_ENTRY, .quad _start
        NOTE    XEN_ELFNOTE_HYPERCALL_PAGE, .quad hypercall_page

        .section .note.GNU-stack, "", @progbits
