/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vm.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define BOOT_MS 60000
#define END_MS 5000
#define VMS_MAX 16
#define ARGS_MAX 64

/* ---- which ones run: ended with their process ---- */

static struct {
    pid_t owner; /* a forked process has none of them */
    pid_t child;
} running[VMS_MAX];

static void end_all(void)
{
    size_t i;

    for (i = 0; i < VMS_MAX; i++) {
        if (running[i].child && running[i].owner == getpid()) {
            (void)kill(running[i].child, SIGKILL);
            (void)waitpid(running[i].child, NULL, 0);
        }
        running[i].child = 0;
    }
}

static int register_child(pid_t child)
{
    static bool at_exit;
    size_t i;

    if (!at_exit && atexit(end_all) != 0)
        return -1;
    at_exit = true;
    for (i = 0; i < VMS_MAX; i++) {
        if (running[i].child && running[i].owner == getpid())
            continue;
        running[i].owner = getpid();
        running[i].child = child;
        return 0;
    }
    return -1;
}

static void forget_child(pid_t child)
{
    size_t i;

    for (i = 0; i < VMS_MAX; i++) {
        if (running[i].child == child)
            running[i].child = 0;
    }
}

/* ---- the command line ---- */

struct args {
    char *argv[ARGS_MAX + 1];
    size_t n;
};

static void add(struct args *args, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void add(struct args *args, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    if (args->n == ARGS_MAX || vasprintf(&args->argv[args->n], fmt, ap) < 0)
        abort();
    va_end(ap);
    args->argv[++args->n] = NULL;
}

static void args_clear(struct args *args)
{
    while (args->n > 0)
        free(args->argv[--args->n]);
}

static const char *qemu_program(void)
{
    const char *name = getenv("VCPUCONF_LAB_QEMU");

    return name && *name ? name : "qemu-system-x86_64";
}

/* With the commas doubled, as QEMU wants them in a file's name. */
static const char *built_file(const char *name, char *buf, size_t room)
{
    const char *top = getenv("abs_top_builddir");
    char path[4096];
    size_t n = 0;
    const char *p;

    (void)snprintf(path, sizeof(path), "%s/tests/lab-qemu/%s", top ? top : ".",
                   name);
    for (p = path; *p && n + 3 < room; p++) {
        buf[n++] = *p;
        if (*p == ',')
            buf[n++] = ',';
    }
    buf[n] = '\0';
    return buf;
}

static void add_guest(struct args *args, enum vm_guest guest)
{
    static const char *const images[] = {"tiny.img", "refuse.img", "deaf.img",
                                         "spin.img", "tiny.img"};
    char path[8192];

    if (guest == VM_LINUX) {
        add(args, "-kernel");
        add(args, "%s/vmlinuz", getenv("VCPUCONF_LAB_GUEST"));
        add(args, "-initrd");
        add(args, "%s/initrd.img", getenv("VCPUCONF_LAB_GUEST"));
        add(args, "-append");
        add(args, "console=ttyS0 panic=-1 quiet");
        add(args, "-no-reboot");
    } else if (guest != VM_BARE) {
        add(args, "-drive");
        add(args, "file=%s,format=raw,if=ide,snapshot=on",
            built_file(images[guest], path, sizeof(path)));
    }
    if (guest == VM_STOPPED || guest == VM_BARE)
        add(args, "-S");
    add(args, "-m");
    add(args, guest == VM_LINUX ? "256" : "16");
}

static void add_socket(struct args *args, const char *id, const char *name,
                       const char *suffix)
{
    add(args, "-chardev");
    add(args, "socket,id=%s,path=%s%s,server=on,wait=off", id, name, suffix);
}

static void add_monitors(struct args *args, const struct vm_spec *spec)
{
    add_socket(args, "qmp0", spec->name, ".qmp");
    add(args, "-mon");
    add(args, "chardev=qmp0,mode=%s", spec->hmp ? "readline" : "control");
    if (spec->events) {
        add_socket(args, "qmp1", spec->name, ".events");
        add(args, "-mon");
        add(args, "chardev=qmp1,mode=control");
    }
    if (spec->agent) {
        add_socket(args, "ga0", spec->name, ".ga");
        add(args, "-device");
        add(args, "virtio-serial-pci");
        add(args, "-device");
        add(args, "virtserialport,chardev=ga0,id=gap0,"
                  "name=org.qemu.guest_agent.0");
    }
}

static void make_args(struct args *args, const struct vm_spec *spec, int mon)
{
    add(args, "%s", qemu_program());
    add(args, "-name");
    add(args, "%s,debug-threads=on", spec->name);
    if (spec->uuid) {
        add(args, "-uuid");
        add(args, "%s", spec->uuid);
    }
    add(args, "-nodefaults");
    add(args, "-no-user-config");
    add(args, "-display");
    add(args, "none");
    add(args, "-machine");
    add(args, "pc");
    add(args, "-accel");
    add(args, "%s", spec->accel ? spec->accel : "tcg,thread=multi");
    add(args, "-smp");
    add(args, "%u,maxcpus=%u", spec->online ? spec->online : 2,
        spec->maximum ? spec->maximum : 9);
    add_guest(args, spec->guest);
    add_monitors(args, spec);
    add(args, "-serial");
    add(args, "file:%s.con", spec->name);
    add(args, "-chardev");
    add(args, "socket,id=lab,fd=%d", mon);
    add(args, "-mon");
    add(args, "chardev=lab,mode=control");
    if (spec->more) {
        add(args, "%s", spec->more);
        if (spec->more_value)
            add(args, "%s", spec->more_value);
    }
}

/* ---- starting ---- */

/* In the child; never returns. */
static void become_qemu(const struct vm_spec *spec, struct args *args, int mon,
                        pid_t parent)
{
    char log[128];
    int out;

    /* a change of user would take the signal back */
    if (chdir(spec->dir) < 0 ||
        (spec->user && (setgid(spec->user) < 0 || setuid(spec->user) < 0)) ||
        prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
        _exit(126);
    (void)snprintf(log, sizeof(log), "%s.log", spec->name);
    out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (out < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0 ||
        fcntl(mon, F_SETFD, 0) < 0)
        _exit(126);
    /* who listens is who a client sees behind the socket */
    if (spec->agent_listener && listen(spec->agent_listener, 4) < 0)
        _exit(126);
    (void)execvp(args->argv[0], args->argv);
    _exit(127);
}

/* First in a new namespace of processes: killed with the one around it. */
static void become_namespace(const struct vm_spec *spec, struct args *args,
                             int mon, pid_t parent)
{
    pid_t inner;
    int status = 0;

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent ||
        unshare(CLONE_NEWPID) < 0)
        _exit(126);
    inner = fork();
    if (inner == 0)
        become_qemu(spec, args, mon, 0); /* the parent is outside: pid 0 */
    (void)close(mon);
    (void)waitpid(inner, &status, 0);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128);
}

