/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Scope guards.  Every owning type X has x_new or x_init, a NULL-safe x_free
 * or x_clear, and VC_AUTO(X) declares a variable that is released at the end
 * of its scope.  VC_STEAL hands the value over and leaves NULL behind.
 *
 * Fixed words in comments: "borrows" (the callee keeps no reference),
 * "takes" (ownership moves to the callee), "returns owned" (the caller
 * releases it).
 */
#ifndef VC_UTIL_CLEANUP_H
#define VC_UTIL_CLEANUP_H

#include <stdlib.h>

#define VC_AUTO(type) __attribute__((cleanup(vc_auto_##type))) type

/* A pointer type name for VC_AUTO: defines vc_auto_NAME calling fn(*p). */
#define VC_DEFINE_AUTO_PTR(name, type, fn)                                     \
    typedef type *name;                                                        \
    static inline __attribute__((unused)) void vc_auto_##name(type **p)        \
    {                                                                          \
        if (*p)                                                                \
            (void)fn(*p);                                                      \
    }

/* A value type (zero-initialised means empty) for VC_AUTO_VALUE. */
#define VC_AUTO_VALUE(type, fn) __attribute__((cleanup(fn))) type

#define VC_STEAL(p)                                                            \
    __extension__({                                                            \
        __typeof__(p) vc_stolen_ = (p);                                        \
        (p) = NULL;                                                            \
        vc_stolen_;                                                            \
    })

static inline void vc_free_charp(char **p)
{
    free(*p);
}

/* VC_AUTO_STR char *s = ...; freed with free() at the end of the scope. */
#define VC_AUTO_STR __attribute__((cleanup(vc_free_charp)))

#define VC_NELEMS(a) (sizeof(a) / sizeof((a)[0]))
#define VC_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define VC_UNUSED __attribute__((unused))
#define VC_NODISCARD __attribute__((warn_unused_result))

#endif
