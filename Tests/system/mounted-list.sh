# A guard in a container repairs the host's list at once, through the host's mount of procfs below --root.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# The scenario is the host. The guard has a process namespace, and so a procfs, of its own, which it can't write, and no
# capability but one.
contained='mount -o bind,ro /proc/sys /proc/sys && exec setpriv --bounding-set=-all,+net_admin --inh-caps=-all "$@"'
launch=(unshare --mount --pid --fork --kill-child=TERM --mount-proc sh -c "$contained" sh)
emulate amt
start_guard AuditSec=1h
expect "without that mount it can't write the list" holds ''
expect "and says so" reason list-read-only
kill_guard

mkdir -p $root/proc/sys/net
mount --bind /proc/sys/net $root/proc/sys/net
start_guard AuditSec=1h
expect "with it the ports are reserved" holds $amt
expect "the watch is inotify's" json .watch inotify
overwrite 5000
eventually "what a program of the host overwrites is repaired at once, without an audit" holds 623,664,5000,16992-16995
eventually "and reported" json .repairs.count 1
shortfall() { json .watchShortfall '' || true; [[ $seen == $1 ]]; }  # PATTERN
expect "the status says why no writer is named" shortfall '*fanotify*'
expect "and not that only audits see a write" not shortfall '*only audits*'
kill_guard
umount $root/proc/sys/net

# What a tree may have there as well: a copy of a list.
mkdir -p $root/proc/sys/net/ipv4
echo 1 >$root$list
launch=()
start_guard AuditSec=1h
expect "another file at that place is not written" is "$(<$root$list)" 1
overwrite ''
eventually "the list of the kernel is" holds $amt
stop_guard
