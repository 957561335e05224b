// opener ADDRESS[+N] PORTS COUNT SECONDS [LOCAL-PORTS]: opens COUNT TCP connections to a listener that greets, at this
// address or, in turn, at the N addresses from it on. The kernel chooses every local port. It prints which connections
// never got the greeting.
//
// No socket is closed before the end, so the kernel can choose each local port only once for a destination. It first
// tries the ports of one parity, then the others. So a COUNT above half of net.ipv4.ip_local_port_range certainly
// includes each port of one parity. One process may have too few descriptors, so several share the work. A connection
// without an answer SECONDS after the last one was opened counts as hung.
//
// PORTS is a port or a range of them, which the connections take in turn. With LOCAL-PORTS, a range too, each connection
// binds a local port, in turn as well. Choose two numbers of ports without a common divisor, or pairs come twice.

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { most_hung = 64, most_workers = 256, window = 128 };

struct ports {
    in_port_t first;
    int count;
};

struct tally {
    int opened, answered, refused, hung;
    double slowest;  // seconds, of those that were answered or refused
    bool exhausted;  // the kernel had no local port left
    in_port_t ports[most_hung];
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int compare(const void *a, const void *b)
{
    return *(const in_port_t *)a - *(const in_port_t *)b;
}

static struct ports range(const char *text)
{
    const char *last = strchr(text, '-');
    struct ports ports = { (in_port_t)atoi(text), last ? atoi(last + 1) - atoi(text) + 1 : 1 };
    if (ports.first == 0 || ports.count < 1)
        errx(64, "%s is no port and no range of ports", text);
    return ports;
}

// Opens the connection of this number without waiting for it; returns -1 if no local port is left.
static int begin(struct sockaddr_in peer, int peers, struct ports remote, struct ports local, int number, int poller,
                 double *sockets)
{
    // A reset at the end instead of a FIN: both sides drop thirty thousand connections at once.
    struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
    int yes = 1, s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s < 0 || setsockopt(s, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) < 0)
        err(1, "socket");
    if (local.count > 0) {
        struct sockaddr_in own = { .sin_family = AF_INET };
        own.sin_port = htons((in_port_t)(local.first + number % local.count));
        if (setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
            bind(s, (const struct sockaddr *)&own, sizeof own) < 0)
            err(1, "bind port %d", ntohs(own.sin_port));
    }
    peer.sin_addr.s_addr = htonl(ntohl(peer.sin_addr.s_addr) + (in_addr_t)(number % peers));
    peer.sin_port = htons((in_port_t)(remote.first + number % remote.count));
    if (connect(s, (const struct sockaddr *)&peer, sizeof peer) < 0 && errno != EINPROGRESS) {
        if (errno != EADDRNOTAVAIL)
            err(1, "connect");
        close(s);
        return -1;
    }
    struct epoll_event interest = { .events = EPOLLIN, .data.fd = s };
    if (epoll_ctl(poller, EPOLL_CTL_ADD, s, &interest) < 0)
        err(1, "epoll_ctl");
    sockets[s] = now();
    return s;
}

