/* Shared by the program on writes of the list (list.bpf.c) and its reader. No header is included: the program is
 * compiled without any. */
#pragma once

/* The one element of the array `shared`, which the guard maps. */
struct list_page {
        /* Written by the guard. */
        unsigned long long network_namespace; /* its inode; 0: every write passes, unrecorded */
        unsigned long long prevents;          /* 1: a replacing write is turned into an adding one; 0: only noted */
        unsigned long long guard_pid;         /* in the guard's own pid namespace */
        unsigned long long guard_pid_namespace;
        unsigned long long guard_cgroup;      /* id of the guard's control group; 0: not compared */
        unsigned long long root_cgroup;       /* id of the group that counts as the root of every path */
        unsigned long long expected;          /* `seen` when the guard last read the ring */
        unsigned long long settled_lost;      /* how much of `lost` the guard has dealt with; not read by the program */
        /* Written by the program. */
        unsigned long long seen;              /* writes of other processes */
        unsigned long long lost;              /* those of them that are not in the ring */
        /* Written by the process that attached the program, before it did; not read by the program. */
        unsigned long long armed_for;         /* the network namespace of the guard that will use it */
};

/* One write in the ring. `names` bytes with the names of the control groups follow, the lowest first, each with a NUL;
 * then the text, if `length` is not negative. */
struct list_event {
        unsigned long long cgroup;
        unsigned long long position;
        unsigned pid, parent;             /* in the first pid namespace */
        unsigned local_pid, local_parent; /* in the guard's pid namespace; 0: not there */
        int length;                       /* of the text; a negative errno: unknown */
        unsigned flags;
        unsigned names;
        unsigned lost;                    /* the page's, so far: the low half */
        char command[16], parent_command[16];
};

enum {
        LIST_EVENT_TURNED = 1, /* it adds, where it was meant to replace */
        LIST_EVENT_DENIED = 2, /* another program had denied it before */
        LIST_EVENT_CUT = 4,    /* more control groups than are named */
        LIST_RING_SIZE = 131072,
};
