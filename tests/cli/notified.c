/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a service says to its manager: notified SOCKET makes a datagram socket
 * there and prints what comes, a line each, with a blank for each line end in
 * it.  It says "listening" first, and ends by a signal.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    char text[4096];
    ssize_t len;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || argc != 2 || strlen(argv[1]) >= sizeof(addr.sun_path))
        return 99;
    strcpy(addr.sun_path, argv[1]);
    if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
        return 99;
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    (void)puts("listening");
    while ((len = recv(fd, text, sizeof(text) - 1, 0)) >= 0) {
        char *p;

        text[len] = '\0';
        for (p = text; *p; p++)
            *p = *p == '\n' ? ' ' : *p;
        (void)puts(text);
    }
    return 1;
}
