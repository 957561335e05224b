#!/usr/bin/env bash
# drop-caches.sh --yes: checks that the watch of the list survives when the kernel drops its caches. If the file's inode
# were evicted, the watch would show no more writes; amtguardd keeps a descriptor of the file, which prevents that.
#
# Only this script affects the whole machine: it writes 2 to /proc/sys/vm/drop_caches, which drops cached names and
# inodes of every file system (harmless, slow for a moment). So it runs only as root and only with --yes. The list
# itself is that of a private network namespace.
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
printf '[Guard]\nAuditSec=10min\n' >/run/root/etc/amtguard.conf  # only the watch can be fast
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
