// bare-loop: the floor with which amtguardd is compared. It watches the list with inotify, reads it once and adds the
// missing ports in one write. It does nothing else: no reason, no journal, no pace, no state. It ends on SIGTERM.

#include "reserved_list.h"

#include <err.h>
#include <sys/inotify.h>
#include <unistd.h>

int main(void)
{
    struct ports required, found;
    ports_parse(AMT_PORTS, &required);
    reserved_refuse_host();

    int list = reserved_open(), watch = inotify_init1(IN_CLOEXEC);
    if (watch < 0 || inotify_add_watch(watch, RESERVED_LIST, IN_MODIFY) < 0)
        err(1, "watch %s", RESERVED_LIST);
    for (;;) {
        char events[4096];
        reserved_read(list, &found);
        if (!ports_hold(&found, &required))
            reserved_add(list, AMT_PORTS);
        if (read(watch, events, sizeof events) < 0)  // its own write wakes it once more
            err(1, "read the watch");
    }
}
