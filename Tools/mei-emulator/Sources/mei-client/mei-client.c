/* mei-client PATH [STEP...]: carries out the steps on a MEI device, and prints the kernel's answers. Without steps it
 * takes the order of the kernel's own sample: open, connect to AMTHI, poll, write, poll, read, close.
 *
 *   open[=nonblock]   connect=UUID-BYTES   ioctl=NUMBER   poll[=MS]   write=BYTES|N*BYTE   read[=SIZE]   close
 *   watch=PATH (opens an attribute)   changed[=MS] (polls it as sysfs requires)   text (reads it from its start)
 *   reader (a second process reads from the same open file, and prints the result)   wait (for that process)
 *   use=N (the next steps use file N, 0 to 7)   sleep=MS   repeat=N (does all steps so far N times more)
 *
 * Exit status 0 whatever the device answers: its answers are the result. */
#include <errno.h>
#include <fcntl.h>
#include <linux/mei.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int files[8] = { -1, -1, -1, -1, -1, -1, -1, -1 };
static int used;
static unsigned char buffer[1 << 17];

static void result(const char *step, long value) {
        if (value < 0)
                printf("%s: %s\n", step, strerrorname_np(errno));
        else
                printf("%s: %ld\n", step, value);
}

static void print_bytes(const char *step, const unsigned char *bytes, long count) {
        printf("%s: %ld", step, count);
        for (long i = 0; i < count; i++)
                printf("%s%02x", i ? "" : " ", bytes[i]);
        putchar('\n');
}

static long parse(const char *text) {
        long count = 0;
        unsigned times, value;

        if (sscanf(text, "%u*%x", &times, &value) == 2 && times <= sizeof buffer) {
                memset(buffer, (int) value, times);
                return times;
        }
        for (; text[0] && text[1] && sscanf(text, "%2x", &value) == 1; text += 2)
                buffer[count++] = (unsigned char) value;
        return count;
}

static void step(const char *path, const char *word) {
        char name[16] = "";
        const char *equals = strchr(word, '='), *value = equals ? equals + 1 : "";
        int *file = &files[used];

        snprintf(name, sizeof name, "%.*s", equals ? (int) (equals - word) : (int) strlen(word), word);
        if (!strcmp(name, "open")) {
                *file = open(path, O_RDWR | O_CLOEXEC | (*value ? O_NONBLOCK : 0));
                result(name, *file < 0 ? -1 : 0);
        } else if (!strcmp(name, "connect")) {
                struct mei_connect_client_data data;

                parse(value);
                memcpy(&data, buffer, sizeof data);
                if (ioctl(*file, IOCTL_MEI_CONNECT_CLIENT, &data) < 0)
                        result(name, -1);
                else {
                        printf("mtu: %u, version: %u\n", data.out_client_properties.max_msg_length,
                               data.out_client_properties.protocol_version);
                        print_bytes(name, (unsigned char *) &data, sizeof data);
                }
        } else if (!strcmp(name, "ioctl"))
                result(name, ioctl(*file, strtoul(value, NULL, 0), buffer));
        else if (!strcmp(name, "poll")) {
                struct pollfd poller = { .fd = *file, .events = POLLIN | POLLOUT };
                int count;

                /* With a time limit it waits for the answer: a device is always writable. */
                if (*value)
                        poller.events = POLLIN;
                count = poll(&poller, 1, *value ? atoi(value) : 0);
                if (count < 0)
                        result(name, -1);
                else
                        printf("poll:%s%s%s%s\n", count ? "" : " nothing", poller.revents & POLLIN ? " in" : "",
                               poller.revents & POLLOUT ? " out" : "", poller.revents & POLLERR ? " error" : "");
        } else if (!strcmp(name, "write")) {
                long count = parse(value);

                result(name, write(*file, buffer, (size_t) count));
        } else if (!strcmp(name, "read")) {
                long count = read(*file, buffer, *value ? strtoul(value, NULL, 0) : 5120);

                if (count < 0)
                        result(name, -1);
                else
                        print_bytes(name, buffer, count);
        } else if (!strcmp(name, "close")) {
                result(name, close(*file));
                *file = -1;
        } else if (!strcmp(name, "reader")) {
                if (fork() == 0) {
                        step(path, "read");
                        exit(0);
                }
                /* The reader must be in its read by then. If it is not, the test shows less, but nothing false. */
                usleep(200000);
        } else if (!strcmp(name, "wait")) {
                wait(NULL);
        } else if (!strcmp(name, "watch")) {
                *file = open(value, O_RDONLY | O_CLOEXEC);
                result(name, *file < 0 ? -1 : 0);
        } else if (!strcmp(name, "changed")) {
                struct pollfd poller = { .fd = *file, .events = POLLPRI };

                if (poll(&poller, 1, atoi(value)) < 0)
                        result(name, -1);
                else
                        printf("changed:%s%s\n", poller.revents & POLLPRI ? " yes" : " no",
                               poller.revents & POLLERR ? " error" : "");
        } else if (!strcmp(name, "text")) {
                long count = pread(*file, buffer, sizeof buffer, 0);

                printf("text: %.*s\n", (int) (count > 0 ? count : 0), buffer);
        } else if (!strcmp(name, "use") && atoi(value) >= 0 && atoi(value) < 8)
                used = atoi(value);
        else if (!strcmp(name, "sleep"))
                usleep((useconds_t) atoi(value) * 1000);
        else {
                fprintf(stderr, "mei-client: no step '%s'\n", word);
                exit(64);
        }
        fflush(stdout);
}

int main(int argc, char **argv) {
        static char *sample[] = { "open", "connect=2800f812b7b42d4baca846e0ff65814c", "poll",
                                  "write=010100001a00000400000000", "poll=5000", "read", "close", NULL };

        if (argc < 2) {
                fprintf(stderr, "usage: mei-client PATH [STEP...]\n");
                return 64;
        }
        char **steps = argc > 2 ? argv + 2 : sample;
        for (char **word = steps; *word; word++) {
                if (!strncmp(*word, "repeat=", 7)) {
                        for (int i = atoi(*word + 7); i > 0; i--)
                                for (char **again = steps; again < word; again++)
                                        step(argv[1], *again);
                        continue;
                }
                step(argv[1], *word);
        }
        return 0;
}
