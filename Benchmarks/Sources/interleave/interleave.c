// interleave COUNT SEED ROOT PROGRAM [ARGUMENT…]: checks whether a guard that is started, killed and started again
// among other writers ever loses a port, its own or theirs.
//
// A round is a random sequence of acts of other programs on the list: they replace it, or add to it. First the list is
// emptied and the sequence played without a guard: the result is what the others want. Then the list is emptied and the
// same sequence played again, with pauses. Meanwhile the guard is started, killed with SIGKILL and started again at
// random moments, also during its start. It runs at the end of each round. After it has had time to look, the list must
// contain every required port, and every port that the others want.
//
// The guard runs as `PROGRAM ARGUMENT…`, below ROOT. ROOT/run is kept over the kills of a round and removed after it.
// SEED repeats the same rounds, but the moments depend on the machine. Exit status 0 only if nothing was lost.

#include "reserved_list.h"

#include <err.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { most_steps = 24, settle_ms = 2000 };
enum kind { replace, add, start_guard, kill_guard };

struct step {
    enum kind kind;
    int64_t pause;  // nanoseconds before it
    char text[64];
};

static int kills;
static uint64_t state;
static uint64_t below(uint64_t limit) { return random_next(&state) % limit; }

// One to three ports or short ranges; every fourth is next to AMT's, in the same word of the kernel's map.
static void random_text(char *text, size_t size)
{
    size_t length = 0;
    for (uint64_t i = 0, parts = 1 + below(3); i < parts; i++) {
        unsigned first = below(4) ? (unsigned)(1 + below(65000)) : (unsigned)(16960 + below(60));
        unsigned last = below(2) ? first : first + (unsigned)below(20);
        length += (size_t)snprintf(text + length, size - length, last > first ? "%s%u-%u" : "%s%u", i ? "," : "", first,
                                   last);
    }
    snprintf(text + length, size - length, "\n");
}

static int random_steps(struct step *steps)
{
    int count = 8 + (int)below(most_steps - 8 + 1);
    for (int i = 0; i < count; i++) {
        static const enum kind kinds[] = { replace, replace, replace, add, add, add, start_guard, start_guard,
                                           kill_guard };
        // Often no pause between two steps, often the time of a repair, sometimes the time of a start.
        static const uint64_t pauses[] = { 1, 50000, 500000, 10000000 };
        steps[i].kind = kinds[below(sizeof kinds / sizeof *kinds)];
        steps[i].pause = (int64_t)below(pauses[below(4)]);
        random_text(steps[i].text, sizeof steps[i].text);
    }
    return count;
}

static void stop(pid_t *guard)
{
    if (*guard > 0) {
        kill(*guard, SIGKILL);
        waitpid(*guard, NULL, 0);
    }
    *guard = 0;
}

static void play(int list, const struct step *steps, int count, char **guard_command, pid_t *guard)
{
    for (int i = 0; i < count; i++) {
        if (guard_command && steps[i].pause > 0)
            sleep_ns(steps[i].pause);
        switch (steps[i].kind) {
        case replace:
            reserved_replace(list, steps[i].text);
            break;
        case add:
            reserved_add(list, steps[i].text);
            break;
        case start_guard:
            if (guard_command && *guard == 0)
                *guard = spawn_silent(guard_command);
            break;
        case kill_guard:
            kills += *guard > 0;
            stop(guard);
            break;
        }
    }
    if (guard_command && *guard == 0)
        *guard = spawn_silent(guard_command);
}

static int remove_one(const char *path, const struct stat *info, int flag, struct FTW *walk)
{
    (void)info;
    (void)flag;
    if (walk->level > 0)
        remove(path);
    return 0;
}

static void tell(const char *what, const struct step *steps, int count)
{
    static const char *const names[] = { "replace", "add", "start", "kill" };
    fprintf(stderr, "lost %s in:\n", what);
    for (int i = 0; i < count; i++)
        fprintf(stderr, "  after %" PRId64 " us %s %s", steps[i].pause / 1000, names[steps[i].kind],
                steps[i].kind < start_guard ? steps[i].text : "\n");
}

int main(int argc, char **argv)
{
    if (argc < 5)
        errx(64, "usage: interleave COUNT SEED ROOT PROGRAM [ARGUMENT...]");
    reserved_refuse_host();
    int rounds = atoi(argv[1]), list = reserved_open(), required_lost = 0, others_lost = 0, died = 0;
    char run[4096];
    snprintf(run, sizeof run, "%s/run", argv[3]);
    state = strtoull(argv[2], NULL, 10);

    struct ports required;
    ports_parse(AMT_PORTS, &required);
    int64_t begin = now_ns();
    for (int round = 0; round < rounds; round++) {
        struct step steps[most_steps];
        struct ports wanted, now;
        pid_t guard = 0;
        int count = random_steps(steps);

        reserved_replace(list, "\n");
        play(list, steps, count, NULL, &guard);
        reserved_read(list, &wanted);

        reserved_replace(list, "\n");
        play(list, steps, count, argv + 4, &guard);
        int64_t last = now_ns();
        do {
            sleep_ns(1000000);
            reserved_read(list, &now);
        } while (!ports_hold(&now, &required) && now_ns() - last < settle_ms * INT64_C(1000000));
        sleep_ns(2000000);  // and what it may still be about to write
        reserved_read(list, &now);

        if (waitpid(guard, NULL, WNOHANG) == guard) {
            guard = 0;
            died++;
        }
        if (!ports_hold(&now, &required)) {
            required_lost++;
            tell("required ports", steps, count);
        }
        if (!ports_hold(&now, &wanted)) {
            others_lost++;
            tell("ports of others", steps, count);
        }
        stop(&guard);
        nftw(run, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
    printf("rounds=%d\nrequired_lost=%d\nothers_lost=%d\nkills=%d\ndied=%d\nseconds=%.1f\n", rounds, required_lost,
           others_lost, kills, died, (double)(now_ns() - begin) / 1e9);
    return required_lost || others_lost || died ? 1 : 0;
}
