// login-manager BUS-ADDRESS: a stand-in for systemd-logind. It owns org.freedesktop.login1, prints "owned", and emits
// PrepareForSleep with the value of each line of its standard input: "true" before a sleep and "false" after it. It ends
// with its input.

#include <err.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-bus.h>

static void must(int result, const char *what)
{
    if (result < 0)
        errx(1, "%s: %s", what, strerror(-result));
}

int main(int argc, char **argv)
{
    if (argc != 2)
        errx(64, "usage: login-manager BUS-ADDRESS");
    sd_bus *bus;
    must(sd_bus_new(&bus), "new");
    must(sd_bus_set_address(bus, argv[1]), argv[1]);
    must(sd_bus_set_bus_client(bus, 1), "client");
    must(sd_bus_start(bus), argv[1]);
    must(sd_bus_request_name(bus, "org.freedesktop.login1", 0), "the name");
    printf("owned\n");
    fflush(stdout);
    for (char line[16]; fgets(line, sizeof line, stdin);) {
        must(sd_bus_emit_signal(bus, "/org/freedesktop/login1", "org.freedesktop.login1.Manager", "PrepareForSleep",
                                "b", strcmp(line, "true\n") == 0), "emit");
        must(sd_bus_flush(bus), "flush");
    }
    sd_bus_flush_close_unref(bus);
    return 0;
}
