// overwriter repairs COUNT [PATIENCE [PAUSE]]: overwrites the list COUNT times. For each it prints how many nanoseconds
// passed from the beginning of its write() until a reading showed AMT's ports again; -1 if that took longer than PATIENCE
// seconds (1). Before each it waits for half to one and a half times PAUSE seconds (0.001), by chance: whoever looks
// periodically is met at any time of its period.
//
// overwriter flood PER_SECOND SECONDS: overwrites the list at that rate and never reads it; prints how many it wrote.
//
// overwriter writes COUNT: overwrites the list COUNT times, about a millisecond apart, and prints the nanoseconds of each
// write().
//
// overwriter lacks COUNT: reads the list COUNT times, without overwriting it, and prints how many readings lacked one of
// AMT's ports.
//
// overwriter gaps SECONDS: reads the list all the time, without overwriting it. Prints how many microseconds of each
// second it was not whole, how many readings were made, and how many of them lacked one of AMT's ports. Between two
// readings the list counts as what the earlier one showed.
//
// repairs and gaps poll at full speed, so they need a core to themselves. That costs the measured program nothing, since
// reading the list takes no lock and wakes no watch.

#include "reserved_list.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char intruder[] = "5000-5010\n";

static void repairs(int list, int count, double patience_s, double pause_s)
{
    int64_t patience = (int64_t)(patience_s * 1e9), pause = (int64_t)(pause_s * 1e9);
    uint64_t random = 1;
    struct ports required, now;
    int64_t *took = calloc((size_t)count, sizeof *took);
    if (!took)
        err(1, "memory");
    ports_parse(AMT_PORTS, &required);
    for (int i = 0; i < count; i++) {
        sleep_ns(pause / 2 + (int64_t)(random_next(&random) % (uint64_t)pause));
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

static void gaps(int list, int seconds)
{
    struct ports required, now;
    int64_t lacking = 0, lacked = 0, readings = 0, begin = now_ns(), last = begin;
    bool was_whole = true;
    ports_parse(AMT_PORTS, &required);
    while (last - begin < seconds * INT64_C(1000000000)) {
        reserved_read(list, &now);
        int64_t at = now_ns();
        if (!was_whole)
            lacking += at - last;
        was_whole = ports_hold(&now, &required);
        lacked += !was_whole;
        readings++;
        last = at;
    }
    printf("%.1f %" PRId64 " %" PRId64 "\n", (double)lacking * 1e6 / (double)(last - begin), readings, lacked);
}

static _Noreturn void usage(void)
{
    errx(64, "usage: overwriter repairs COUNT [PATIENCE [PAUSE]] | flood PER_SECOND SECONDS | writes COUNT | lacks COUNT"
             " | gaps SECONDS");
}

int main(int argc, char **argv)
{
    if (argc < 3)
        usage();
    const char *mode = argv[1];
    int number = atoi(argv[2]);
    reserved_refuse_host();
    int list = reserved_open();
    if (strcmp(mode, "repairs") == 0 && argc <= 5) {
        double patience = argc > 3 ? atof(argv[3]) : 1, pause = argc > 4 ? atof(argv[4]) : 0.001;
        if (number < 1 || patience <= 0 || pause < 1e-6)
            usage();
        repairs(list, number, patience, pause);
    } else if (strcmp(mode, "flood") == 0 && argc == 4 && number > 0) {
        flood(list, number, atoi(argv[3]));
    } else if (strcmp(mode, "writes") == 0 && argc == 3) {
        writes(list, number);
    } else if (strcmp(mode, "lacks") == 0 && argc == 3) {
        lacks(list, number);
    } else if (strcmp(mode, "gaps") == 0 && argc == 3) {
        gaps(list, number);
    } else {
        usage();
    }
    return 0;
}
