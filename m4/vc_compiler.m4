# SPDX-License-Identifier: LGPL-2.1-or-later

# VC_APPEND_CFLAG(VARIABLE, FLAG)
# Appends FLAG to VARIABLE when the C compiler takes it without a complaint.
AC_DEFUN([VC_APPEND_CFLAG], [
  AS_VAR_PUSHDEF([vc_cache], [vc_cv_cflag_$2])
  AC_CACHE_CHECK([whether $CC takes $2], [vc_cache], [
    vc_saved_cflags=$CFLAGS
    CFLAGS="$CFLAGS -Werror $2"
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM()],
      [AS_VAR_SET([vc_cache], [yes])], [AS_VAR_SET([vc_cache], [no])])
    CFLAGS=$vc_saved_cflags
  ])
  AS_VAR_IF([vc_cache], [yes], [AS_VAR_APPEND([$1], [" $2"])])
  AS_VAR_POPDEF([vc_cache])
])

# VC_WARNINGS
# Probes the warnings that the code is written for: WARN_CFLAGS.
# --enable-werror makes them errors.
AC_DEFUN([VC_WARNINGS], [
  AC_ARG_ENABLE([werror],
    [AS_HELP_STRING([--enable-werror], [warnings are errors])],
    [], [enable_werror=no])
  WARN_CFLAGS=
  m4_foreach_w([vc_flag],
    [-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes
     -Wold-style-definition -Wvla -Wpointer-arith -Wcast-qual -Wwrite-strings
     -Wformat=2 -Wimplicit-fallthrough],
    [VC_APPEND_CFLAG([WARN_CFLAGS], vc_flag)])
  AS_IF([test "$enable_werror" = yes],
        [AS_VAR_APPEND([WARN_CFLAGS], [" -Werror"])])
  AC_SUBST([WARN_CFLAGS])
])

# VC_SANITIZERS
# --enable-sanitizers[=thread]: SANITIZE_CFLAGS for the compiler and the linker, and
# NO_UNDEFINED_LDFLAGS, which goes away where the runtime of a sanitizer may
# come from the program instead of the library.
AC_DEFUN([VC_SANITIZERS], [
  AC_ARG_ENABLE([sanitizers],
    [AS_HELP_STRING([--enable-sanitizers],
      [build everything with AddressSanitizer and UndefinedBehaviorSanitizer;
       with =thread, with ThreadSanitizer])],
    [], [enable_sanitizers=no])
  SANITIZE_CFLAGS=
  NO_UNDEFINED_LDFLAGS="-no-undefined -Wl,-z,defs"
  AS_CASE(["$enable_sanitizers"],
    [no], [],
    [yes], [SANITIZE_CFLAGS="-fsanitize=address,undefined -fno-sanitize-recover=all"],
    [thread], [SANITIZE_CFLAGS="-fsanitize=thread"],
    [AC_MSG_ERROR([--enable-sanitizers takes yes, no or thread, not '$enable_sanitizers'])])
  AS_IF([test "$enable_sanitizers" != no], [
    AS_VAR_APPEND([SANITIZE_CFLAGS], [" -fno-omit-frame-pointer"])
    NO_UNDEFINED_LDFLAGS="-no-undefined"
    AC_MSG_CHECKING([whether $CC links with $SANITIZE_CFLAGS])
    vc_saved_cflags=$CFLAGS
    CFLAGS="$CFLAGS $SANITIZE_CFLAGS"
    AC_LINK_IFELSE([AC_LANG_PROGRAM()], [AC_MSG_RESULT([yes])],
      [AC_MSG_RESULT([no])
       AC_MSG_ERROR([--enable-sanitizers: no sanitizer runtime for $CC])])
    CFLAGS=$vc_saved_cflags
  ])
  AC_SUBST([SANITIZE_CFLAGS])
  AC_SUBST([NO_UNDEFINED_LDFLAGS])
])

# VC_CXX_WORKS
# Sets vc_cv_cxx_works.  C++ is wanted for a test of the public header only.
AC_DEFUN([VC_CXX_WORKS], [
  AC_CACHE_CHECK([whether there is a C++ compiler], [vc_cv_cxx_works], [
    AC_LANG_PUSH([C++])
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM()],
      [vc_cv_cxx_works=yes], [vc_cv_cxx_works=no])
    AC_LANG_POP([C++])
  ])
])

# VC_REQUIRE_LIBRARY(VARIABLE, MODULE, VERSION, DEBIAN-PACKAGE)
# VARIABLE_CFLAGS, _LIBS and _VERSION of a library that the build needs.
AC_DEFUN([VC_REQUIRE_LIBRARY], [
  PKG_CHECK_MODULES([$1], [$2 >= $3], [],
    [AC_MSG_ERROR([$2 $3 or newer is missing (Debian package: $4)])])
  $1_VERSION=`$PKG_CONFIG --modversion $2`
])

# VC_WITH_DRIVER(NAME, DESCRIPTION, TEST-COMMANDS, WHAT-IS-MISSING)
# --with-NAME=auto|yes|no: in the build where TEST-COMMANDS set vc_have=yes.
# Defines WITH_NAME, a conditional of that name, and adds to vc_drivers.
AC_DEFUN([VC_WITH_DRIVER], [
  AC_ARG_WITH([$1], [AS_HELP_STRING([--with-$1=auto|yes|no], [$2])], [],
    [with_$1=auto])
  AS_CASE(["$with_$1"], [auto|yes|no], [],
    [AC_MSG_ERROR([--with-$1 takes auto, yes or no, not '$with_$1'])])
  vc_have=no
  AS_IF([test "$with_$1" != no], [$3])
  AS_IF([test "$with_$1-$vc_have" = yes-no], [AC_MSG_ERROR([--with-$1: $4])])
  AM_CONDITIONAL(m4_toupper([with_$1]), [test "$vc_have" = yes])
  AS_IF([test "$vc_have" = yes],
    [vc_drivers="$vc_drivers $1"
     AC_DEFINE(m4_toupper([with_$1]), [1], [The $1 driver is in this build.])])
])