static void open_all(struct sockaddr_in peer, int peers, struct ports remote, struct ports local, int first,
                     int count, double patience, int limit, struct tally *tally)
{
    int poller = epoll_create1(EPOLL_CLOEXEC);
    double *waiting = calloc((size_t)limit, sizeof *waiting);  // by descriptor: start of the wait, or 0 if answered
    if (poller < 0 || !waiting)
        err(1, "epoll");

    double last = now();
    for (;;) {
        while (tally->opened < count && !tally->exhausted &&
               tally->opened - tally->answered - tally->refused < window) {
            if (begin(peer, peers, remote, local, first + tally->opened, poller, waiting) < 0)
                tally->exhausted = true;
            else
                tally->opened++;
            last = now();
        }
        if (tally->answered + tally->refused == tally->opened || now() - last > patience)
            break;
        struct epoll_event events[window];
        int ready = epoll_wait(poller, events, window, 100);
        for (int i = 0; i < ready; i++) {
            char greeting[16];
            int s = events[i].data.fd;
            if (read(s, greeting, sizeof greeting) > 0)
                tally->answered++;
            else
                tally->refused++;
            if (now() - waiting[s] > tally->slowest)
                tally->slowest = now() - waiting[s];
            waiting[s] = 0;
            epoll_ctl(poller, EPOLL_CTL_DEL, s, NULL);
        }
    }
    for (int s = 0; s < limit; s++) {
        struct sockaddr_in local = { 0 };
        socklen_t length = sizeof local;
        if (waiting[s] == 0)
            continue;
        if (tally->hung < most_hung && getsockname(s, (struct sockaddr *)&local, &length) == 0)
            tally->ports[tally->hung] = ntohs(local.sin_port);
        tally->hung++;
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_in peer = { .sin_family = AF_INET };
    char *plus = argc > 1 ? strchr(argv[1], '+') : NULL;
    int peers = plus ? atoi(plus + 1) : 1;
    if (plus)
        *plus = '\0';
    if (argc < 5 || argc > 6 || peers < 1 || inet_pton(AF_INET, argv[1], &peer.sin_addr) != 1)
        errx(64, "usage: opener ADDRESS[+N] PORTS COUNT SECONDS [LOCAL-PORTS]");
    struct ports remote = range(argv[2]), local = argc == 6 ? range(argv[5]) : (struct ports){ 0 };
    int count = atoi(argv[3]);
    double patience = atof(argv[4]), start = now();

    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max < 20000 ? files.rlim_max : 20000;
    if (setrlimit(RLIMIT_NOFILE, &files) < 0)
        err(1, "setrlimit");
    int limit = (int)files.rlim_cur, each = limit - 32;
    if (each < 1 || (count + each - 1) / each > most_workers)
        errx(1, "%d connections need more descriptors than this limit allows: %d", count, limit);
    int workers = (count + each - 1) / each;

    // `results` carries a tally from each worker. Closing `hold` tells the workers that all have opened theirs.
    int results[2], hold[2];
    if (pipe2(results, O_CLOEXEC) < 0 || pipe2(hold, O_CLOEXEC) < 0)
        err(1, "pipe");
    for (int w = 0; w < workers; w++) {
        pid_t child = fork();
        if (child < 0)
            err(1, "fork");
        if (child > 0)
            continue;
        struct tally mine = { 0 };
        char end;
        close(hold[1]);
        close(results[0]);
        int share = count / workers, rest = count % workers;
        open_all(peer, peers, remote, local, w * share + (w < rest ? w : rest), share + (w < rest), patience, limit, &mine);
        if (write(results[1], &mine, sizeof mine) != sizeof mine)
            err(1, "write");
        _exit(read(hold[0], &end, 1) == 0 ? 0 : 1);
    }
    close(results[1]);

    struct tally all = { 0 }, one;
    for (int w = 0; w < workers; w++) {
        if (read(results[0], &one, sizeof one) != sizeof one)
            errx(1, "a worker ended early");
        for (int i = 0; i < one.hung && i < most_hung && all.hung + i < most_hung; i++)
            all.ports[all.hung + i] = one.ports[i];
        all.opened += one.opened;
        all.answered += one.answered;
        all.refused += one.refused;
        all.hung += one.hung;
        all.exhausted |= one.exhausted;
        if (one.slowest > all.slowest)
            all.slowest = one.slowest;
    }
    double took = now() - start;
    close(hold[1]);
    while (wait(NULL) > 0)
        ;

    int shown = all.hung < most_hung ? all.hung : most_hung;
    qsort(all.ports, (size_t)shown, sizeof all.ports[0], compare);
    printf("opened=%d\nanswered=%d\nrefused=%d\nhung=%d\nexhausted=%s\nseconds=%.3f\nslowest=%.2f\nports=", all.opened,
           all.answered, all.refused, all.hung, all.exhausted ? "yes" : "no", took, all.slowest);
    for (int i = 0; i < shown; i++)
        printf("%s%d", i ? " " : "", all.ports[i]);
    printf("\n");
    return 0;
}
