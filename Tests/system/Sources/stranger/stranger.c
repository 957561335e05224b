// stranger ACT …: an unprivileged, hostile process that uses the bus and the helper's socket against the guard.
// ADDRESS is that of a bus, unix:path=…; KIND is a message of `kinds`; OBJECT one of objects.h.
//
//   flood ADDRESS KIND SECONDS PER_SECOND [CONNECTIONS [read|deaf]]
//       sends this many messages, evenly, and prints their number. It requests no answers; with read it requests and reads
//       them, with deaf it does not read them.
//   huge ADDRESS KIND CONNECTIONS MEBIBYTES
//       sends one message with a text of that length on each of the connections, and prints each answer
//   attach ADDRESS KIND OBJECT DESCRIPTORS SECONDS
//       sends one message with this many descriptors of an object, prints "sent", closes the object, and stays for SECONDS
//   own ADDRESS NAME
//       takes a name, prints "owned", and answers nothing
//   answer SOCKET OBJECT SECONDS [urgent]
//       is a helper that sends an object with its answer, with urgent as urgent data, and prints "sent" or why not

#include "objects.h"
#include "wire.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define GUARD .destination = "org.amtguard1", .path = "/org/amtguard1"
#define MANAGER GUARD, .interface = "org.amtguard1.Manager"
#define PROPERTIES GUARD, .interface = "org.freedesktop.DBus.Properties"
#define LOG_CONTROL .destination = "org.amtguard1", .path = "/org/freedesktop/LogControl1"

static const struct { const char *name; struct content content; } kinds[] = {
    {"Describe", {.type = method_call, MANAGER, .member = "Describe"}},
    {"Check", {.type = method_call, MANAGER, .member = "Check"}},
    {"Reload", {.type = method_call, MANAGER, .member = "Reload"}},
    {"Ask", {.type = method_call, .flags = allow_interactive_authorization, MANAGER, .member = "Reload"}},
    {"RecordProbe", {.type = method_call, MANAGER, .member = "RecordProbe",
                     .words = {"probe=1\nfrom=192.0.2.1\nto=192.0.2.2\nport=22\nwaited-ms=4000\nport.623=silent\n"
                               "control.622=connected\n"}}},
    {"Missing", {.type = method_call, MANAGER, .member = "Missing"}},
    {"Nameless", {.type = method_call, GUARD, .member = "Describe"}},
    {"Get", {.type = method_call, PROPERTIES, .member = "Get", .words = {"org.amtguard1.Manager", "Verdict"}}},
    {"GetAll", {.type = method_call, PROPERTIES, .member = "GetAll", .words = {"org.amtguard1.Manager"}}},
    {"Introspect", {.type = method_call, GUARD, .interface = "org.freedesktop.DBus.Introspectable",
                    .member = "Introspect"}},
    {"Ping", {.type = method_call, GUARD, .interface = "org.freedesktop.DBus.Peer", .member = "Ping"}},
    {"GetMachineId", {.type = method_call, GUARD, .interface = "org.freedesktop.DBus.Peer", .member = "GetMachineId"}},
    {"LogLevel", {.type = method_call, LOG_CONTROL, .interface = "org.freedesktop.DBus.Properties", .member = "Get",
                  .words = {"org.freedesktop.LogControl1", "LogLevel"}}},
    {"PrepareForSleep", {.type = signal_message, .destination = "org.amtguard1", .path = "/org/freedesktop/login1",
                         .interface = "org.freedesktop.login1.Manager", .member = "PrepareForSleep", .zero = 'b'}},
    {"NameOwnerChanged", {.type = signal_message, .destination = "org.amtguard1", .path = "/org/freedesktop/DBus",
                          .interface = "org.freedesktop.DBus", .member = "NameOwnerChanged",
                          .words = {"org.freedesktop.login1", ":1.1", ":1.2"}}},
    {"NameLost", {.type = signal_message, .destination = "org.amtguard1", .path = "/org/freedesktop/DBus",
                  .interface = "org.freedesktop.DBus", .member = "NameLost", .words = {"org.amtguard1"}}},
    {"Disconnected", {.type = signal_message, .destination = "org.amtguard1", .path = "/org/freedesktop/DBus/Local",
                      .interface = "org.freedesktop.DBus.Local2", .member = "Disconnected"}},
    {"Noise", {.type = signal_message, .destination = "org.amtguard1", .path = "/a", .interface = "a.b",
               .member = "Noise"}},
    {"Answer", {.type = method_return, .destination = "org.amtguard1", .answers = 1}},
};

static struct content content_of(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(kinds[i].name, name))
            return kinds[i].content;
    errx(64, "no message of the kind %s", name);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void rest(double seconds)
{
    struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&time, NULL);
}

