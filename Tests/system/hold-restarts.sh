# Holds outlive the daemon in the service manager's store, and its successor recognizes them; shared ones stay shared.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
connect_host
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

# On the bus.
rm -rf $root/run
ip addr add 192.0.2.1/24 dev eth0
start_bus
start_guard
eventually "it has its name" has_name
all=('"192.0.2.1:'{623,664,16992,16993,16994,16995}'/tcp held"')
eventually "the property tells its holds" property Holds "as 6 ${all[*]}"
expect "no user can bind beside one by way of the bus" like \
    "$(on_bus call "${object[@]}" $manager_interface LendHold sq 192.0.2.1 16992 || true)" '*nknown method*'
expect "the port is held" is "$(free_now)" ''
stop_guard
