// borrower KIND ADDRESS PORT: passes a socket of its own to LendHold, as busctl(1) can't; says what the guard answers, where
// the socket is bound then, and whether anybody else gets in beside it. KIND is tcp, sharing (SO_REUSEPORT), udp, v6, bound.
// The bus is that of DBUS_SYSTEM_BUS_ADDRESS.

#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>

static void lend(const char *address, int port, int number)
{
    sd_bus *bus = NULL;
    sd_bus_error error = SD_BUS_ERROR_NULL;

    if (sd_bus_open_system(&bus) < 0)
        errx(1, "no bus");
    if (sd_bus_call_method(bus, "org.amtguard1", "/org/amtguard1", "org.amtguard1.Manager", "LendHold", &error, NULL,
                           "sqh", address, port, number) < 0)
        printf("%s: %s\n", error.name, error.message);
    sd_bus_error_free(&error);
    sd_bus_flush_close_unref(bus);
}

static int opened(const char *kind)
{
    int domain = strcmp(kind, "v6") ? AF_INET : AF_INET6, type = strcmp(kind, "udp") ? SOCK_STREAM : SOCK_DGRAM;
    int number = socket(domain, type, 0), one = 1;
    struct sockaddr_in any = {.sin_family = AF_INET};

    if (number < 0)
        err(1, "socket");
    if (!strcmp(kind, "sharing") && setsockopt(number, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one) < 0)
        err(1, "SO_REUSEPORT");
    if (!strcmp(kind, "bound") && bind(number, (struct sockaddr *) &any, sizeof any) < 0)
        err(1, "bind");
    return number;
}

static int gets_in(const char *address, int port, int option)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = inet_addr(address)};
    int number = opened("tcp"), one = 1;

    setsockopt(number, SOL_SOCKET, option, &one, sizeof one);
    return bind(number, (struct sockaddr *) &name, sizeof name) == 0;
}

int main(int count, char **words)
{
    struct sockaddr_in name = {0};
    socklen_t length = sizeof name;

    if (count != 4)
        errx(64, "usage: borrower KIND ADDRESS PORT");
    int port = atoi(words[3]), number = opened(words[1]);
    lend(words[2], port, number);
    if (getsockname(number, (struct sockaddr *) &name, &length) == 0 && name.sin_family == AF_INET)
        printf("bound to %s:%d\n", inet_ntoa(name.sin_addr), ntohs(name.sin_port));
    if (gets_in(words[2], port, SO_REUSEADDR) || gets_in(words[2], port, SO_REUSEPORT))
        printf("another got in\n");
    return 0;
}
