// service-manager SOCKET LOG [STEP [ARGUMENT...] -- PROGRAM [ARGUMENT...]]
//
// A stand-in for systemd as the manager of a service of Type=notify: it binds SOCKET, which the caller names in
// NOTIFY_SOCKET, and writes each message to LOG, one line each, its assignments separated by spaces. The first line of
// LOG is "bound". Descriptors with FDSTORE=1 are stored, those of FDSTOREREMOVE=1 closed; a barrier is answered.
//
// With a STEP, it runs that first (ExecStartPre=) and then PROGRAM, which gets the stored descriptors: LISTEN_FDS,
// LISTEN_PID, LISTEN_FDNAMES. "main PID" in LOG is the pid of PROGRAM, whose exit status is returned. With RESTARTS=N in
// the environment it starts PROGRAM again whenever it has ended, N times. Without a STEP, it runs until it is killed.

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { most_stored = 64, first_listen_fd = 3, beyond = 100 };

static struct { int fd; char name[64]; } stored[most_stored];
static int stored_count;
static FILE *messages;

static const char *assignment(const char *text, const char *key, char *value, size_t size)
{
    size_t length = strlen(key);
    for (const char *line = text; line; line = strchr(line, '\n'), line = line ? line + 1 : NULL)
        if (strncmp(line, key, length) == 0 && line[length] == '=') {
            snprintf(value, size, "%.*s", (int)strcspn(line + length + 1, "\n"), line + length + 1);
            return value;
        }
    return NULL;
}

static void forget(const char *name)
{
    int kept = 0;
    for (int i = 0; i < stored_count; i++) {
        if (strcmp(stored[i].name, name) == 0)
            close(stored[i].fd);
        else
            stored[kept++] = stored[i];
    }
    stored_count = kept;
}

static void receive(int socket)
{
    char text[8192], control[CMSG_SPACE(253 * sizeof(int))], value[64], name[64];
    struct iovec vector = { text, sizeof text - 1 };
    struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control,
                              .msg_controllen = sizeof control };
    ssize_t length = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (length < 0)
        return;
    text[length] = 0;
    bool store = assignment(text, "FDSTORE", value, sizeof value) != NULL;
    if (!assignment(text, "FDNAME", name, sizeof name))
        strcpy(name, "stored");
    if (assignment(text, "FDSTOREREMOVE", value, sizeof value))
        forget(name);
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t i = 0; i < (c->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
            // Like systemd, unless the message forbids it.
            struct pollfd hung = { .fd = fd };
            bool dropped = !strstr(text, "FDPOLL=0") && poll(&hung, 1, 0) > 0 && hung.revents & (POLLERR | POLLHUP);
            if (store && !dropped && stored_count < most_stored) {
                stored[stored_count].fd = fd;
                memcpy(stored[stored_count++].name, name, sizeof name);
            } else {
                close(fd);  // A barrier waits for this.
            }
        }
    }
    for (char *c = text; *c; c++)
        if (*c == '\n')
            *c = ' ';
    fprintf(messages, "%s\n", text);
}

static pid_t start(char **command)
{
    pid_t child = fork();
    if (child < 0)
        err(1, "fork");
    if (child > 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (stored_count > 0) {
        char number[16], names[most_stored * 65] = "";
        for (int i = 0; i < stored_count; i++) {
            // First to a high number, because one may occupy the number of another; then to its final number.
            stored[i].fd = fcntl(stored[i].fd, F_DUPFD, beyond);
            strcat(strcat(names, i ? ":" : ""), stored[i].name);
        }
        for (int i = 0; i < stored_count; i++) {
            dup2(stored[i].fd, first_listen_fd + i);
            close(stored[i].fd);
        }
        snprintf(number, sizeof number, "%d", stored_count);
        setenv("LISTEN_FDS", number, 1);
        snprintf(number, sizeof number, "%d", (int)getpid());
        setenv("LISTEN_PID", number, 1);
        setenv("LISTEN_FDNAMES", names, 1);
    }
    execvp(command[0], command);
    warn("%s", command[0]);
    _exit(127);
}

// Receives until the child has ended, including its last messages.
static int attend(int socket, pid_t child)
{
    for (int status;;) {
        bool ended = waitpid(child, &status, WNOHANG) == child;
        struct pollfd readable = { socket, POLLIN, 0 };
        while (poll(&readable, 1, ended ? 0 : 10) > 0)
            receive(socket);
        if (ended)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
}

int main(int argc, char **argv)
{
    if (argc < 3)
        errx(64, "usage: service-manager SOCKET LOG [STEP... -- PROGRAM...]");
    char **program = argv + 3;
    while (*program && strcmp(*program, "--") != 0)
        program++;
    if (argc > 3 && (!*program || !program[1]))
        errx(64, "a step needs a program behind --");

    messages = fopen(argv[2], "ae");
    if (!messages)
        err(1, "%s", argv[2]);
    setvbuf(messages, NULL, _IOLBF, 0);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[1]);
    int manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    unlink(argv[1]);
    if (manager < 0 || bind(manager, (struct sockaddr *)&address, sizeof address) < 0)
        err(1, "%s", argv[1]);
    chmod(argv[1], 0666);
    fprintf(messages, "bound\n");

    if (argc == 3)
        for (;;)
            receive(manager);
    setenv("NOTIFY_SOCKET", argv[1], 1);
    *program++ = NULL;
    int status = attend(manager, start(argv + 3));
    fprintf(messages, "step ended with %d, %d stored\n", status, stored_count);
    int restarts = getenv("RESTARTS") ? atoi(getenv("RESTARTS")) : 0;
    do {
        pid_t main_process = start(program);
        fprintf(messages, "main %d\n", (int)main_process);
        status = attend(manager, main_process);
    } while (restarts-- > 0);
    return status;
}
