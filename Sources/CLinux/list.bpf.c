// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/* A program in the kernel that sees each write of net.ipv4.ip_local_reserved_ports before it takes effect, in the
 * writer's own context. It records the writer and the text. If the guard requests it, the program turns a replacing write
 * into an addition, so that no port is ever missing; the guard then removes the ports that the writer left out.
 *
 * proc_do_large_bitmap() of the kernel replaces the list if the file position is 0, and adds to it otherwise. A changed
 * position does not change the writer's return value. A changed text would.
 *
 * It compares the writer's network namespace, not that of the open file: the kernel does not show the latter. A process
 * that opened the list and then changed its namespace is judged by the new namespace.
 *
 * The kernel's types below have only the fields that are used. libbpf finds their real offsets when it loads the
 * program (CO-RE), so no header of the kernel is needed. SwiftPM ignores this file; `make bpf` compiles it. */
#include "list_program.h"

typedef unsigned u32;
typedef unsigned long long u64;
#define SEC(name) __attribute__((section(name), used))
#define INLINE static inline __attribute__((always_inline))
#define KERNEL __attribute__((preserve_access_index))

struct bpf_sysctl { u32 write, file_pos; }; /* part of the kernel's interface: never moves */

struct ns_common { u32 inum; } KERNEL;
struct net { struct ns_common ns; } KERNEL;
struct pid_namespace { struct ns_common ns; } KERNEL;
struct nsproxy { struct net *net_ns; } KERNEL;
struct upid { int nr; struct pid_namespace *ns; } KERNEL;
struct pid { u32 level; struct upid numbers[1]; } KERNEL;
struct kernfs_node { struct kernfs_node *__parent; const char *name; u64 id; } KERNEL;
struct kernfs_node___old { struct kernfs_node *parent; } KERNEL; /* before Linux 6.15 */
struct cgroup { struct kernfs_node *kn; } KERNEL;
struct css_set { struct cgroup *dfl_cgrp; } KERNEL;
struct task_struct {
        int tgid;
        struct task_struct *real_parent, *group_leader;
        struct pid *thread_pid;
        char comm[16];
        struct nsproxy *nsproxy;
        struct css_set *cgroups;
} KERNEL;

#define LIST "net/ipv4/ip_local_reserved_ports"

/* The numbers of the helpers: bpf-helpers(7). */
static void *(*map_lookup)(void *map, const void *key) = (void *) 1;
static u64 (*current_pid_tgid)(void) = (void *) 14;
static long (*current_comm)(void *buffer, u32 size) = (void *) 16;
static u64 (*current_task)(void) = (void *) 35;
static u64 (*current_cgroup_id)(void) = (void *) 80;
static long (*sysctl_name)(struct bpf_sysctl *sysctl, char *buffer, u64 size, u64 flags) = (void *) 101;
static long (*sysctl_new_value)(struct bpf_sysctl *sysctl, char *buffer, u64 size) = (void *) 103;
static long (*read_kernel)(void *to, u32 size, const void *from) = (void *) 113;
static long (*read_kernel_string)(void *to, u32 size, const void *from) = (void *) 115;
static long (*ring_output)(void *ring, void *data, u64 size, u64 flags) = (void *) 130;
static int (*earlier_result)(void) = (void *) 186;

/* Since Linux 5.18 only. Where it is missing the kernel removes the call as dead code. */
enum bpf_func_id___known { BPF_FUNC_get_retval___known = 186 };
#define KNOWS_EARLIER_RESULT \
        __builtin_preserve_enum_value(*(typeof(enum bpf_func_id___known) *) BPF_FUNC_get_retval___known, 0)
#define HAS(field) __builtin_preserve_field_info(field, 2)
#define SIZE(type) __builtin_preserve_type_info(*(typeof(type) *) 0, 1)
#define READ(pointer, field) ({ \
        typeof((pointer)->field) value_ = 0; \
        read_kernel(&value_, sizeof value_, &(pointer)->field); \
        value_; })

