# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests of the store.  Most know store.h only; test_store_care, _intent, _migrate,
# _odd_rows and _refuse also use SQLite itself, to make files that no call of
# ours makes.
store_tests = \
	tests/store/test_store_backup \
	tests/store/test_store_care \
	tests/store/test_store_fork \
	tests/store/test_store_fork_walk \
	tests/store/test_store_full \
	tests/store/test_store_intent \
	tests/store/test_store_lock \
	tests/store/test_store_long \
	tests/store/test_store_migrate \
	tests/store/test_store_modes \
	tests/store/test_store_odd_rows \
	tests/store/test_store_processes \
	tests/store/test_store_prune \
	tests/store/test_store_record \
	tests/store/test_store_refuse \
	tests/store/test_store_trust \
	tests/store/test_store_turn \
	tests/store/test_store_txn \
	$(NULL)

check_PROGRAMS += $(store_tests)
TESTS += $(store_tests)

store_test_fixture = \
	tests/store/store_fixture.c \
	tests/store/store_fixture.h \
	$(NULL)

store_test_cppflags = \
	$(AM_CPPFLAGS) \
	-I$(top_srcdir)/tests \
	$(CHECK_CFLAGS) \
	$(NULL)

store_test_ldadd = \
	libvc_store.la \
	libvc_util.la \
	$(CHECK_LIBS) \
	-lpthread \
	$(NULL)

tests_store_test_store_backup_SOURCES = \
	tests/store/test_store_backup.c \
	$(store_test_fixture) \
	$(NULL)
tests_store_test_store_backup_CPPFLAGS = $(store_test_cppflags)
tests_store_test_store_backup_LDADD = $(store_test_ldadd)

tests_store_test_store_care_SOURCES = \
	tests/store/test_store_care.c \
	$(store_test_fixture) \
	$(NULL)
tests_store_test_store_care_CPPFLAGS = $(store_test_cppflags) $(SQLITE_CFLAGS)
tests_store_test_store_care_LDADD = $(store_test_ldadd) $(SQLITE_LIBS)

tests_store_test_store_fork_SOURCES = \
	tests/store/test_store_fork.c \
	$(store_test_fixture) \
	$(NULL)
tests_store_test_store_fork_CPPFLAGS = $(store_test_cppflags) $(SQLITE_CFLAGS)
tests_store_test_store_fork_LDADD = $(store_test_ldadd) $(SQLITE_LIBS)

tests_store_test_store_fork_walk_SOURCES = \
	tests/store/test_store_fork_walk.c \
	$(store_test_fixture) \
	$(NULL)
tests_store_test_store_fork_walk_CPPFLAGS = $(store_test_cppflags) $(SQLITE_CFLAGS)
tests_store_test_store_fork_walk_LDADD = $(store_test_ldadd) $(SQLITE_LIBS)

tests_store_test_store_full_SOURCES = \
	tests/store/test_store_full.c \
	$(store_test_fixture) \
	$(NULL)
tests_store_test_store_full_CPPFLAGS = $(store_test_cppflags)
tests_store_test_store_full_LDADD = $(store_test_ldadd)

tests_store_test_store_intent_SOURCES = \
	tests/store/test_store_intent.c \
	$(store_test_fixture) \
	$(NULL)
tests_store_test_store_intent_CPPFLAGS = $(store_test_cppflags) $(SQLITE_CFLAGS)
tests_store_test_store_intent_LDADD = $(store_test_ldadd) $(SQLITE_LIBS)

tests_store_test_store_lock_SOURCES = \
	tests/store/test_store_lock.c \
	$(store_test_fixture) \
	$(NULL)
tests_store_test_store_lock_CPPFLAGS = $(store_test_cppflags)
tests_store_test_store_lock_LDADD = $(store_test_ldadd)

tests_store_test_store_long_SOURCES = \
	tests/store/test_store_long.c \
	$(store_test_fixture) \
	$(NULL)
