#include "objects.h"
#include "wire.h"

#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// A TCP connection with unsent data, and a peer that never reads: the last process to close it waits for SO_LINGER's time.
static int lingering(int seconds)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof name;
    int listener = socket(AF_INET, SOCK_STREAM, 0), sender = socket(AF_INET, SOCK_STREAM, 0), least = 2048;
    setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &least, sizeof least);
    if (bind(listener, (struct sockaddr *)&name, sizeof name) < 0 || listen(listener, 1) < 0 ||
        getsockname(listener, (struct sockaddr *)&name, &length) < 0 ||
        connect(sender, (struct sockaddr *)&name, sizeof name) < 0 || accept(listener, NULL, NULL) < 0)
        err(1, "a connection");
    struct linger linger = {1, seconds};
    setsockopt(sender, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    static char data[65536];
    while (send(sender, data, sizeof data, MSG_DONTWAIT) > 0)
        ;
    return sender;
}

// One end of a pair with that connection in its queue: closing this end closes the connection.
static int queued(int seconds)
{
    int ends[2], held = lingering(seconds);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
        err(1, "a pair of sockets");
    send_all(ends[0], "x", 1, held, 1);
    close(held);
    close(ends[0]);
    return ends[1];
}

static int fifo(void)
{
    char path[64];
    snprintf(path, sizeof path, "/tmp/amtguard-fifo-%d", getpid());
    if (mkfifo(path, 0600) < 0)
        err(1, "%s", path);
    int number = open(path, O_RDWR | O_NONBLOCK);
    unlink(path);
    static char data[65536];
    if (number < 0 || write(number, data, sizeof data) < 0)
        err(1, "%s", path);
    return number;
}

static int userfault(void)
{
    int number = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY);
    if (number < 0)
        err(77, "userfaultfd");
    struct uffdio_api api = {.api = UFFD_API};
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct uffdio_register area = {
        .range = {(unsigned long)page, 4096}, .mode = UFFDIO_REGISTER_MODE_MISSING};
    if (ioctl(number, UFFDIO_API, &api) < 0 || ioctl(number, UFFDIO_REGISTER, &area) < 0)
        err(77, "userfaultfd");
    return number;
}

int object_new(const char *kind, int seconds)
{
    int number = -1;
    if (!strcmp(kind, "linger"))
        number = lingering(seconds);
    else if (!strcmp(kind, "queued"))
        number = queued(seconds);
    else if (!strcmp(kind, "fifo"))
        number = fifo();
    else if (!strcmp(kind, "memory"))
        number = memfd_create("stranger", MFD_CLOEXEC);
    else if (!strcmp(kind, "userfault"))
        number = userfault();
    else if (!strcmp(kind, "file"))
        number = file_of_ours();
    else
        errx(64, "no object of the kind %s", kind);
    if (number < 0)
        err(1, "%s", kind);
    return number;
}
