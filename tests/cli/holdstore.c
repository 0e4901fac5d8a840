/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* holdstore FILE: no other one can write that store until standard input
 * ends.  It says "held" first. */
#include <sqlite3.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    sqlite3 *db = NULL;

    if (argc != 2 || sqlite3_open(argv[1], &db) != SQLITE_OK ||
        sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
        return 99;
    (void)puts("held");
    (void)fflush(stdout);
    while (getchar() != EOF)
        continue;
    (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    (void)sqlite3_close(db);
    return 0;
}
