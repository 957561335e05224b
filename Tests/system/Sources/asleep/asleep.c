// libasleep.so, for LD_PRELOAD: simulates a machine that has slept. The environment variable ASLEEP names a file with a
// number of seconds, by which the boot clock is ahead. Without the file, the clock is unchanged.

#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now)
{
    long result = syscall(SYS_clock_gettime, clock, now);
    const char *path = getenv("ASLEEP");
    if (result == 0 && clock == CLOCK_BOOTTIME && path) {
        int file = open(path, O_RDONLY | O_CLOEXEC);
        char text[16] = "";
        if (file >= 0) {
            if (read(file, text, sizeof text - 1) > 0)
                now->tv_sec += atol(text);
            close(file);
        }
    }
    return (int)result;
}
