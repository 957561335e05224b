// greeter ADDRESS PORTS: the peer of the demo. It listens on a port or a range of them, greets each connection, and
// closes it.
//
// It closes first, so that it needs no descriptor for a connection that the other side keeps open. So thirty
// thousand connections need no further descriptor.

#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { batch = 64 };

static int listen_on(const struct sockaddr_in *address)
{
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), yes = 1;
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
        bind(listener, (const struct sockaddr *)address, sizeof *address) < 0 || listen(listener, 4096) < 0)
        err(1, "listen on port %d", ntohs(address->sin_port));
    return listener;
}

static void greet(int listener)
{
    static const char greeting[] = "hello\n";
    for (int connection; (connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0; close(connection))
        if (write(connection, greeting, sizeof greeting - 1) < 0)
            warn("write");
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    if (argc != 3 || inet_pton(AF_INET, argv[1], &address.sin_addr) != 1)
        errx(64, "usage: greeter ADDRESS PORTS");
    const char *dash = strchr(argv[2], '-');
    int first = atoi(argv[2]), last = dash ? atoi(dash + 1) : first;

    int poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0)
        err(1, "epoll");
    for (int port = first; port <= last; port++) {
        address.sin_port = htons((in_port_t)port);
        struct epoll_event interest = { .events = EPOLLIN, .data.fd = listen_on(&address) };
        if (epoll_ctl(poller, EPOLL_CTL_ADD, interest.data.fd, &interest) < 0)
            err(1, "epoll_ctl");
    }
    signal(SIGPIPE, SIG_IGN);

    for (;;) {
        struct epoll_event events[batch];
        int ready = epoll_wait(poller, events, batch, -1);
        for (int i = 0; i < ready; i++)
            greet(events[i].data.fd);
    }
}