enum {
        BPF_MAP_TYPE_ARRAY = 2, BPF_MAP_TYPE_RINGBUF = 27, BPF_F_MMAPABLE = 1 << 10,
        DENY = 0, PASS = 1,
        MOST_PID_NAMESPACES = 33, /* MAX_PID_NS_LEVEL of the kernel, and the first */
        MOST_GROUPS = 16, LONGEST_NAME = 256, NAMES = 2048,
        /* The kernel shows at most 4096 bytes of a text. It answers E2BIG if they fill the buffer, so a text
         * that may have been cut is never taken for a whole one. */
        TEXT = 4096,
        NOTES = 8,
};

/* The buffer for an event, since the stack is too small. Another writer may preempt this program, so a note
 * has one user at a time; more than eight writers at once are counted as lost. */
struct note {
        u64 is_taken;
        struct list_event event;
        char tail[NAMES + TEXT];
};

struct {
        int (*type)[BPF_MAP_TYPE_ARRAY];
        int (*map_flags)[BPF_F_MMAPABLE];
        int (*max_entries)[1];
        u32 *key;
        struct list_page *value;
} shared SEC(".maps");

struct {
        int (*type)[BPF_MAP_TYPE_RINGBUF];
        int (*max_entries)[LIST_RING_SIZE];
} writes SEC(".maps");

struct {
        int (*type)[BPF_MAP_TYPE_ARRAY];
        int (*max_entries)[NOTES];
        u32 *key;
        struct note *value;
} notes SEC(".maps");

/* The pid of a process in a pid namespace; 0 if it has none there. */
INLINE u32 pid_in(u64 namespace, struct task_struct *task) {
        struct task_struct *leader = READ(task, group_leader);
        struct pid *pid = READ(leader, thread_pid);
        u32 level = READ(pid, level);
        for (u32 i = 0; i < MOST_PID_NAMESPACES && i <= level; i++) {
                struct upid *number = (void *) &pid->numbers + i * SIZE(struct upid);
                struct pid_namespace *place = READ(number, ns);
                if (READ(place, ns.inum) == namespace) return READ(number, nr);
        }
        return 0;
}

/* Whether the guard writes. The pid of a guard that ended may be another process's by now; in another control group
 * that does not pass for the guard. */
INLINE int is_guard(volatile struct list_page *page, struct task_struct *task) {
        if (page->guard_cgroup && page->guard_cgroup != current_cgroup_id()) return 0;
        struct task_struct *leader = READ(task, group_leader);
        struct pid *pid = READ(leader, thread_pid);
        u32 level = READ(pid, level);
        struct upid *number = (void *) &pid->numbers + level * SIZE(struct upid);
        struct pid_namespace *place = READ(number, ns);
        return page->guard_pid && (u64) READ(number, nr) == page->guard_pid &&
                READ(place, ns.inum) == page->guard_pid_namespace;
}

/* Writes the names of the control groups to the tail, the lowest first. */
INLINE u32 name_groups(struct note *note, u64 root, struct task_struct *task) {
        u32 length = 0;
        struct css_set *groups = READ(task, cgroups);
        struct cgroup *group = READ(groups, dfl_cgrp);
        struct kernfs_node *node = READ(group, kn);
        for (int i = 0; i < MOST_GROUPS; i++) {
                struct kernfs_node *above;
                if (HAS(node->__parent))
                        above = READ(node, __parent);
                else
                        above = READ((struct kernfs_node___old *) node, parent);
                if (!above || READ(node, id) == root) return length;
                if (length > NAMES - LONGEST_NAME) break;
                long count = read_kernel_string(&note->tail[length], LONGEST_NAME, READ(node, name));
                if (count <= 0 || count > LONGEST_NAME) break;
                length += count;
                node = above;
        }
        note->event.flags |= LIST_EVENT_CUT;
        return length;
}

