// The kernel's list of reserved ports: reading, adding, replacing.

#include "reserved_list.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

int reserved_open(void)
{
    int list = open(RESERVED_LIST, O_RDWR | O_CLOEXEC);
    if (list < 0)
        err(1, "%s", RESERVED_LIST);
    return list;
}

void reserved_refuse_host(void)
{
    char mine[64] = "";
    const char *host = getenv("HOST_NETNS");
    if (readlink("/proc/self/ns/net", mine, sizeof mine - 1) < 0)
        err(1, "/proc/self/ns/net");
    if (!host || strcmp(host, mine) == 0)
        errx(2, "this overwrites the list: start it in a network namespace of its own, with HOST_NETNS set to what "
                "'readlink /proc/self/ns/net' says outside");
}

bool ports_parse(const char *text, struct ports *ports)
{
    memset(ports, 0, sizeof *ports);
    while (*text && *text != '\n') {
        char *end;
        unsigned long first = strtoul(text, &end, 10), last = first;
        if (end == text)
            return false;
        if (*end == '-') {
            text = end + 1;
            last = strtoul(text, &end, 10);
            if (end == text)
                return false;
        }
        if (first > last || last > 65535)
            return false;
        for (unsigned long port = first; port <= last; port++)
            ports->bits[port / 64] |= UINT64_C(1) << port % 64;
        if (*end == ',')
            end++;
        else if (*end && *end != '\n')
            return false;
        text = end;
    }
    return true;
}

bool ports_hold(const struct ports *whole, const struct ports *part)
{
    for (size_t i = 0; i < sizeof whole->bits / sizeof *whole->bits; i++)
        if (part->bits[i] & ~whole->bits[i])
            return false;
    return true;
}

void reserved_read(int list, struct ports *ports)
{
    // The longest possible list is about 190 KiB, and a short buffer cuts a number in two. But the kernel allocates and
    // clears as much as the reader asks for: 4.8 us for 256 KiB, 1.0 us for 4 KiB. So ask for little first.
    static char text[256 * 1024];
    ssize_t length = pread(list, text, 4096, 0);
    if (length == 4096)
        length = pread(list, text, sizeof text - 1, 0);
    if (length < 0)
        err(1, "read %s", RESERVED_LIST);
    text[length] = '\0';
    if (!ports_parse(text, ports))
        errx(1, "not a list of ports: %s", text);
}

static void write_all(int list, const char *text, off_t position)
{
    if (pwrite(list, text, strlen(text), position) != (ssize_t)strlen(text))
        err(1, "write '%s' to %s", text, RESERVED_LIST);
}

void reserved_replace(int list, const char *text)
{
    write_all(list, text, 0);
}

void reserved_add(int list, const char *text)
{
    write_all(list, text, 1);
}

int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void sleep_ns(int64_t ns)
{
    struct timespec t = { ns / 1000000000, ns % 1000000000 };
    while (nanosleep(&t, &t) < 0 && errno == EINTR)
        ;
}

uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

pid_t spawn_silent(char **command)
{
    pid_t child = fork();
    if (child < 0)
        err(1, "fork");
    if (child > 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, 0);
    dup2(nothing, 1);
    dup2(nothing, 2);
    execv(command[0], command);
    _exit(127);
}
