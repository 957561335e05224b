// many-sockets COUNT: opens COUNT TCP sockets within this host, both ends of each connection, and keeps them.
// many-sockets victims ADDRESS PORT…: opens a listener on each of these, and keeps them.
// Prints "open" when all are there. On SIGTERM it ends and closes all of them.
//
// A process holds 10,000 of them: the limit of descriptors is seldom above 20,000, so several processes share the work.

#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { a_process = 10000, most_processes = 100 };

static int listener(struct sockaddr_in *address)
{
    int s = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    if (s < 0 || setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0
        || bind(s, (struct sockaddr *)address, sizeof *address) < 0 || listen(s, 128) < 0)
        err(1, "listen on %s:%d", inet_ntoa(address->sin_addr), ntohs(address->sin_port));
    return s;
}

static struct sockaddr_in place(in_addr_t address, int port)
{
    struct sockaddr_in place = { .sin_family = AF_INET, .sin_addr.s_addr = address, .sin_port = htons((in_port_t)port) };
    return place;
}

// Each process connects to an address of its own, so that none runs out of local ports.
static void fill(int index, int connections)
{
    struct sockaddr_in server = place(htonl(INADDR_LOOPBACK + 1 + (in_addr_t)index), 7000);
    int s = listener(&server);
    for (int i = 0; i < connections; i++) {
        int client = socket(AF_INET, SOCK_STREAM, 0);
        if (client < 0 || connect(client, (struct sockaddr *)&server, sizeof server) < 0 || accept(s, NULL, NULL) < 0)
            err(1, "connection %d of process %d", i, index);
    }
}

int main(int argc, char **argv)
{
    if (argc < 2)
        errx(64, "usage: many-sockets COUNT | victims ADDRESS PORT...");
    if (strcmp(argv[1], "victims") == 0) {
        for (int i = 3; i < argc; i++) {
            struct sockaddr_in server = place(inet_addr(argv[2]), atoi(argv[i]));
            listener(&server);
        }
        puts("open");
        fflush(stdout);
        pause();
        return 0;
    }
    struct rlimit limit = { a_process + 100, a_process + 100 };
    setrlimit(RLIMIT_NOFILE, &limit);
    int count = atoi(argv[1]), processes = (count + a_process - 1) / a_process, ready[2];
    if (count < 2 || processes > most_processes)
        errx(64, "COUNT is from 2 to %d", a_process * most_processes);
    if (pipe(ready) < 0)
        err(1, "pipe");
    for (int i = 0; i < processes; i++) {
        int mine = count > a_process ? a_process : count;
        count -= mine;
        pid_t child = fork();
        if (child < 0)
            err(1, "fork");
        if (child == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            fill(i, mine / 2);
            if (write(ready[1], "x", 1) != 1)
                err(1, "write");
            pause();
            _exit(0);
        }
    }
    close(ready[1]);
    char byte;
    for (int i = 0; i < processes; i++)
        if (read(ready[0], &byte, 1) != 1)
            errx(1, "a process ended before its sockets were open");
    puts("open");
    fflush(stdout);
    pause();
}
