// ready-time COUNT PROGRAM [ARGUMENT…]: starts a service COUNT times in the way of a service manager. For each start it
// prints the nanoseconds from the fork to the READY=1; -1 if none came within five seconds. It stops each with SIGTERM
// and waits for its end.

#include "reserved_list.h"

#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int64_t until_ready(int notifications, int64_t begin)
{
    int64_t end = begin + INT64_C(5000000000);
    for (;;) {
        char message[4096];
        struct pollfd arrival = { notifications, POLLIN, 0 };
        int64_t left = end - now_ns();
        if (left <= 0 || poll(&arrival, 1, (int)(left / 1000000) + 1) <= 0)
            return -1;
        ssize_t length = recv(notifications, message, sizeof message - 1, 0);
        int64_t now = now_ns();
        message[length > 0 ? length : 0] = '\0';
        if (strncmp(message, "READY=1", 7) == 0 || strstr(message, "\nREADY=1"))
            return now - begin;
    }
}

int main(int argc, char **argv)
{
    if (argc < 3)
        errx(64, "usage: ready-time COUNT PROGRAM [ARGUMENT...]");
    reserved_refuse_host();
    int count = atoi(argv[1]);

    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "amtguard-ready-time-%d", getpid());
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(address.sun_path + 1));
    char name[sizeof address.sun_path + 1];
    snprintf(name, sizeof name, "@%s", address.sun_path + 1);
    int notifications = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (notifications < 0 || bind(notifications, (struct sockaddr *)&address, length) < 0)
        err(1, "notification socket");
    setenv("NOTIFY_SOCKET", name, 1);

    for (int i = 0; i < count; i++) {
        char late[4096];
        int64_t begin = now_ns();
        pid_t service = spawn_silent(argv + 2);
        printf("%" PRId64 "\n", until_ready(notifications, begin));
        kill(service, SIGTERM);
        waitpid(service, NULL, 0);
        while (recv(notifications, late, sizeof late, MSG_DONTWAIT) >= 0)
            ;  // the messages during its end
    }
    return 0;
}
