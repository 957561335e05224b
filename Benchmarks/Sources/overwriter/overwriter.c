// overwriter repairs COUNT: overwrites the list COUNT times, about a millisecond apart. For each it prints how many
// nanoseconds passed from the beginning of its write() until a reading showed AMT's ports again; -1 if that took more
// than a second.
//
// overwriter flood PER_SECOND SECONDS: overwrites the list at that rate and never reads it; prints how many it wrote.
//
// overwriter writes COUNT: overwrites the list COUNT times, about a millisecond apart, and prints the nanoseconds of each
// write().
//
// overwriter lacks COUNT: reads the list COUNT times, without overwriting it, and prints how many readings lacked one of
// AMT's ports.
//
// The first mode polls at full speed, so it needs a core to itself. That costs the measured program nothing, since
// reading the list takes no lock and wakes no watch.

#include "reserved_list.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char intruder[] = "5000-5010\n";

static void repairs(int list, int count)
{
    enum { patience = 1000000000 };
    uint64_t random = 1;
    struct ports required, now;
    int64_t *took = calloc((size_t)count, sizeof *took);
    if (!took)
        err(1, "memory");
    ports_parse(AMT_PORTS, &required);
    for (int i = 0; i < count; i++) {
        sleep_ns(800000 + (int64_t)(random_next(&random) % 400000));
        int64_t begin = now_ns(), end;
        reserved_replace(list, intruder);
        do {
            reserved_read(list, &now);
            end = now_ns();
        } while (!ports_hold(&now, &required) && end - begin < patience);
        took[i] = ports_hold(&now, &required) ? end - begin : -1;
    }
    for (int i = 0; i < count; i++)
        printf("%" PRId64 "\n", took[i]);
}

static void flood(int list, int per_second, int seconds)
{
    int64_t begin = now_ns(), gap = 1000000000 / per_second, written = 0;
    while (now_ns() - begin < seconds * INT64_C(1000000000)) {
        reserved_replace(list, intruder);
        written++;
        int64_t wait = begin + written * gap - now_ns();
        if (wait > 0)
            sleep_ns(wait);
    }
    printf("%" PRId64 "\n", written);
}

static void writes(int list, int count)
{
    uint64_t random = 1;
    for (int i = 0; i < count; i++) {
        sleep_ns(800000 + (int64_t)(random_next(&random) % 400000));
        int64_t begin = now_ns();
        reserved_replace(list, intruder);
        printf("%" PRId64 "\n", now_ns() - begin);
    }
}

static void lacks(int list, int count)
{
    struct ports required, now;
    int lacking = 0;
    ports_parse(AMT_PORTS, &required);
    for (int i = 0; i < count; i++) {
        reserved_read(list, &now);
        lacking += !ports_hold(&now, &required);
    }
    printf("%d\n", lacking);
}

int main(int argc, char **argv)
{
    const char *mode = argc > 2 ? argv[1] : "";
    void (*counted)(int, int) = strcmp(mode, "repairs") == 0 ? repairs
        : strcmp(mode, "writes") == 0                        ? writes
        : strcmp(mode, "lacks") == 0                         ? lacks
                                                             : NULL;
    bool is_flood = argc == 4 && strcmp(mode, "flood") == 0;
    if (!is_flood && !(argc == 3 && counted))
        errx(64, "usage: overwriter repairs|writes|lacks COUNT | overwriter flood PER_SECOND SECONDS");
    reserved_refuse_host();
    int list = reserved_open();
    if (is_flood)
        flood(list, atoi(argv[2]), atoi(argv[3]));
    else
        counted(list, atoi(argv[2]));
    return 0;
}
