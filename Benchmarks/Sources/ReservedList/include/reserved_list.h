// The kernel's list of reserved ports as a map of bits, and the clock: the common code of all programs here.

#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define RESERVED_LIST "/proc/sys/net/ipv4/ip_local_reserved_ports"
#define AMT_PORTS "623,664,16992-16995"

struct ports {
    uint64_t bits[65536 / 64];
};

// Opens the list for reading and writing; ends the program if that fails.
int reserved_open(void);

// Ends the program unless HOST_NETNS says which network namespace is the host's (`readlink /proc/self/ns/net` there),
// and this is another one: the benchmarks overwrite the list.
void reserved_refuse_host(void);

// The list as it is now. Ends the program if it can't be read.
void reserved_read(int list, struct ports *ports);

// Parses the kernel's text ("623,664,16992-16995\n"); false if the text is invalid.
bool ports_parse(const char *text, struct ports *ports);

// Whether every port of `part` is in `whole`.
bool ports_hold(const struct ports *whole, const struct ports *part);

// Replaces the list (at position 0) or adds to it (at any other).
void reserved_replace(int list, const char *text);
void reserved_add(int list, const char *text);

// Nanoseconds of CLOCK_MONOTONIC.
int64_t now_ns(void);
void sleep_ns(int64_t ns);

// A small generator of random numbers with a seed: the same sequence everywhere (splitmix64).
uint64_t random_next(uint64_t *state);

// Starts a program without output that ends with us. Ends this program if that fails.
pid_t spawn_silent(char **command);
