# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Sees the public header, not src/: the command is a user of the library.

bin_PROGRAMS += vcpuconf

vcpuconf_SOURCES = \
	src/cli/apply_parse.c \
	src/cli/apply_parse.h \
	src/cli/apply_set.c \
	src/cli/args.c \
	src/cli/change.c \
	src/cli/cli.h \
	src/cli/cmd_adopt.c \
	src/cli/cmd_apply.c \
	src/cli/cmd_backup.c \
	src/cli/cmd_check.c \
	src/cli/cmd_define.c \
	src/cli/cmd_destroy.c \
	src/cli/cmd_diff.c \
	src/cli/cmd_dumpxml.c \
	src/cli/cmd_export.c \
	src/cli/cmd_guestvcpus.c \
	src/cli/cmd_help.c \
	src/cli/cmd_history.c \
	src/cli/cmd_import.c \
	src/cli/cmd_info.c \
	src/cli/cmd_list.c \
	src/cli/cmd_map.c \
	src/cli/cmd_maxvcpus.c \
	src/cli/cmd_nodeinfo.c \
	src/cli/cmd_qemu_args.c \
	src/cli/cmd_reconcile.c \
	src/cli/cmd_restore.c \
	src/cli/cmd_setvcpu.c \
	src/cli/cmd_setvcpus.c \
	src/cli/cmd_start.c \
	src/cli/cmd_undefine.c \
	src/cli/cmd_uri.c \
	src/cli/cmd_vcpucount.c \
	src/cli/cmd_vcpuinfo.c \
	src/cli/cmd_vcpulist.c \
	src/cli/cmd_vcpumap.c \
	src/cli/cmd_vcpupin.c \
	src/cli/cmd_version.c \
	src/cli/cpus.c \
	src/cli/cpus.h \
	src/cli/domain.c \
	src/cli/file.c \
	src/cli/file.h \
	src/cli/grid.c \
	src/cli/grid.h \
	src/cli/json.c \
	src/cli/cli_json.h \
	src/cli/main.c \
	src/cli/map.h \
	src/cli/map_json.c \
	src/cli/map_layout.c \
	src/cli/map_layout.h \
	src/cli/map_model.c \
	src/cli/map_paint.c \
	src/cli/map_paint.h \
	src/cli/map_svg.c \
	src/cli/map_svg.h \
	src/cli/map_svg_rows.c \
	src/cli/map_text.c \
	src/cli/map_words.c \
	src/cli/pager.c \
	src/cli/past.c \
	src/cli/past.h \
	src/cli/paths.c \
	src/cli/say.c \
	src/cli/table.c \
	src/cli/table.h \
	src/cli/table_definitions.c \
	src/cli/table_domains.c \
	src/cli/table_program.c \
	src/cli/table_vcpus.c \
	src/cli/text.c \
	src/cli/text.h \
	src/cli/vcpumap.h \
	src/cli/vcpus.c \
	src/cli/vcpus.h \
	$(NULL)
# watch needs libuv; what decides (watch_runs) is tested in any build.
vc_watch_sources = \
	src/cli/cmd_watch.c \
	src/cli/watch.h \
	src/cli/watch_job.c \
	src/cli/watch_listing.c \
	src/cli/watch_log.c \
	src/cli/watch_log.h \
	src/cli/watch_runs.c \
	src/cli/watch_runs.h \
	$(NULL)
if HAVE_LIBUV
vcpuconf_SOURCES += $(vc_watch_sources)
else
vcpuconf_SOURCES += src/cli/cmd_watch_none.c
endif

vcpuconf_CPPFLAGS = $(CLI_CPPFLAGS) $(JSONC_CFLAGS) $(LIBUV_CFLAGS) $(LIBSYSTEMD_CFLAGS)
vcpuconf_LDADD = libvcpuconf.la $(JSONC_LIBS) $(LIBUV_LIBS) $(LIBSYSTEMD_LIBS)
