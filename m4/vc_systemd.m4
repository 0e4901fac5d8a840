# SPDX-License-Identifier: LGPL-2.1-or-later

# VC_WITH_LIBRARY(NAME, VARIABLE, MODULE, DEBIAN-PACKAGE, DESCRIPTION)
# --with-NAME=auto|yes|no: sets have_NAME, defines HAVE_VARIABLE and a
# conditional of that name, and VARIABLE_CFLAGS and VARIABLE_LIBS, which are
# empty without it.
AC_DEFUN([VC_WITH_LIBRARY], [
  AC_ARG_WITH([$1], [AS_HELP_STRING([--with-$1=auto|yes|no], [$5])], [],
    [with_$1=auto])
  AS_CASE(["$with_$1"], [auto|yes|no], [],
    [AC_MSG_ERROR([--with-$1 takes auto, yes or no, not '$with_$1'])])
  have_$1=no
  AS_IF([test "$with_$1" != no],
    [PKG_CHECK_MODULES([$2], [$3], [have_$1=yes], [have_$1=no])])
  AS_IF([test "$with_$1-$have_$1" = yes-no],
    [AC_MSG_ERROR([--with-$1: $3 is missing (Debian package: $4)])])
  AS_IF([test "$have_$1" = yes],
    [AC_DEFINE([HAVE_$2], [1], [$5.])],
    [$2_CFLAGS= $2_LIBS=])
  AM_CONDITIONAL([HAVE_$2], [test "$have_$1" = yes])
])

# VC_SYSTEMD_DIRS
# Where units and tmpfiles.d go: systemd's own directory for the prefix /usr,
# else below the prefix, so that nothing is ever installed outside of it.
AC_DEFUN([VC_SYSTEMD_DIRS], [
  AC_ARG_WITH([systemdsystemunitdir],
    [AS_HELP_STRING([--with-systemdsystemunitdir=DIR],
      [where units of systemd are installed])],
    [systemdsystemunitdir=$withval],
    [systemdsystemunitdir='${prefix}/lib/systemd/system'
     vc_unit_dir=`$PKG_CONFIG --variable=systemdsystemunitdir systemd 2>/dev/null`
     AS_IF([test "$prefix" = /usr && test -n "$vc_unit_dir"],
       [systemdsystemunitdir=$vc_unit_dir])])
  AS_CASE(["$systemdsystemunitdir"], [/*|'${prefix}'*], [],
    [AC_MSG_ERROR([--with-systemdsystemunitdir takes an absolute directory])])
  AC_SUBST([systemdsystemunitdir])
  AC_SUBST([tmpfilesdir], ['${prefix}/lib/tmpfiles.d'])
  dnl Without libsystemd nobody would say that the service is ready.
  AS_IF([test "$have_libsystemd" = yes],
    [VC_WATCH_TYPE=notify VC_WATCH_WATCHDOG=30s],
    [VC_WATCH_TYPE=exec VC_WATCH_WATCHDOG=0])
  AC_SUBST([VC_WATCH_TYPE])
  AC_SUBST([VC_WATCH_WATCHDOG])
])