INLINE void fill(struct note *note, struct bpf_sysctl *sysctl, volatile struct list_page *page, u32 flags) {
        struct task_struct *task = (void *) current_task(), *parent = READ(task, real_parent);
        struct list_event *event = &note->event;
        event->cgroup = current_cgroup_id();
        event->position = sysctl->file_pos;
        event->pid = current_pid_tgid() >> 32;
        event->parent = READ(parent, tgid);
        event->local_pid = pid_in(page->guard_pid_namespace, task);
        event->local_parent = pid_in(page->guard_pid_namespace, parent);
        event->flags = flags;
        event->lost = page->lost;
        /* Fails for a task that is ending, and then leaves zeros. */
        current_comm(event->command, sizeof event->command);
        if (read_kernel_string(event->parent_command, sizeof event->parent_command, &parent->comm) < 0)
                event->parent_command[0] = 0;
}

/* Writes the event to the ring. 0: there was no space. */
INLINE int note_write(struct bpf_sysctl *sysctl, volatile struct list_page *page, u32 flags) {
        struct note *note = 0;
        for (u32 i = 0; i < NOTES; i++) {
                note = map_lookup(&notes, &i);
                if (!note) return 0;
                if (!__sync_lock_test_and_set(&note->is_taken, 1)) break;
                note = 0;
        }
        if (!note) return 0;
        fill(note, sysctl, page, flags);
        u32 names = name_groups(note, page->root_cgroup, (void *) current_task());
        long length = -1;
        int isNoted = 0;
        if (names <= NAMES) {
                if (!(flags & LIST_EVENT_DENIED)) length = sysctl_new_value(sysctl, &note->tail[names], TEXT);
                note->event.names = names;
                note->event.length = length;
                u64 size = sizeof note->event + names;
                if (length > 0 && length < TEXT) size += length;
                if (size <= sizeof note->event + NAMES + TEXT)
                        isNoted = ring_output(&writes, &note->event, size, 0) == 0;
        }
        __sync_lock_test_and_set(&note->is_taken, 0);
        return isNoted;
}

/* clang for BPF has no memcmp(), and a loop would put the name into a map of its own. */
INLINE int is_list(const u64 *name) {
        static const union { char text[40]; u64 words[5]; } list = {LIST};
        return name[0] == list.words[0] && name[1] == list.words[1] && name[2] == list.words[2] &&
                name[3] == list.words[3];
}

SEC("cgroup/sysctl") int amtguard_list(struct bpf_sysctl *sysctl) {
        u64 name[5] = {};
        if (!sysctl->write || sysctl_name(sysctl, (char *) name, sizeof name, 0) != sizeof LIST - 1 ||
            !is_list(name))
                return PASS;

        u32 first = 0;
        struct list_page *mapped = map_lookup(&shared, &first);
        volatile struct list_page *page = mapped;
        if (!page || !page->network_namespace) return PASS;
        struct task_struct *task = (void *) current_task();
        struct nsproxy *namespaces = READ(task, nsproxy);
        struct net *network = READ(namespaces, net_ns);
        if (READ(network, ns.inum) != page->network_namespace) return PASS;

        /* The guard removes by replacing. If another process wrote since the guard looked, its text is stale. */
        if (is_guard(page, task)) return sysctl->file_pos == 0 && page->seen != page->expected ? DENY : PASS;

        u32 flags = 0;
        if (KNOWS_EARLIER_RESULT && earlier_result() < 0)
                flags = LIST_EVENT_DENIED;
        else if (page->prevents == 1 && sysctl->file_pos == 0)
                flags = LIST_EVENT_TURNED;
        if (!note_write(sysctl, page, flags))
                __sync_fetch_and_add(&mapped->lost, 1);
        /* After the note, so that each write that the guard finds counted is in the ring. */
        __sync_fetch_and_add(&mapped->seen, 1);
        if (flags & LIST_EVENT_TURNED) sysctl->file_pos = 1;
        return PASS;
}

/* The kernel allows some of the helpers only to programs under the GPL. */
char _license[] SEC("license") = "GPL";
