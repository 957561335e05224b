// wire.h: the D-Bus protocol for stranger, written by hand, because libsystemd sends no invalid messages.
// https://dbus.freedesktop.org/doc/dbus-specification.html
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum message_type { method_call = 1, method_return = 2, error_reply = 3, signal_message = 4 };
enum { no_reply_expected = 1, allow_interactive_authorization = 4 };

struct message { uint8_t *bytes; size_t length; };

// The content of a message besides its type; NULL and 0 are left out. Its arguments are `words`, one to three of them, a
// text of `filler` bytes, and a 0 of the type `zero`, b or u.
struct content {
    uint8_t type, flags;
    const char *destination, *path, *interface, *member, *words[3];
    size_t filler;
    char zero;
    uint32_t descriptors, answers;
};

struct message message_new(const struct content *content);
void message_number(struct message *message, uint32_t serial);

// Connects, authenticates, and sends Hello; ends the program if that fails.
int bus_connect(const char *address);
void send_all(int socket, const void *bytes, size_t length, int descriptor, int descriptors);
// The next message of a type, its error's name in `name`, within so many milliseconds; false if there is none.
bool bus_receive(int socket, int milliseconds, uint8_t type, char *name, size_t size);
// Reads and discards what is there.
long bus_drain(int socket);
