/* lms-like [--commands N] [--gap MS] [--no-listen] [--attempts N] [--pause MS] NODE: does to a MEI device and to the
 * host's ports what Intel LMS does, and nothing else. It shares no line with LMS: this was seen on LMS 2506.0.0.0.
 *
 * First it asks AMTHI N questions (34), and connects for each. If another program has the connection, it tries three
 * times, half a second apart, and then counts the question as lost: "commands: 34 asked, 0 lost, 2 waited". Between two
 * questions it does something else for --gap MS (0). With --no-listen it ends here, with exit status 1 if one was lost.
 *
 * Then it connects to LME and does what the firmware asks for. For each port it binds 0.0.0.0 with SO_REUSEADDR, then
 * [::] with SO_REUSEADDR and IPV6_V6ONLY if the host has an address of IPv6, and listens. If one of both fails, it
 * refuses the port, disconnects and closes all ports. It tries again after --pause MS (6000), --attempts N in all (35),
 * and then stays without ports until it ends. It turns callers from outside of the host away, and hands the others to
 * the firmware. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <ifaddrs.h>
#include <linux/mei.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DISCONNECT = 1, SERVICE_REQUEST = 5, SERVICE_ACCEPT = 6, GLOBAL_REQUEST = 80, SUCCESS = 81, FAILURE = 82,
       CHANNEL_OPEN = 90, CHANNEL_OPENED = 91, CHANNEL_REFUSED = 92, CHANNEL_DATA = 94, CHANNEL_CLOSE = 97,
       VERSION = 192 };
enum { MOST = 64, LONGEST = 4096 };

static const unsigned char amthi[17] = "\x28\x00\xf8\x12\xb7\xb4\x2d\x4b\xac\xa8\x46\xe0\xff\x65\x81\x4c";
static const unsigned char lme[17] = "\xdb\xa4\x33\x67\x76\x04\x7b\x4e\xb3\xaf\xbc\xfc\x29\xbe\xe7\xa7";

/* All that is open: listeners with their port, and callers, whose number is that of their channel. */
static struct place {
        int file, port;
        enum { LISTENER, CALLER, SPEAKING } kind;
} places[MOST];
static int count;
/* Whether the firmware asked for a port that can't be had. */
static int refused;

static void say(const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        vprintf(format, arguments);
        va_end(arguments);
        putchar('\n');
        fflush(stdout);
}

static void wait_for(int milliseconds) { usleep((useconds_t) milliseconds * 1000); }

/* Opens the device and connects; -1 with errno. */
static int dial(const char *node, const unsigned char *client) {
        struct mei_connect_client_data data;
        int device = open(node, O_RDWR | O_CLOEXEC), reason;

        if (device < 0)
                return -1;
        memcpy(&data, client, 16);
        if (ioctl(device, IOCTL_MEI_CONNECT_CLIENT, &data) == 0)
                return device;
        reason = errno;
        close(device);
        errno = reason;
        return -1;
}

/* ------------------------------------------------------------------------------------------------------------------ */
/* AMTHI */

static int question(const char *node, const unsigned char *bytes, size_t size, int *waited) {
        unsigned char reply[5120];
        struct pollfd poller = { .events = POLLIN };
        int device = -1, answered;

        for (int tries = 0; device < 0 && tries < 3; tries++) {
                if (tries > 0)
                        wait_for(500);
                device = dial(node, amthi);
                if (device < 0 && errno != EBUSY)
                        break;
                if (device < 0)
                        ++*waited;
        }
        if (device < 0)
                return 0;
        poller.fd = device;
        answered = write(device, bytes, size) == (ssize_t) size && poll(&poller, 1, 15000) == 1 &&
                   read(device, reply, sizeof reply) > 12;
        close(device);
        return answered;
}

static int ask(const char *node, int commands, int gap) {
        /* Provisioning state, versions, security, redirection, control mode, remote access, name, wired interface. */
        static const unsigned char numbers[] = { 0x11, 0x1a, 0x1b, 0x58, 0x6b, 0x46, 0x56, 0x48 };
        int lost = 0, waited = 0;

        for (int i = 0; i < commands; i++) {
                unsigned char number = numbers[i % (int) sizeof numbers];
                unsigned char bytes[16] = { 1, 1, 0, 0, number, 0, 0, 4, number == 0x48 ? 4 : 0 };

                if (!question(node, bytes, number == 0x48 ? 16 : 12, &waited)) {
                        say("lost: command %d of %d", i + 1, commands);
                        lost++;
                }
                wait_for(gap);
        }
        say("commands: %d asked, %d lost, %d waited", commands, lost, waited);
        return lost;
}

/* ------------------------------------------------------------------------------------------------------------------ */
/* Messages of APF: numbers are big endian */

