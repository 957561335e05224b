/* libsystemd, and the macros of its headers that Swift cannot import. No policy here, only names. */
#pragma once
/* The C library's declarations are then Glibc's. Without it, those that libsystemd's headers include, such as SOCK_STREAM,
 * belong to whichever module a compilation loads first, and a file that imports the other one does not see them. */
#pragma clang module import SwiftGlibc
#include <systemd/sd-bus.h>
#include <systemd/sd-bus-vtable.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-device.h>
#include <systemd/sd-event.h>
#include <systemd/sd-id128.h>
#include <string.h>
#include <sys/epoll.h>

/* A vtable's entries are designated initializers of an anonymous union behind bit fields.
 * sd-bus-vtable.h asks for zeroed memory wherever an entry is not static: later versions may read what is unused now. */
#define SHIM_VTABLE_ENTRY(...)                                    \
        sd_bus_vtable entry;                                      \
        const sd_bus_vtable filled = __VA_ARGS__;                 \
        memset(&entry, 0, sizeof entry);                          \
        entry.type = filled.type;                                 \
        entry.flags = filled.flags

static inline sd_bus_vtable shim_vtable_start(void) {
        SHIM_VTABLE_ENTRY(SD_BUS_VTABLE_START(0));
        entry.x.start = filled.x.start;
        return entry;
}

/* `names` has the names of the arguments, then those of the results, each with its NUL, and one more NUL. */
static inline sd_bus_vtable shim_vtable_method(
                const char *member, const char *takes, const char *returns, const char *names,
                sd_bus_message_handler_t handler, uint64_t flags) {
        SHIM_VTABLE_ENTRY(SD_BUS_METHOD_WITH_NAMES(member, takes, names, returns, , handler, flags));
        entry.x.method = filled.x.method;
        return entry;
}

static inline sd_bus_vtable shim_vtable_property(
                const char *member, const char *signature, sd_bus_property_get_t get, uint64_t flags) {
        SHIM_VTABLE_ENTRY(SD_BUS_PROPERTY(member, signature, get, 0, flags));
        entry.x.property = filled.x.property;
        return entry;
}

static inline sd_bus_vtable shim_vtable_writable_property(
                const char *member, const char *signature, sd_bus_property_get_t get, sd_bus_property_set_t set,
                uint64_t flags) {
        SHIM_VTABLE_ENTRY(SD_BUS_WRITABLE_PROPERTY(member, signature, get, set, 0, flags));
        entry.x.property = filled.x.property;
        return entry;
}

static inline sd_bus_vtable shim_vtable_signal(const char *member, const char *signature, const char *names) {
        SHIM_VTABLE_ENTRY(SD_BUS_SIGNAL_WITH_NAMES(member, signature, names, 0));
        entry.x.signal = filled.x.signal;
        return entry;
}

static inline sd_bus_vtable shim_vtable_end(void) {
        SHIM_VTABLE_ENTRY(SD_BUS_VTABLE_END);
        entry.x.end = filled.x.end;
        return entry;
}
