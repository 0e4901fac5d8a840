/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A pager is a child that reads what this process writes to stdout.  It is
 * started without a shell, except where $PAGER holds what only a shell
 * understands.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"

#define WORDS_MAX 16

static pid_t pager; /* 0: none */

/* $PAGER in words; false: it takes a shell. */
static bool split(char *text, char **ret_words)
{
    size_t n = 0;
    char *state = NULL;
    char *word;

    if (strpbrk(text, "\"'\\$`|&;<>()*?[]#~=%{}!\n"))
        return false;
    for (word = strtok_r(text, " \t", &state); word;
         word = strtok_r(NULL, " \t", &state)) {
        if (n + 1 == WORDS_MAX)
            return false;
        ret_words[n++] = word;
    }
    ret_words[n] = NULL;
    return true;
}

/* The child gets back the signals that this process will ignore. */
static pid_t spawn(char *const *words, int input)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t set;
    pid_t pid = 0;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGPIPE);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGQUIT);
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawnattr_init(&attr);
    (void)posix_spawnattr_setsigdefault(&attr, &set);
    (void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
    (void)posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    if (posix_spawnp(&pid, words[0], &actions, &attr, words, environ) != 0)
        pid = 0;
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)posix_spawnattr_destroy(&attr);
    return pid;
}

static pid_t spawn_any(int input)
{
    static char less[] = "less";
    static char more[] = "more";
    static char shell[] = "sh";
    static char option[] = "-c";
    const char *wanted = secure_getenv("PAGER");
    char *words[WORDS_MAX];
    pid_t pid;

    if (wanted && *wanted) {
        CLI_AUTO(char *) text = cli_strdup(wanted);
        CLI_AUTO(char *) script = cli_strdup(wanted);
        char *const through_shell[] = {shell, option, script, NULL};

        if (!split(text, words))
            return spawn(through_shell, input);
        if (words[0] && strcmp(words[0], "cat") == 0)
            return 0;
        pid = words[0] ? spawn(words, input) : 0;
        if (pid)
            return pid;
    }
    words[0] = less;
    words[1] = NULL;
    pid = spawn(words, input);
    words[0] = more;
    return pid ? pid : spawn(words, input);
}

/* Where there is no pager, what is printed goes straight to the terminal. */
void cli_pager_start(const struct cli *cli)
{
    int ends[2];

    if (!cli_has(cli, "pager") || !isatty(STDOUT_FILENO) || pager)
        return;
    (void)fflush(stdout);
    if (pipe2(ends, O_CLOEXEC) < 0)
        return;
    /* One page or less needs no key; only where the user has no say in it. */
    (void)setenv("LESS", "FX", 0);
    pager = spawn_any(ends[0]);
    if (pager && dup2(ends[1], STDOUT_FILENO) >= 0) {
        /* A key that ends the pager must not end this process: it waits. */
        (void)signal(SIGPIPE, SIG_IGN);
        (void)signal(SIGINT, SIG_IGN);
        (void)signal(SIGQUIT, SIG_IGN);
    }
    (void)close(ends[0]);
    (void)close(ends[1]);
}

void cli_pager_finish(void)
{
    if (!pager)
        return;
    /* Whoever ends the pager has read enough: that is no failure. */
    (void)fflush(stdout);
    clearerr(stdout);
    /* The pager sees the end; whatever is said after it goes nowhere. */
    if (!freopen("/dev/null", "w", stdout))
        (void)close(STDOUT_FILENO);
    while (waitpid(pager, NULL, 0) < 0 && errno == EINTR)
        continue;
    pager = 0;
}