static unsigned char message[LONGEST];
static size_t size;

static void number(unsigned value) {
        for (int shift = 24; shift >= 0; shift -= 8)
                message[size++] = (unsigned char) (value >> shift);
}
static void text(const char *value, size_t length) {
        number((unsigned) length);
        memcpy(message + size, value, length);
        size += length;
}
static void begin(int kind) {
        size = 0;
        message[size++] = (unsigned char) kind;
}
static int send_to(int device) { return write(device, message, size) == (ssize_t) size; }

static unsigned take_number(const unsigned char *bytes) {
        return (unsigned) bytes[0] << 24 | (unsigned) bytes[1] << 16 | (unsigned) bytes[2] << 8 | bytes[3];
}

/* ------------------------------------------------------------------------------------------------------------------ */
/* Ports */

static void forget(int index) {
        close(places[index].file);
        places[index] = places[--count];
}

static void close_all(void) {
        while (count > 0)
                forget(0);
}

/* One address of a port. */
static int bind_one(const struct addrinfo *address, int port) {
        static const int on = 1;
        int file = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, address->ai_protocol);

        if (file < 0 || count == MOST)
                return 0;
        setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (address->ai_family == AF_INET6)
                setsockopt(file, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
        if (bind(file, address->ai_addr, address->ai_addrlen) < 0 || listen(file, 5) < 0) {
                say("Error %d in binding server socket %s:%d", errno,
                    address->ai_family == AF_INET6 ? "[::]" : "0.0.0.0", port);
                close(file);
                return 0;
        }
        places[count++] = (struct place) { .file = file, .port = port, .kind = LISTENER };
        return 1;
}

/* All addresses of a port, or none. */
static int bind_port(int port) {
        struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_protocol = IPPROTO_TCP,
                                  .ai_flags = AI_PASSIVE | AI_ADDRCONFIG }, *found;
        char service[8];
        int before = count, good = 1;

        snprintf(service, sizeof service, "%d", port);
        if (getaddrinfo(NULL, service, &hints, &found) != 0)
                return 0;
        for (int family = AF_INET; family; family = family == AF_INET ? AF_INET6 : 0)
                for (struct addrinfo *one = found; one && good; one = one->ai_next)
                        if (one->ai_family == family)
                                good = bind_one(one, port);
        freeaddrinfo(found);
        if (!good)
                while (count > before)
                        forget(count - 1);
        return good && count > before;
}

/* Whether the caller is this host: LMS turns all others away. */
static int is_own(const struct sockaddr_storage *caller) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *) caller;
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *) caller;
        struct ifaddrs *all;
        int found = 0;

        if (getifaddrs(&all) < 0)
                return 0;
        for (struct ifaddrs *one = all; one && !found; one = one->ifa_next) {
                if (!one->ifa_addr || one->ifa_addr->sa_family != caller->ss_family)
                        continue;
                found = caller->ss_family == AF_INET
                            ? ((struct sockaddr_in *) one->ifa_addr)->sin_addr.s_addr == v4->sin_addr.s_addr
                            : !memcmp(&((struct sockaddr_in6 *) one->ifa_addr)->sin6_addr, &v6->sin6_addr, 16);
        }
        freeifaddrs(all);
        return found;
}

static int admit(int device, int index) {
        struct sockaddr_storage caller;
        socklen_t length = sizeof caller;
        int file = accept4(places[index].file, (struct sockaddr *) &caller, &length, SOCK_CLOEXEC);

        if (file < 0)
                return 1;
        if (!is_own(&caller) || count == MOST) {
                say("turned away: a caller of %d", places[index].port);
                close(file);
                return 1;
        }
        begin(CHANNEL_OPEN);
        text("forwarded-tcpip", 15);
        number((unsigned) file);
        number(LONGEST);
        number(0xffffffff);
        text("127.0.0.1", 9);
        number((unsigned) places[index].port);
        text("127.0.0.1", 9);
        number(0);
        places[count++] = (struct place) { .file = file, .port = places[index].port, .kind = CALLER };
        return send_to(device);
}

/* A caller says something, or will say no more: then its channel is open until the firmware closes it too. */
static int pass_on(int device, int index) {
        char bytes[1024];
        ssize_t length = recv(places[index].file, bytes, sizeof bytes, MSG_DONTWAIT);

        begin(length > 0 ? CHANNEL_DATA : CHANNEL_CLOSE);
        number((unsigned) places[index].file);
        if (length > 0)
                text(bytes, (size_t) length);
        else
                places[index].kind = CALLER;
        return send_to(device);
}

/* ------------------------------------------------------------------------------------------------------------------ */
/* LME */

