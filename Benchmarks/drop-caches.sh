#!/usr/bin/env bash
# drop-caches.sh --yes: whether the watch of the list survives the kernel dropping its caches. It would go deaf if the
# file's inode were evicted; amtguardd keeps a descriptor on it, which forbids that.
#
# This is the one script here that touches the whole machine: it writes 2 to /proc/sys/vm/drop_caches, which throws away
# cached names and inodes of every file system (harmless, slow for a moment). So it runs only as root and only if told
# so. The list itself is that of a private network namespace.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
fail() { printf 'drop-caches: %s\n' "$1" >&2; exit 2; }

if [[ ! ${BENCH_INSIDE:-} ]]; then
    [[ ${1:-} == --yes ]] || fail "this drops the caches of the whole machine; say --yes to allow it"
    [[ $EUID -eq 0 ]] || fail "only root may drop caches"
    AMTGUARDD=$(realpath "${AMTGUARDD:-$(swift build --package-path "$here/.." -c release --show-bin-path)/amtguardd}")
    [[ -x $AMTGUARDD ]] || fail "$AMTGUARDD is not built"
    export AMTGUARDD BENCH_INSIDE=1
    exec unshare --net --mount --pid --fork --kill-child --mount-proc bash "${BASH_SOURCE[0]}"
fi

list=/proc/sys/net/ipv4/ip_local_reserved_ports
whole() { grep -q 16992-16995 $list; }
mount -t tmpfs -o mode=755 bench /run
cd /run
export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/no-bus
"$here/../Tools/demo/emulated-sys.sh" /run/root amt
printf '[Guard]\nAuditSec=10min\n' >/run/root/etc/amtguard.conf  # only the watch can be quick
"$AMTGUARDD" --root /run/root 2>/run/log &
sleep 2
whole || fail "amtguardd did not reserve the ports: $(tail -n 1 /run/log)"

for round in 1 2 3; do
    echo 2 >/proc/sys/vm/drop_caches
    sleep 0.5
    echo 5000-5010 >$list
    sleep 0.2
    if whole; then
        printf 'round %s: caches dropped, list overwritten, whole again: the watch hears\n' $round
    else
        printf 'round %s: caches dropped, list overwritten, NOT repaired: the watch is deaf\n' $round
        exit 1
    fi
done
