# Holds outlive the daemon in the service manager's store, and its successor knows them again; lent, they stay as they are.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
ip link set lo up
ip link add eth0 type veth peer name eth1
ip link set eth0 up
ip link set eth1 up
ip addr add 192.0.2.1/24 dev eth0
configure Mode=always AuditSec=1h '[Hold]' Hold=strict

free_now() { perl -e 'use Socket; for (1 .. 200) { for my $p (623, 16992, 16995) { socket(my $s, AF_INET, SOCK_STREAM, 0);
    setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1); if (bind($s, sockaddr_in($p, inet_aton("192.0.2.1")))) { print "$p was free\n"; exit } }
    select(undef, undef, undef, 0.005) }'; }

: >store.log
$work/helpers/service-manager $work/store store.log "$amtguardd" --root $root -- "$amtguardd" --root $root 2>$log &
supervisor=$!
stores() { seen=$(grep -c 'FDSTORE=1 FDNAME=hold-tcp-192.0.2.1-[0-9]* FDPOLL=0' store.log || true); [[ $seen == "$1" ]]; }
eventually "each hold is stored, under a name of its own, not to be polled" stores 6
free_now >free.log &
looking=$!
eventually "the first guard holds them" says 'Holding 192.0.2.1 tcp 623,664,16992-16995'
first=$(pgrep -P $supervisor | head -n 1)
kill -KILL "$first"
second() { grep -q '^main ' store.log && (($(grep -c '^READY=1' store.log) == 2)); }
eventually "killed, it has a successor" second
guard=$(sed -n 's/^main //p' store.log)
wait $looking
expect "and there was no moment without the holds" is "$(<free.log)" ''
held() { ctl --json; seen=$(grep -o '"state": *"held"' <<<"$said" | wc -l); [[ $seen == 6 ]]; }
eventually "the successor has all six" held
expect "and stored none of them again" stores 6
expect "and six descriptors were stored" grep -q '^step ended with .*, 6 stored$' store.log

ip addr del 192.0.2.1/24 dev eth0
removes() { seen=$(grep -c 'FDSTOREREMOVE=1 FDNAME=hold-tcp-192.0.2.1-' store.log || true); [[ $seen == "$1" ]]; }
eventually "when the address goes, they go out of the store" removes 6
kill -TERM $guard
ended_supervisor() { ! runs $supervisor; }
eventually "it ends" ended_supervisor
wait $supervisor || true

# Lending.
rm -rf $root/run
ip addr add 192.0.2.1/24 dev eth0
start_bus
start_guard
eventually "it has its name" has_name
all=('"192.0.2.1:'{623,664,16992,16993,16994,16995}'/tcp held"')
eventually "the property tells its holds" property Holds "as 6 ${all[*]}"
lend() {  # KIND ADDRESS PORT: what the guard answers, and what comes of it
    DBUS_SYSTEM_BUS_ADDRESS=$bus_address "${as[@]}" $work/helpers/borrower "$@" 2>&1
}
for kind in tcp sharing tcp; do
    expect "a $kind socket is bound beside one, and nobody else's" is "$(lend $kind 192.0.2.1 16992)" 'bound to 192.0.2.1:16992'
done
expect "and the property tells the same as before" property Holds "as 6 ${all[*]}"
expect "nor is one lent that is not held" like "$(lend tcp 192.0.2.1 80)" '*192.0.2.1:80/tcp is not held*bound to 0.0.0.0:0*'
expect "nor what is no address" like "$(lend tcp localhost 80)" '*Allowed: an IPv4 address and a port*'
for kind in udp v6 bound; do
    expect "nor to a socket of another kind ($kind)" like "$(lend $kind 192.0.2.1 16992)" '*Allowed: a TCP socket of IPv4, of the network of amtguardd, that is not bound.*'
done
as=(unshare --net)
expect "nor to one of another network" like "$(lend tcp 192.0.2.1 16992)" '*Allowed: a TCP socket of IPv4, *bound to 0.0.0.0:0*'
as=()
expect "nor without one" like "$(on_bus call "${object[@]}" $manager_interface LendHold sq 192.0.2.1 16992 || true)" '*nvalid arguments*sqh*'
as=("${as_nobody[@]}")
expect "nor to anybody but root" like "$(lend tcp 192.0.2.1 16992)" '*ccess denied*'
as=()
expect "the port is held all the while" is "$(free_now)" ''
descriptors() { seen=$(find /proc/$guard/fd -lname 'socket:*' | wc -l); [[ $seen == "$1" ]]; }
before=$(find /proc/$guard/fd -lname 'socket:*' | wc -l)
for _ in 1 2 3; do lend tcp 192.0.2.1 16992 >/dev/null; done
eventually "and nothing of a borrower's stays with the guard" descriptors "$before"
stop_guard
