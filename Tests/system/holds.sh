# Ports of shared addresses are held: LMS and servers can bind as configured; others find them in use.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
connect_host

states() {  # STATE NUMBER: this many holds have this state
    ctl --json
    seen=$(grep -o '"state": *"[a-z]*"' <<<"$said" | grep -c "\"$1\"" || true)
    [[ $seen == "$2" ]]
}
in_use() {  # COMMAND…: it fails at once, because the port is in use
    seen=$(timeout 5 "$@" 2>&1 </dev/null || true)
    [[ $seen == *'in use'* ]]
}
# Binds ADDRESS:PORT with SO_REUSEADDR and listens, as Intel LMS does; ends with its input.
serve='use Socket; socket(my $s, AF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
    bind($s, sockaddr_in($ARGV[1], inet_aton($ARGV[0]))) or die "$!\n"; listen($s, 5) or die "$!\n";
    print "listens\n"; while (accept(my $c, $s)) { syswrite $c, "served\n" }'
start_server() { : >server.log; perl -e "\$| = 1; $serve" 0.0.0.0 "$1" >server.log 2>&1 & server=$!; }
stop_server() { kill -KILL $server; wait $server || true; }  # SIGTERM may be blocked by the process that runs us
server_says() { grep -q "$1" server.log; }
answers() { seen=$(timeout 5 nc.openbsd -N 192.0.2.1 "$1" </dev/null || true); [[ $seen == served ]]; }
traditional() {  # WORD: the message of netcat-traditional, which sets SO_REUSEADDR
    seen=$(timeout 2 nc.traditional -nv -p 16992 192.0.2.1 9 2>&1 </dev/null || true)
    [[ $seen == *"$1"* ]]
}
for netcat in nc.openbsd nc.traditional; do [[ -x $(command -v $netcat) ]] || skip "there is no $netcat"; done

start_guard Mode=always AuditSec=100ms
eventually "each required port of the one address is held" states held 6
expect "one line says so" says 'Holding 192.0.2.1 tcp 623,664,16992-16995; servers that set SO_REUSEADDR'
ctl status
expect "and amtguardctl" like "$said" '*Held:*623,664,16992-16995 on 192.0.2.1*'
for port in 16992 623; do
    eventually "who asks for $port on any address finds it in use" in_use nc.openbsd -p $port 192.0.2.1 9
    expect "and on this one" in_use nc.openbsd -s 192.0.2.1 -p $port 192.0.2.1 9
    start_server $port
    eventually "Intel LMS on $port comes in" server_says listens
    expect "and serves" answers $port
    stop_server
done
expect "netcat-traditional, which sets SO_REUSEADDR, comes in and is answered" traditional refused

# A socket bound with SO_REUSEADDR and SO_REUSEPORT opens the port to its user's others with only SO_REUSEPORT.
bind_with() {  # OPTION…: prints whether 192.0.2.1:16993 can be bound in this way
    perl -MSocket -e 'socket(my $s, AF_INET, SOCK_STREAM, 0);
        setsockopt($s, SOL_SOCKET, Socket->can($_)->(), 1) for @ARGV;
        bind($s, sockaddr_in(16993, inet_aton("192.0.2.1"))) or print "$!\n"' "$@"
}
alone_refused() { seen=$(bind_with SO_REUSEPORT); [[ $seen == *'in use'* ]]; }
expect "SO_REUSEPORT alone is refused" alone_refused
expect "with SO_REUSEADDR as well it is let in" is "$(bind_with SO_REUSEADDR SO_REUSEPORT)" ''
eventually "and SO_REUSEPORT alone is refused again, from the next audit on" alone_refused
expect "and stays so" is "$(bind_with SO_REUSEADDR)$(bind_with SO_REUSEPORT | grep -o 'in use')" 'in use'

# In the other order.
stop_guard
start_server 16992
eventually "a server is there first" server_says listens
start_guard
eventually "then its port is not held" states refused 1
expect "and the others are" states held 5
expect "one line names the cause" says 'Not held: 192.0.2.1 tcp 16992: presumably Intel LMS (uid 0) listens there.'
expect "which is no reason to look" json .verdict protected
sleep 0.5
expect "and is said once" says_times 1 'Not held'
stop_server
eventually "when it has ended, the port is held" states held 6

# Strict.
configure Mode=always AuditSec=100ms '[Hold]' Hold=strict
reload_guard
eventually "the same holds are strict, and the line says what to set" says 'no other program can bind there, not even Intel LMS. Hold=cooperative admits LMS.'
expect "none was let go for it" not says 'Let go'
start_server 16992
eventually "LMS is refused" server_says 'in use'
wait $server || true
expect "and netcat-traditional" traditional 'in use'

# The address.
ip addr add 198.51.100.2/24 dev eth0
eventually "another address is held as well" states held 12
ip addr del 192.0.2.1/24 dev eth0
eventually "and one that is gone is let go" says 'Let go of 192.0.2.1 tcp 623,664,16992-16995.'
expect "all of it" not says 'Let go of 198.51.100.2'
ip addr add 192.0.2.1/24 dev eth0
eventually "and held when it comes back" says_times 2 'Holding 192.0.2.1 tcp 623,664,16992-16995; no other program'

# A connection on the port.
configure Mode=always AuditSec=100ms '[Hold]' Hold=off
reload_guard
eventually "switched off, there is none" states held 0
start_server 8000
eventually "somebody serves" server_says listens
perl -e 'use Socket; for (1 .. 200) { socket(my $s, AF_INET, SOCK_STREAM, 0);
    bind($s, sockaddr_in(16994, inet_aton("192.0.2.1"))) or select(undef, undef, undef, 0.02), next;
    connect($s, sockaddr_in(8000, inet_aton("192.0.2.1"))) or die "$!"; sleep 1000 }' &
victim=$!
# The service manager may have a copy of the hold for a moment longer.
connected() { grep -qE ':4262 [0-9A-F]*:1F40 ' /proc/net/tcp; }
eventually "and somebody connects to it from 16994" connected
configure Mode=always AuditSec=100ms
reload_guard
eventually "that port can't be held" says 'Not held: 192.0.2.1 tcp 16994: a program of uid 0, connected to 192.0.2.1:8000, uses the port.'
expect "which is a reason" reason hold-occupied
kill -KILL $victim
wait $victim || true
stop_server
stop_guard

# Without the capability, and without descriptors.
need_nobody
rm -rf $root/run
install -d -o 65534 -g 65534 $run
launch=(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all,+net_admin --ambient-caps=-all,+net_admin
    --bounding-set=-all,+net_admin)
ip addr del 198.51.100.2/24 dev eth0 2>/dev/null || true
start_guard Mode=always AuditSec=100ms
eventually "without CAP_NET_BIND_SERVICE, 623 and 664 are not held" states refused 2
expect "and that is said" says 'tcp 623,664: binding it is not permitted. Give amtguardd CAP_NET_BIND_SERVICE'
expect "with its reason" reason hold-not-permitted
expect "and protected is protected" json .verdict protected
stop_guard
launch=(bash -c 'ulimit -n 80; exec "$@"' -)
start_guard Mode=always AuditSec=100ms ExtraPorts=20000-20200
eventually "without descriptors it says so" reason hold-no-descriptor
some() { ctl --json; seen=$(grep -o '"state": *"held"' <<<"$said" | wc -l); ((seen > 6 && seen < 80)); }
expect "and has taken some" some
overwrite 5000
eventually "and has enough left to repair" holds 623,664,5000,16992-16995,20000-20200
eventually "and to tell" json .repairs.count 1
stop_guard