/* The process that made the other end listen, or connected to it. */
static pid_t peer_of(const struct vm *vm)
{
    char path[4200];
    struct ucred cred = {0};
    socklen_t len = sizeof(cred);
    int fd = lab_connect(vm_path(vm, ".qmp", path, sizeof(path)));

    if (fd >= 0) {
        (void)getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len);
        (void)close(fd);
    }
    return cred.pid;
}

int vm_bind_agent(const char *dir, const char *name)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    int place = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)snprintf(addr.sun_path, sizeof(addr.sun_path),
                   "/proc/self/fd/%d/%s.ga", place, name);
    (void)unlink(addr.sun_path);
    if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
        (void)close(fd);
        fd = -1;
    }
    (void)close(place);
    return fd;
}

static void show_log(const struct vm *vm)
{
    char path[4200];
    char line[512];
    FILE *log = fopen(vm_path(vm, ".log", path, sizeof(path)), "re");

    while (log && fgets(line, sizeof(line), log))
        (void)fprintf(stderr, "  QEMU: %s", line);
    if (log)
        (void)fclose(log);
}

static int wait_until_up(const struct vm_spec *spec, struct vm *vm, int mon)
{
    if (qmp_begin(&vm->mon, mon, BOOT_MS) < 0) {
        (void)fprintf(stderr, "machine '%s': its monitor does not answer\n",
                      spec->name);
        return -1;
    }
    vm->pid = spec->pid_namespace ? peer_of(vm) : vm->child;
    if (spec->guest >= VM_STOPPED)
        return 0;
    if (!vm_said(vm, "U", BOOT_MS)) {
        (void)fprintf(stderr, "machine '%s': its guest does not start\n",
                      spec->name);
        return -1;
    }
    return 0;
}

