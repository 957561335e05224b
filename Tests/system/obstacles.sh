# Whatever blocks the list, the guard is ready, says what it is and what to do, and recovers by itself.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
configure AuditSec=1s

obstructed() {  # REASON PIECE [EXPOSED]: reported by status and standard error, with advice; not a crash
    eventually "the reason is $1" json .reasons.0.id "$1"
    expect "with advice" not json .reasons.0.advice null
    expect "exposed if the kernel may choose such a port, or that can't be ruled out" json .verdict exposed
    expect "which ports is known where the list can be read" json .ports.exposed "${3-null}"
    expect "amtguardctl exits with 2" exits 2
    expect "the guard says it" says "$2"
    expect "once" says_times 1 "$2"
    expect "and goes on" runs $guard
}
recovers() {
    eventually "it guards as soon as it can" holds $amt
    eventually "the verdict recovers" json .verdict protected
    expect "no reason of that is left" not reason "$1"
}
reset() { printf '\n' >$list; }

printf '%s\n' 400 >/proc/sys/net/ipv4/ip_unprivileged_port_start
printf '%s\n' '400 65535' >/proc/sys/net/ipv4/ip_local_port_range

# A kernel or a /proc without the list. Everything except the list is there.
mkdir hidden
for file in ip_local_port_range ip_unprivileged_port_start; do cat /proc/sys/net/ipv4/$file >hidden/$file; done
mount --bind hidden /proc/sys/net/ipv4
start_guard
obstructed list-missing 'Cannot guard: this kernel shows no net.ipv4.ip_local_reserved_ports'
status=0 said=$("$amtguardd" --arm 2>&1) || status=$?
expect "--arm names the file that it misses" like "$status $said" '1 amtguardd: /proc/*/ip_local_reserved_ports: No such file*'
umount /proc/sys/net/ipv4
recovers list-missing
overwrite 5000
eventually "and from then on it watches" json .repairs.last.found 5000
stop_guard
reset

# As in most containers.
mount --bind $list $list
mount -o remount,bind,ro $list
start_guard
obstructed list-read-only 'Cannot guard: net.ipv4.ip_local_reserved_ports is read-only here' $amt
mount -o remount,bind,rw $list
recovers list-read-only
umount --lazy $list
stop_guard
reset

# A file that only looks like the list.
printf 'not, a list\n' >garbage
mount --bind garbage $list
start_guard
obstructed list-covered 'Cannot guard: another file is mounted over net.ipv4.ip_local_reserved_ports'
expect "nothing is said of what the list holds" not says 'is not a list of ports'
expect "of no port it is said that it is not reserved" json .ports.each.0.reserved null
expect "nor where the kernel may choose it" json .ports.each.0.exposure unknown
expect "which is not known for ports either" exits 3 ports
expect "what others wrote is left alone" holds 'not, a list'
umount --lazy $list
stop_guard
reset
printf '5000\n' >garbage
mount --bind garbage $list
start_guard
sleep 1
expect "a file that does not add is not mistaken for the kernel's" not json .verdict protected
expect "and does not keep the guard busy" runs $guard
umount --lazy $list
stop_guard
reset

# Without the capability.
need_nobody
chown -R 65534:65534 $root/run
launch=("${as_nobody[@]}" --bounding-set=-all)
start_guard
obstructed not-permitted 'Cannot guard: writing net.ipv4.ip_local_reserved_ports is not permitted' $amt
overwrite $amt
eventually "when somebody else reserves the ports, that will do" json .ports.exposed ''
stop_guard