static void flood(const char *address, const char *kind, double seconds, double rate, int count, const char *manner)
{
    struct content content = content_of(kind);
    bool reads = !strcmp(manner, "read"), is_deaf = !strcmp(manner, "deaf");
    if (content.type == method_call && !reads && !is_deaf)
        content.flags |= no_reply_expected;
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    struct message message = message_new(&content);
    int *buses = calloc((size_t)count, sizeof *buses);
    for (int i = 0; i < count; i++)
        buses[i] = bus_connect(address);
    printf("connected\n");
    fflush(stdout);
    long sent = 0;
    uint32_t serial = 1;
    // Each turn sends the messages that are due by now.
    for (double start = now(), end = start + seconds; now() < end; rest(0.001)) {
        for (long due = (long)((now() - start) * rate); sent < due; sent++) {
            message_number(&message, ++serial);
            send_all(buses[sent % count], message.bytes, message.length, -1, 0);
        }
        for (int i = 0; reads && i < count; i++)
            bus_drain(buses[i]);
    }
    printf("sent %ld %s in %g s\n", sent, kind, seconds);
}

static void huge(const char *address, const char *kind, int count, size_t mebibytes)
{
    struct content content = content_of(kind);
    char name[128];
    content.words[0] = NULL;
    content.zero = 0;
    content.filler = mebibytes << 20;
    struct message message = message_new(&content);
    int *buses = calloc((size_t)count, sizeof *buses);
    for (int i = 0; i < count; i++)
        buses[i] = bus_connect(address);
    for (int i = 0; i < count; i++)
        send_all(buses[i], message.bytes, message.length, -1, 0);
    for (int i = 0; i < count; i++)
        puts(bus_receive(buses[i], 5000, method_return, name, sizeof name) ? name : "nothing");
}

static void attach(const char *address, const char *kind, const char *object, int count, int seconds)
{
    struct content content = content_of(kind);
    content.descriptors = (uint32_t)count;
    struct message message = message_new(&content);
    int bus = bus_connect(address), attached = object_new(object, seconds);
    send_all(bus, message.bytes, message.length, attached, count);
    puts("sent");
    fflush(stdout);
    // The last process that closes it waits. If the bus refused it, this is the sender.
    close(attached);
    rest(seconds);
}

static void own(const char *address, const char *name)
{
    char said[128];
    int bus = bus_connect(address);
    struct message request = message_new(&(struct content){
        .type = method_call, .destination = "org.freedesktop.DBus", .path = "/org/freedesktop/DBus",
        .interface = "org.freedesktop.DBus", .member = "RequestName", .words = {name}, .zero = 'u'});
    send_all(bus, request.bytes, request.length, -1, 0);
    if (!bus_receive(bus, 5000, method_return, said, sizeof said) || strcmp(said, "answered") != 0)
        errx(1, "%s is not owned: %s", name, said);
    puts("owned");
    fflush(stdout);
    for (;;)
        bus_receive(bus, -1, method_call, said, sizeof said);
}

static void answer(const char *path, const char *object, int seconds, bool is_urgent)
{
    static const char good[] = "OUTCOME=answered\nDEVICE=mei0\nDEVICE_STATE=ENABLED\nAMTHI=answers\nPROVISIONING=post\n"
                               "CONTROL_MODE=admin\nEND=1\n";
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(name.sun_path, sizeof name.sun_path, "%s", path);
    if (bind(listener, (struct sockaddr *)&name, sizeof name) < 0 || listen(listener, 4) < 0)
        err(1, "%s", path);
    for (;;) {
        int guard = accept(listener, NULL, NULL), attached = object_new(object, seconds);
        char control[CMSG_SPACE(sizeof(int))] = {0};
        struct iovec part = {(void *)good, sizeof good - 1};
        struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
        *rights = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
        memcpy(CMSG_DATA(rights), &attached, sizeof attached);
        ssize_t sent = sendmsg(guard, &header, MSG_NOSIGNAL | (is_urgent ? MSG_OOB : 0));
        puts(sent < 0 ? strerror(errno) : "sent");
        fflush(stdout);
        if (sent < 0)
            send_all(guard, good, sizeof good - 1, -1, 0);
        close(attached);
        close(guard);
    }
}

int main(int argc, char **words)
{
    const char *act = argc > 3 ? words[1] : "";
    if (!strcmp(act, "flood") && argc >= 6)
        flood(words[2], words[3], atof(words[4]), atof(words[5]), argc > 6 ? atoi(words[6]) : 1, argc > 7 ? words[7] : "");
    else if (!strcmp(act, "huge") && argc == 6)
        huge(words[2], words[3], atoi(words[4]), (size_t)atoi(words[5]));
    else if (!strcmp(act, "attach") && argc == 7)
        attach(words[2], words[3], words[4], atoi(words[5]), atoi(words[6]));
    else if (!strcmp(act, "own") && argc == 4)
        own(words[2], words[3]);
    else if (!strcmp(act, "answer") && argc >= 5)
        answer(words[2], words[3], atoi(words[4]), argc > 5 && !strcmp(words[5], "urgent"));
    else
        errx(64, "usage: see the head of stranger.c");
    return 0;
}
