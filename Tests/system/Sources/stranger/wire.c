#include "wire.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static size_t padded(size_t at, size_t boundary) { return (at + boundary - 1) / boundary * boundary; }

static size_t put_number(uint8_t *to, size_t at, uint32_t number)
{
    at = padded(at, 4);
    memcpy(to + at, &number, 4);
    return at + 4;
}

static size_t put_text(uint8_t *to, size_t at, const char *text, size_t length)
{
    at = put_number(to, at, (uint32_t)length);
    memcpy(to + at, text, length);
    to[at + length] = 0;
    return at + length + 1;
}

static size_t put_field(uint8_t *to, size_t at, uint8_t code, char type, const char *text, uint32_t number)
{
    at = padded(at, 8);
    memcpy(to + at, (uint8_t[]){code, 1, (uint8_t)type, 0}, 4);
    at += 4;
    if (type == 'u')
        return put_number(to, at, number);
    if (type != 'g')
        return put_text(to, at, text, strlen(text));
    to[at++] = (uint8_t)strlen(text);
    strcpy((char *)to + at, text);
    return at + strlen(text) + 1;
}

struct message message_new(const struct content *content)
{
    size_t room = content->filler + 4096, at = 16, body = 0;
    uint8_t *to = calloc(1, room), *argument = calloc(1, room);
    char signature[8] = "";
    if (!to || !argument)
        err(1, "memory");

    for (int i = 0; i < 3 && content->words[i]; i++) {
        body = put_text(argument, body, content->words[i], strlen(content->words[i]));
        strcat(signature, "s");
    }
    if (content->filler) {
        char *text = malloc(content->filler);
        memset(text, 'x', content->filler);
        body = put_text(argument, body, text, content->filler);
        free(text);
        strcat(signature, "s");
    }
    if (content->zero) {
        body = put_number(argument, body, 0);
        strncat(signature, &content->zero, 1);
    }

    const struct { uint8_t code; char type; const char *text; } texts[] = {
        {1, 'o', content->path}, {2, 's', content->interface}, {3, 's', content->member},
        {6, 's', content->destination}, {8, 'g', body ? signature : NULL},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].text)
            at = put_field(to, at, texts[i].code, texts[i].type, texts[i].text, 0);
    if (content->answers)
        at = put_field(to, at, 5, 'u', NULL, content->answers);
    if (content->descriptors)
        at = put_field(to, at, 9, 'u', NULL, content->descriptors);
    uint32_t fields = (uint32_t)at - 16, length = (uint32_t)body;
    memcpy(to, (uint8_t[]){'l', content->type, content->flags, 1}, 4);
    memcpy(to + 4, &length, 4);
    memcpy(to + 12, &fields, 4);
    at = padded(at, 8);
    memcpy(to + at, argument, body);
    free(argument);
    struct message message = {to, at + body};
    message_number(&message, 1);
    return message;
}

void message_number(struct message *message, uint32_t serial) { memcpy(message->bytes + 8, &serial, 4); }

void send_all(int socket, const void *bytes, size_t length, int descriptor, int descriptors)
{
    char control[CMSG_SPACE(16 * sizeof(int))] = {0};
    struct iovec part = {(void *)bytes, length};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    if (descriptors) {
        header.msg_control = control;
        header.msg_controllen = CMSG_SPACE((size_t)descriptors * sizeof(int));
        struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN((size_t)descriptors * sizeof(int));
        for (int i = 0; i < descriptors; i++)
            memcpy(CMSG_DATA(rights) + (size_t)i * sizeof(int), &descriptor, sizeof descriptor);
    }
    while (part.iov_len) {
        ssize_t sent = sendmsg(socket, &header, MSG_NOSIGNAL);
        if (sent < 0)
            err(1, "send");
        part.iov_base = (char *)part.iov_base + sent;
        part.iov_len -= (size_t)sent;
        header.msg_control = NULL;
        header.msg_controllen = 0;
    }
}

static void receive_all(int socket, void *bytes, size_t length)
{
    for (size_t at = 0; at < length;) {
        ssize_t count = recv(socket, (char *)bytes + at, length - at, 0);
        if (count <= 0)
            errx(1, "the bus hung up");
        at += (size_t)count;
    }
}

bool bus_receive(int socket, int milliseconds, uint8_t type, char *name, size_t size)
{
    struct pollfd readable = {socket, POLLIN, 0};
    while (poll(&readable, 1, milliseconds) > 0) {
        uint32_t head[4];
        receive_all(socket, head, sizeof head);
        size_t fields = padded(head[3], 8), length = fields + head[1];
        uint8_t *rest = malloc(length + 1);
        receive_all(socket, rest, length);
        uint8_t kind = ((uint8_t *)head)[1];
        bool is_wanted = kind == type || (type == method_return && kind == error_reply);
        snprintf(name, size, "%s", kind == method_return ? "answered" : "");
        for (size_t at = 0; kind == error_reply && at + 8 < fields; at++)  // field 4, a string
            if (memcmp(rest + at, (uint8_t[]){4, 1, 's', 0}, 4) == 0) {
                snprintf(name, size, "%s", (char *)rest + at + 8);
                break;
            }
        free(rest);
        if (is_wanted)
            return true;
    }
    return false;
}

long bus_drain(int socket)
{
    static char bytes[65536];
    long sum = 0;
    for (ssize_t count; (count = recv(socket, bytes, sizeof bytes, MSG_DONTWAIT)) > 0;)
        sum += count;
    return sum;
}

int bus_connect(const char *address)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int bus = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(name.sun_path, sizeof name.sun_path, "%s", strncmp(address, "unix:path=", 10) ? address : address + 10);
    if (bus < 0 || connect(bus, (struct sockaddr *)&name, sizeof name) < 0)
        err(1, "%s", name.sun_path);
    char line[256], id[16], hexadecimal[33] = "";
    snprintf(id, sizeof id, "%u", getuid());
    for (size_t i = 0; id[i]; i++)
        snprintf(hexadecimal + 2 * i, 3, "%02x", id[i]);
    int length = snprintf(line + 1, sizeof line - 1, "AUTH EXTERNAL %s\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n", hexadecimal);
    line[0] = 0;
    send_all(bus, line, (size_t)length + 1, -1, 0);
    for (int lines = 0; lines < 2;) {
        char byte;
        receive_all(bus, &byte, 1);
        lines += byte == '\n';
    }
    struct message hello = message_new(&(struct content){
        .type = method_call, .destination = "org.freedesktop.DBus", .path = "/org/freedesktop/DBus",
        .interface = "org.freedesktop.DBus", .member = "Hello"});
    send_all(bus, hello.bytes, hello.length, -1, 0);
    free(hello.bytes);
    if (!bus_receive(bus, 10000, method_return, line, sizeof line) || strcmp(line, "answered") != 0)
        errx(1, "no Hello: %s", line);
    return bus;
}
