/* Declarations of Linux that Swift can't import: macros, variadic functions and system calls without a wrapper.
 * No policy here, only names. */
#pragma once
/* As in CSystemd: what both declare is Glibc's, whichever module a compilation loads first. */
#pragma clang module import SwiftGlibc
#include "list_program.h"
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/inet_diag.h>
#include <linux/magic.h>
#include <linux/mei.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <linux/openat2.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

/* glibc has no wrapper for openat2(2). */
static inline int shim_openat2(int directory, const char *path, const struct open_how *how) {
        return (int) syscall(SYS_openat2, directory, path, how, sizeof *how);
}

/* A macro of linux/mei.h, which Swift can't evaluate: connects to a client of the firmware. */
static inline unsigned long shim_mei_connect_client(void) { return IOCTL_MEI_CONNECT_CLIENT; }

/* A global variable, which Swift treats as shared between threads. */
static inline char **shim_environ(void) { return environ; }

/* Macros of sys/sysmacros.h: the two halves of a device number. */
static inline unsigned shim_major(unsigned long device) {
        return major(device);
}
static inline unsigned shim_minor(unsigned long device) {
        return minor(device);
}

/* TIOCGWINSZ (ioctl_tty(2)); -1 if it fails. Swift has struct winsize from a module that no file may import. */
static inline int shim_columns(int terminal) {
        struct winsize size;
        return ioctl(terminal, TIOCGWINSZ, &size) == 0 ? size.ws_col : -1;
}

/* The address range of the program's own code, set by the linker (end(3)). */
extern const char __executable_start[];
extern const char etext[];
static inline const void *shim_code_start(void) { return __executable_start; }
static inline const void *shim_code_end(void) { return etext; }

/* memfd_create(2) since Linux 6.3; older headers lack it. */
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

/* The first is for getsockopt(2) since Linux 5.14, the second for setsockopt(2) since 6.16. Older headers lack them. */
enum { SHIM_SO_NETNS_COOKIE = 71, SHIM_SO_PASSRIGHTS = 83 };

/* Flag and attribute of a table that belongs to a netlink socket, since Linux 5.12. Older headers lack them. */
enum { SHIM_NFT_TABLE_F_OWNER = 2, SHIM_NFTA_TABLE_OWNER = 7 };

/* glibc has no wrapper for bpf(2), and Swift can't fill in its union of structures without names. */
static inline int shim_bpf(int command, void *attributes, unsigned length) {
        return (int) syscall(SYS_bpf, command, attributes, length);
}
static inline int shim_bpf_link_create(int program, int cgroup) {
        union bpf_attr attributes = {
                .link_create = {.prog_fd = program, .target_fd = cgroup, .attach_type = BPF_CGROUP_SYSCTL}};
        return shim_bpf(BPF_LINK_CREATE, &attributes, sizeof attributes);
}
static inline int shim_bpf_link_next(unsigned *id) {
        union bpf_attr attributes = {.start_id = *id};
        int result = shim_bpf(BPF_LINK_GET_NEXT_ID, &attributes, sizeof attributes);
        if (result == 0) *id = attributes.next_id;
        return result;
}
static inline int shim_bpf_link_open(unsigned id) {
        union bpf_attr attributes = {.link_id = id};
        return shim_bpf(BPF_LINK_GET_FD_BY_ID, &attributes, sizeof attributes);
}
static inline int shim_bpf_program_open(unsigned id) {
        union bpf_attr attributes = {.prog_id = id};
        return shim_bpf(BPF_PROG_GET_FD_BY_ID, &attributes, sizeof attributes);
}
static inline int shim_bpf_map_open(unsigned id) {
        union bpf_attr attributes = {.map_id = id};
        return shim_bpf(BPF_MAP_GET_FD_BY_ID, &attributes, sizeof attributes);
}
static inline int shim_bpf_info(int descriptor, void *info, unsigned length) {
        union bpf_attr attributes = {
                .info = {.bpf_fd = (unsigned) descriptor, .info_len = length, .info = (unsigned long) info}};
        return shim_bpf(BPF_OBJ_GET_INFO_BY_FD, &attributes, sizeof attributes);
}

/* Memory that the kernel reads and writes as well. */
static inline unsigned long long shim_load_acquire(const void *place) {
        return __atomic_load_n((const unsigned long long *) place, __ATOMIC_ACQUIRE);
}
static inline unsigned shim_load_acquire_word(const void *place) {
        return __atomic_load_n((const unsigned *) place, __ATOMIC_ACQUIRE);
}
static inline void shim_store_release(void *place, unsigned long long value) {
        __atomic_store_n((unsigned long long *) place, value, __ATOMIC_RELEASE);
}
