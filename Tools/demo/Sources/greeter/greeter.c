// greeter ADDRESS PORT: the peer of the demo. It greets each connection, and closes it.
//
// It closes first, so that it needs no descriptor for a connection that the other side keeps open: thirty thousand
// connections cost it nothing.

#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    if (argc != 3 || inet_pton(AF_INET, argv[1], &address.sin_addr) != 1)
        errx(64, "usage: greeter ADDRESS PORT");
    address.sin_port = htons((in_port_t)atoi(argv[2]));

    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
        bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 4096) < 0)
        err(1, "listen on %s port %s", argv[1], argv[2]);
    signal(SIGPIPE, SIG_IGN);

    for (;;) {
        static const char greeting[] = "hello\n";
        int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (connection < 0)
            continue;
        if (write(connection, greeting, sizeof greeting - 1) < 0)
            warn("write");
        close(connection);
    }
}