tests_store_test_store_long_CPPFLAGS = $(store_test_cppflags)
tests_store_test_store_long_LDADD = $(store_test_ldadd)

tests_store_test_store_migrate_SOURCES = \
	tests/store/test_store_migrate.c \
	$(store_test_fixture) \
	$(NULL)
tests_store_test_store_migrate_CPPFLAGS = $(store_test_cppflags) $(SQLITE_CFLAGS)
tests_store_test_store_migrate_LDADD = $(store_test_ldadd) $(SQLITE_LIBS)

tests_store_test_store_modes_SOURCES = \
	tests/store/test_store_modes.c \
	$(store_test_fixture) \
	$(NULL)
tests_store_test_store_modes_CPPFLAGS = $(store_test_cppflags)
tests_store_test_store_modes_LDADD = $(store_test_ldadd)

tests_store_test_store_odd_rows_SOURCES = \
	tests/store/test_store_odd_rows.c \
	$(store_test_fixture) \
	$(NULL)
tests_store_test_store_odd_rows_CPPFLAGS = $(store_test_cppflags) $(SQLITE_CFLAGS)
tests_store_test_store_odd_rows_LDADD = $(store_test_ldadd) $(SQLITE_LIBS)

tests_store_test_store_processes_SOURCES = \
	tests/store/test_store_processes.c \
	$(store_test_fixture) \
	$(NULL)
tests_store_test_store_processes_CPPFLAGS = $(store_test_cppflags)
tests_store_test_store_processes_LDADD = $(store_test_ldadd)

tests_store_test_store_prune_SOURCES = \
	tests/store/test_store_prune.c \
	$(store_test_fixture) \
	$(NULL)
tests_store_test_store_prune_CPPFLAGS = $(store_test_cppflags) $(SQLITE_CFLAGS)
tests_store_test_store_prune_LDADD = $(store_test_ldadd) $(SQLITE_LIBS)

tests_store_test_store_record_SOURCES = \
	tests/store/test_store_record.c \
	$(store_test_fixture) \
	$(NULL)
tests_store_test_store_record_CPPFLAGS = $(store_test_cppflags)
tests_store_test_store_record_LDADD = $(store_test_ldadd)

tests_store_test_store_refuse_SOURCES = \
	tests/store/test_store_refuse.c \
	$(store_test_fixture) \
	$(NULL)
tests_store_test_store_refuse_CPPFLAGS = $(store_test_cppflags) $(SQLITE_CFLAGS)
tests_store_test_store_refuse_LDADD = $(store_test_ldadd) $(SQLITE_LIBS)

tests_store_test_store_trust_SOURCES = \
	tests/store/test_store_trust.c \
	$(store_test_fixture) \
	$(NULL)
tests_store_test_store_trust_CPPFLAGS = $(store_test_cppflags)
tests_store_test_store_trust_LDADD = $(store_test_ldadd)

tests_store_test_store_turn_SOURCES = \
	tests/store/test_store_turn.c \
	$(store_test_fixture) \
	$(NULL)
tests_store_test_store_turn_CPPFLAGS = $(store_test_cppflags)
tests_store_test_store_turn_LDADD = $(store_test_ldadd)
tests_store_test_store_turn_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=mmap

tests_store_test_store_txn_SOURCES = \
	tests/store/test_store_txn.c \
	$(store_test_fixture) \
	$(NULL)
tests_store_test_store_txn_CPPFLAGS = $(store_test_cppflags)
tests_store_test_store_txn_LDADD = $(store_test_ldadd)

# make check-long: what make check does with a few thousand changes, with
# LONG_CHANGES of them; the lines with numbers are the summary.
LONG_CHANGES = 100000
.PHONY: check-long
check-long: tests/store/test_store_long$(EXEEXT)
	@$(AM_TESTS_ENVIRONMENT) VCPUCONF_LONG=$(LONG_CHANGES) CK_VERBOSITY=verbose \
		tests/store/test_store_long$(EXEEXT)
