/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For test-rights.sh.
 *
 *   rights environment DIR    what VCPUCONF_* of the environment do
 *   rights descriptors DIR    which descriptors a program that is run gets,
 *                             at any time of a connection, a watch, reconciles
 *   rights list               the descriptors above 2 that this program got
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vcpuconf/vcpuconf.h>

#define FDS_MAX 1024
#define LOOKS 300

static const char document[] = "<domain type='kvm'><name>vm</name>"
                               "<vcpu current='1'>2</vcpu></domain>";

static virConnectPtr open_or_say(const char *what, const char *uri)
{
    virConnectPtr conn = virConnectOpen(uri);

    if (!conn)
        (void)printf("%s: %s\n", what, virGetLastErrorMessage());
    return conn;
}

static int environment(const char *dir)
{
    vcpuconfStoreInfo info = {NULL, 0, 0, 0, 0, 0, 0};
    virConnectPtr conn;
    virDomainPtr dom;
    char uri[512];
    char *text;

    (void)printf("secure: %lu\n", getauxval(AT_SECURE));
    conn = open_or_say("uri", NULL);
    if (conn) {
        text = virConnectGetURI(conn);
        (void)printf("uri: %s\n", text);
        free(text);
        (void)virConnectClose(conn);
    }
    conn = open_or_say("store", "test:///default");
    if (conn && vcpuconfConnectGetStoreInfo(conn, &info, 0) == 0)
        (void)printf("store: %s\n", info.path);
    vcpuconfStoreInfoClear(&info);
    if (conn)
        (void)virConnectClose(conn);
    (void)snprintf(uri, sizeof(uri), "test:///default?store=%s/given.db", dir);
    conn = open_or_say("given", uri);
    if (!conn)
        return 1;
    dom = virDomainDefineXML(conn, document);
    (void)printf("schema: %s\n", dom ? "found" : virGetLastErrorMessage());
    if (dom)
        (void)virDomainFree(dom);
    (void)virConnectClose(conn);
    return 0;
}

/* ---- descriptors ---- */

static bool at_start[FDS_MAX];
static atomic_bool stop;
static int most;

static int list(void)
{
    int found = 0;
    int fd;

    for (fd = 3; fd < FDS_MAX; fd++) {
        char name[64];
        char target[256];
        ssize_t len;

        (void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
        len = readlink(name, target, sizeof(target) - 1);
        if (len < 0)
            continue;
        found++;
        (void)printf("inherited %d: %.*s\n", fd, (int)len, target);
    }
    return found > 0;
}

static bool program_gets_none(void)
{
    pid_t pid = fork();
    int status = 1;

    if (pid == 0) {
        (void)execl("/proc/self/exe", "rights", "list", (char *)NULL);
        _exit(127);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static bool all_are_closed_on_exec(void)
{
    bool sound = true;
    int count = 0;
    int fd;

    for (fd = 3; fd < FDS_MAX; fd++) {
        int flags = fcntl(fd, F_GETFD);
        char name[64];
        char target[256];
        ssize_t len;

        if (flags < 0 || at_start[fd])
            continue;
        count++;
        if (flags & FD_CLOEXEC)
            continue;
        (void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
        len = readlink(name, target, sizeof(target) - 1);
        /* The C library's own, closed at once. */
        if (len < 0 || strstr(target, "/gconv/"))
            continue;
        sound = false;
        (void)printf("not close-on-exec: %.*s\n", (int)len, target);
    }
    if (count > most)
        most = count;
    return sound;
}

static void *reconcile(void *opaque)
{
    while (!stop) {
        if (vcpuconfDomainReconcile(opaque, NULL, VCPUCONF_RECONCILE_FORCE) < 0)
            (void)printf("%s\n", virGetLastErrorMessage());
        if (virDomainSetVcpusFlags(opaque, 1, VIR_DOMAIN_AFFECT_LIVE |
                                                  VIR_DOMAIN_AFFECT_CONFIG) < 0)
            (void)printf("%s\n", virGetLastErrorMessage());
    }
    return NULL;
}

static int descriptors(const char *dir)
{
    virConnectPtr conn;
    virDomainPtr dom;
    pthread_t thread;
    bool sound = true;
    char uri[512];
    int fd;
    int i;

    for (fd = 3; fd < FDS_MAX; fd++) {
        at_start[fd] = fcntl(fd, F_GETFD) >= 0;
        if (at_start[fd]) /* the caller's are not ours to judge */
            (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
    (void)snprintf(uri, sizeof(uri), "test://%s/host.db?store=%s/fds.db", dir,
                   dir);
    conn = open_or_say("open", uri);
    dom = conn ? virDomainDefineXML(conn, document) : NULL;
    if (!dom || virDomainCreate(dom) < 0 ||
        vcpuconfConnectWatch(conn, &fd, 0) < 0 ||
        pthread_create(&thread, NULL, reconcile, dom) != 0) {
        (void)printf("%s\n", virGetLastErrorMessage());
        return 1;
    }
    for (i = 0; sound && i < LOOKS; i++)
        sound = all_are_closed_on_exec() &&
                (i % 20 != 0 || program_gets_none());
    stop = true;
    (void)pthread_join(thread, NULL);
    /* The store, its log and index, a lock, the watch. */
    (void)printf("most at a time: %s\n", most >= 5 ? "enough" : "too few");
    (void)virDomainFree(dom);
    (void)virConnectClose(conn);
    return !sound;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    if (strcmp(what, "list") == 0)
        return list();
    if (argc == 3 && strcmp(what, "environment") == 0)
        return environment(argv[2]);
    if (argc == 3 && strcmp(what, "descriptors") == 0)
        return descriptors(argv[2]);
    return 2;
}
