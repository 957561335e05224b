// table-gaps NAME: looks all the time whether nf_tables has the table `ip NAME`, until SIGTERM. Then it prints how long
// the table was missing each time, in nanoseconds, one line each; -1 if it was still missing at the end. A table appears
// and disappears as a whole, so its name is enough.

#include <err.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { most_gaps = 100000 };

static volatile sig_atomic_t ended;
static long long gaps[most_gaps];

static void end(int signal)
{
    (void)signal;
    ended = 1;
}

static long long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool exists(int netlink, const char *name)
{
    struct {
        struct nlmsghdr header;
        struct nfgenmsg family;
        struct nlattr attribute;
        char name[NFT_TABLE_MAXNAMELEN];
    } request = {
        .header = { .nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE, .nlmsg_flags = NLM_F_REQUEST },
        .family = { .nfgen_family = NFPROTO_IPV4, .version = NFNETLINK_V0 },
        .attribute = { .nla_len = (unsigned short)(NLA_HDRLEN + strlen(name) + 1), .nla_type = NFTA_TABLE_NAME },
    };
    snprintf(request.name, sizeof request.name, "%s", name);
    request.header.nlmsg_len = NLMSG_LENGTH(sizeof request.family) + NLA_ALIGN(request.attribute.nla_len);
    union {
        struct nlmsghdr header;
        char bytes[8192];
    } reply;
    if (send(netlink, &request, request.header.nlmsg_len, 0) < 0 || recv(netlink, &reply, sizeof reply, 0) < 0)
        err(1, "nf_tables");
    if (reply.header.nlmsg_type != NLMSG_ERROR)
        return true;
    int error = -((struct nlmsgerr *)NLMSG_DATA(&reply.header))->error;
    if (error != ENOENT)
        errx(1, "nf_tables: %s", strerror(error));
    return false;
}

int main(int argc, char **argv)
{
    if (argc != 2)
        errx(64, "usage: table-gaps NAME");
    int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    if (netlink < 0)
        err(1, "netlink");
    signal(SIGTERM, end);

    int count = 0;
    long long since = 0;
    while (!ended) {
        bool there = exists(netlink, argv[1]);
        if (!there && since == 0)
            since = now();
        if (there && since != 0 && count < most_gaps) {
            gaps[count++] = now() - since;
            since = 0;
        }
        usleep(50);  // It shares the processors with what it watches.
    }
    for (int i = 0; i < count; i++)
        printf("%lld\n", gaps[i]);
    if (since != 0)
        printf("-1\n");
    return 0;
}