/* A message of the firmware; 0 ends the connection. */
static int obey(int device, const unsigned char *bytes, ssize_t length) {
        unsigned port, skipped;

        switch (length > 0 ? bytes[0] : 0) {
        case VERSION:
                begin(VERSION);
                number(1);
                memset(message + size, 0, 88);
                size = 93;
                return length == 93 && send_to(device);
        case SERVICE_REQUEST:
                memcpy(message, bytes, (size_t) length);
                size = (size_t) length;
                message[0] = SERVICE_ACCEPT;
                return send_to(device);
        case GLOBAL_REQUEST:
                /* The request's name, whether an answer is wanted, an address, the port. */
                skipped = length > 5 ? take_number(bytes + 1) + 6 : LONGEST;
                if (skipped + 8 > (unsigned) length)
                        return 0;
                skipped += take_number(bytes + skipped) + 4;
                if (skipped + 4 > (unsigned) length)
                        return 0;
                port = take_number(bytes + skipped);
                if (!bind_port((int) port)) {
                        say("can't listen: %u", port);
                        refused = 1;
                        begin(FAILURE);
                        send_to(device);
                        return 0;
                }
                say("listens: %u", port);
                begin(SUCCESS);
                number(port);
                return send_to(device);
        case CHANNEL_OPENED:
        case CHANNEL_REFUSED:
        case CHANNEL_DATA:
        case CHANNEL_CLOSE:
                for (int i = 0; length >= 5 && i < count; i++) {
                        if (places[i].kind == LISTENER || (unsigned) places[i].file != take_number(bytes + 1))
                                continue;
                        if (bytes[0] == CHANNEL_OPENED)
                                places[i].kind = SPEAKING;
                        else if (bytes[0] == CHANNEL_DATA)
                                send(places[i].file, bytes + 9, (size_t) length - 9, MSG_NOSIGNAL);
                        else
                                forget(i);
                        return 1;
                }
                return 1;
        default: return 0;
        }
}

/* Does what the firmware asks for, until a port can't be had or the firmware is gone. */
static void serve(int device) {
        unsigned char bytes[LONGEST];

        for (;;) {
                struct pollfd pollers[MOST + 1] = { { .fd = device, .events = POLLIN } };
                int polled = count;
                struct place before[MOST];

                memcpy(before, places, sizeof before);
                for (int i = 0; i < polled; i++)
                        pollers[i + 1] = (struct pollfd) { .fd = places[i].file,
                                                           .events = places[i].kind == CALLER ? 0 : POLLIN };
                if (poll(pollers, (nfds_t) polled + 1, -1) < 0)
                        continue;
                if (pollers[0].revents) {
                        ssize_t length = read(device, bytes, sizeof bytes);

                        if (length < 0 || !obey(device, bytes, length))
                                return;
                        continue;
                }
                for (int i = 0; i < polled; i++) {
                        int index = 0;

                        if (!pollers[i + 1].revents)
                                continue;
                        while (index < count && places[index].file != before[i].file)
                                index++;
                        if (index < count &&
                            !(places[index].kind == LISTENER ? admit(device, index) : pass_on(device, index)))
                                return;
                }
        }
}

int main(int argc, char **argv) {
        static const struct option options[] = {
                { "commands", required_argument, NULL, 'c' }, { "gap", required_argument, NULL, 'g' },
                { "no-listen", no_argument, NULL, 'n' }, { "attempts", required_argument, NULL, 'a' },
                { "pause", required_argument, NULL, 'p' }, { 0 } };
        int commands = 34, gap = 0, attempts = 35, milliseconds = 6000, failures = 0, listens = 1, option;

        while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
                switch (option) {
                case 'c': commands = atoi(optarg); break;
                case 'g': gap = atoi(optarg); break;
                case 'n': listens = 0; break;
                case 'a': attempts = atoi(optarg); break;
                case 'p': milliseconds = atoi(optarg); break;
                default: return 64;
                }
        if (optind != argc - 1)
                errx(64, "usage: lms-like [--commands N] [--gap MS] [--no-listen] [--attempts N] [--pause MS] NODE");
        signal(SIGPIPE, SIG_IGN);
        int lost = ask(argv[optind], commands, gap);
        if (!listens)
                return lost > 0;
        while (failures++ < attempts) {
                int device = dial(argv[optind], lme);

                if (device >= 0) {
                        refused = 0;
                        serve(device);
                        if (!refused)
                                failures = 1;
                        begin(DISCONNECT);
                        number(2);
                        message[size++] = 0;
                        message[size++] = 0;
                        send_to(device);
                        close(device);
                        close_all();
                }
                say("attempt %d failed", failures);
                wait_for(milliseconds);
        }
        say("gave up");
        for (;;)
                pause();
}