int vm_start(const struct vm_spec *spec, struct vm *ret)
{
    struct args args = {0};
    pid_t parent = getpid();
    char con[4200];
    int pair[2];

    memset(ret, 0, sizeof(*ret));
    ret->mon.fd = ret->pidfd = -1;
    (void)snprintf(ret->dir, sizeof(ret->dir), "%s", spec->dir);
    (void)snprintf(ret->name, sizeof(ret->name), "%s", spec->name);
    (void)unlink(vm_path(ret, ".con", con, sizeof(con)));
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return -1;
    make_args(&args, spec, pair[1]);
    ret->child = fork();
    if (ret->child == 0) {
        if (spec->pid_namespace)
            become_namespace(spec, &args, pair[1], parent);
        become_qemu(spec, &args, pair[1], parent);
    }
    (void)close(pair[1]);
    args_clear(&args);
    if (ret->child > 0)
        ret->pidfd = (int)syscall(SYS_pidfd_open, ret->child, 0);
    ret->mon.fd = pair[0];
    if (ret->child > 0 && register_child(ret->child) == 0 &&
        wait_until_up(spec, ret, pair[0]) == 0)
        return 0;
    show_log(ret);
    if (ret->child > 0)
        vm_kill(ret);
    else
        qmp_end(&ret->mon);
    return -1;
}

/* ---- ending ---- */

static void reap(struct vm *vm)
{
    (void)waitpid(vm->child, NULL, 0);
    forget_child(vm->child);
    (void)close(vm->pidfd);
    qmp_end(&vm->mon);
    memset(vm, 0, sizeof(*vm));
    vm->pidfd = vm->mon.fd = -1;
}

void vm_kill(struct vm *vm)
{
    if (vm->child <= 0)
        return;
    (void)kill(vm->child, SIGKILL);
    reap(vm);
}

void vm_end(struct vm *vm)
{
    if (vm->child <= 0)
        return;
    (void)kill(vm->pid, SIGTERM);
    if (!lab_readable(vm->pidfd, lab_now_ms() + END_MS))
        (void)kill(vm->child, SIGKILL);
    reap(vm);
}

/* ---- looking ---- */

const char *vm_path(const struct vm *vm, const char *suffix, char *buf,
                    size_t room)
{
    (void)snprintf(buf, room, "%s/%s%s", vm->dir, vm->name, suffix);
    return buf;
}

static bool file_holds(const char *path, const char *text)
{
    char buf[4096];
    FILE *file = fopen(path, "re");
    size_t n;

    if (!file)
        return false;
    n = fread(buf, 1, sizeof(buf), file);
    (void)fclose(file);
    return memmem(buf, n, text, strlen(text)) != NULL;
}

bool vm_said(const struct vm *vm, const char *text, int limit_ms)
{
    char path[4200];
    char news[4096];
    long long until = lab_now_ms() + limit_ms;
    int fd = inotify_init1(IN_CLOEXEC);
    bool said;

    (void)vm_path(vm, ".con", path, sizeof(path));
    if (fd < 0 || inotify_add_watch(fd, vm->dir, IN_MODIFY | IN_CREATE) < 0)
        return false;
    while (!(said = file_holds(path, text))) {
        struct pollfd wait[] = {{fd, POLLIN, 0}, {vm->pidfd, POLLIN, 0}};
        long long left = until - lab_now_ms();

        if (left <= 0 || poll(wait, 2, (int)left) <= 0 || wait[1].revents ||
            read(fd, news, sizeof(news)) <= 0)
            break;
    }
    (void)close(fd);
    return said;
}

bool vm_possible(void)
{
    pid_t child = fork();
    int status = -1;

    if (child == 0) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

        (void)dup2(null, 1);
        (void)dup2(null, 2);
        (void)execlp(qemu_program(), qemu_program(), "--version", (char *)NULL);
        _exit(127);
    }
    if (child > 0 && waitpid(child, &status, 0) == child && status == 0)
        return true;
    (void)printf("no %s here (Debian package: qemu-system-x86)\n",
                 qemu_program());
    return false;
}
