# `amtguardctl probe` distinguishes diverted ports from others, over IPv4 and IPv6, whatever the peer does, and is remembered.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# A host whose card diverts some of AMT's ports, and a peer that talks garbage on port 22 and drops all on port 9.
unshare --net sleep 600 &
elsewhere=$!
moved() { [[ $(readlink /proc/$elsewhere/ns/net) != "$(readlink /proc/self/ns/net)" ]]; }
eventually "the peer has a network of its own" moved
on_peer() { nsenter --target $elsewhere --net "$@"; }
ip link set lo up
ip link add host0 address 02:00:5e:10:00:01 type veth peer name peer0 netns $elsewhere
ip address add 192.0.2.1/24 dev host0
ip address add 2001:db8::1/64 dev host0 nodad
ip link set host0 up
on_peer ip address add 192.0.2.2/24 dev peer0
on_peer ip address add 2001:db8::2/64 dev peer0 nodad
on_peer ip link set peer0 up
on_peer nft -f - <<'RULES' || skip "nft can't drop here"
table inet walls {
  chain input {
    type filter hook input priority 0
    tcp dport 9 drop
    tcp dport 10 reject with icmpx type admin-prohibited
    tcp dport 11 reject with icmpx type port-unreachable
    tcp dport 12 tcp sport 16991 drop
  }
}
RULES
"$diverting_card" host0 '623, 16992-16994' | nft -f - || skip "nft can't divert here"
on_peer perl -e 'use Socket; $SIG{PIPE} = "IGNORE"; my @s;
    for my $port (12, 22) {
        socket(my $s, AF_INET6, SOCK_STREAM, 0) or die; setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
        bind($s, pack_sockaddr_in6($port, Socket::inet_pton(AF_INET6, "::"))) or die "$!"; listen($s, 50); push @s, $s }
    open my $f, ">", "ready"; close $f; my $n = 0;
    while (1) { my $r = ""; vec($r, fileno $_, 1) = 1 for @s; select($r, undef, undef, undef);
        for (@s) { next unless vec($r, fileno $_, 1); accept(my $c, $_) or next; syswrite $c, "\e[2J\0\xff" x 10_000; close $c } }' &
eventually "the peer listens" test -e ready

contains() { seen=$said; grep -qF -- "$1" <<<"$said"; }  # TEXT
judged() {  # VERDICT PORT…: of these ports, in the output
    local verdict=$1 port
    shift
    for port; do
        [[ $(sed -n "s/^$port: *//p" <<<"$said") == "$verdict: "* ]] || { seen="$port is not $verdict in: $said"; return 1; }
    done
}
took() { local began=${EPOCHREALTIME/./}; "$@" || return 1; took=$(((${EPOCHREALTIME/./} - began) / 1000)); }

# Without a daemon.
for service in 192.0.2.2:22 '[2001:db8::2]:22' 192.0.2.2:80; do  # the last one refuses
    expect "$service: exit status 1" took exits 1 probe $service
    expect "the diverted ports are reported" judged diverted 623 16992 16993 16994
    expect "from those that pass" judged passes 664 16995
    expect "in a line for all" like "$said" '*4 of 6 ports are diverted between *'
    expect "in less than 5 s" at_most $took 5000
    echo "took $took ms"
    expect "with a word that packets are sent" contains "sending 12 connection requests to $service,"
    expect "and that the result is not kept" like "$said" '*Kept: *the result is not kept: there is no bus*'
    expect "and no byte of the peer" not like "$said" $'*\e[[]2J*'
done
expect "ports that pass are all well" took exits 0 probe 192.0.2.2:22 --ports '664 16995'
expect "at once" at_most $took 3000
expect "a peer that drops all says nothing: 3" took exits 3 probe 192.0.2.2:9 --timeout 2
expect "of any port" judged 'no answer at all' 623 664 16992 16993 16994 16995
expect "in less than 5 s" at_most $took 5000
expect "a refusal by ICMP is no answer of the peer" exits 3 probe 192.0.2.2:10
expect "of any kind" exits 3 probe '[2001:db8::2]:11'
expect "nor does it speak of a port" judged 'no answer at all' 623 664 16995
expect "a control that is silent is a doubt" exits 3 probe 192.0.2.2:12 --ports 16992 --timeout 2
expect "and no diversion" judged 'no answer at all' 16992
for service in 192.0.2.2:9 192.0.2.77:22 '[2001:db8::2]:9' '[2001:db8::77]:22'; do  # it drops all, or does not exist
    expect "$service: says nothing" took exits 3 probe $service
    expect "in less than 5 s" at_most $took 5000
done
expect "no route" exits 3 probe 198.51.100.1:22
expect "says so" like "$said" '*there is no route to 198.51.100.1: *'
expect "itself" exits 3 probe 192.0.2.1:22
expect "says so" like "$said" '*is an address of this host, so no packet*'
expect "somebody else's address" exits 3 probe 192.0.2.2:22 --from 192.0.2.9
expect "says so" like "$said" '*192.0.2.9 is not an address of this host*'
for bad in 192.0.2.2 2001:db8::1:22 server:0 :22 server:no-such-service '192.0.2.2:22 --ports 0' '192.0.2.2:22 --ports 1-1000' \
    '192.0.2.2:22 --from here' '192.0.2.2:22 --timeout 0'; do
    expect "$bad is wrong usage" exits 64 probe $bad
    expect "and the message says what is allowed" like "$said" '*llowed*'
done

# Ports in use, and missing rights.
perl -MSocket -e 'socket(my $s, AF_INET, SOCK_STREAM, 0); bind($s, sockaddr_in(16995, INADDR_ANY)) or die; listen($s, 1);
    open my $f, ">", "listens"; close $f; sleep 600' &
server=$!
eventually "somebody listens on 16995" test -e listens
expect "with a port in use" exits 1 probe 192.0.2.2:22 --timeout 2
expect "it is named" like "$said" '*16995: *busy: *perl (*) listens there*'
expect "and what to do" like "$said" '*To probe 16995, stop the program that has the port*systemctl stop lms*'
kill -KILL $server  # a test runner may have blocked the polite signals
if "${as_nobody[@]}" "$amtguardd" --version >/dev/null 2>&1; then
    said=$("${as_nobody[@]}" "$amtguardctl" --root $root probe 192.0.2.2:22 --timeout 2 2>&1) || status=$?
    expect "an ordinary user probes" is $status 1
    expect "all but those below 1024" judged 'not tried' 623 664
    expect "the others" judged diverted 16992
fi

# With a daemon.
emulate amt
start_bus
start_guard AuditSec=1h ExtraPorts=16999
eventually "it has its name" has_name
expect "nothing is remembered yet" json .probe null
expect "the required ports are probed" exits 1 probe 192.0.2.2:22 --timeout 2
expect "with the one that was added" judged passes 664 16995 16999
expect "and it is kept" like "$said" '*Kept: *amtguardctl status shows it*'
expect "status shows it with its date" exits 0 status
expect "in a line" like "$said" '*Probe: *4 of 7 ports are diverted between 192.0.2.1 and 192.0.2.2:22, as of 2*Z*'
expect "JSON has each port" json .probe.ports.0.verdict diverted
eventually "the journal has it" says 'A probe: 4 of 7 ports are diverted'
stop_guard
start_guard
eventually "its successor has its name" has_name
expect "and knows it" json .probe.says '4 of 7 ports are diverted between 192.0.2.1 and 192.0.2.2:22'
"$amtguardctl" --root $root probe '[2001:db8::2]:22' --ports 664 --json 2>/dev/null >probed
expect "JSON of a probe" is "$(perl "$here/json.pl" .probe.verdict <probed)" passes

# Holds do not prevent a probe: its socket is bound beside a strict one.
configure Mode=always AuditSec=1h '[Hold]' Hold=strict
reload_guard
holds_all() { seen=$(on_bus get-property "${object[@]}" $manager_interface Holds || true); [[ $(grep -o ' held"' <<<"$seen" | wc -l) == 6 ]]; }
eventually "the ports are held" holds_all
for attempt in first second; do
    expect "a $attempt probe binds beside the holds" exits 1 probe 192.0.2.2:22 --ports '664 16992' --timeout 1
    expect "and tells what is diverted" judged diverted 16992
    expect "and what is not" judged passes 664
    expect "and the holds are what they were" holds_all
done
if "${as_nobody[@]}" "$amtguardd" --version >/dev/null 2>&1; then
    status=0
    said=$("${as_nobody[@]}" "$amtguardctl" --root $root probe 192.0.2.2:22 --ports 16992 2>&1) || status=$?
    expect "only root binds beside one" is $status 3
    expect "and is told so" judged busy 16992
    expect "and replaces no result" json .probe.ports.0.verdict passes
fi

# Which user may record a result, and which result.
result=$'probe=1\nfrom=192.0.2.1\nto=192.0.2.2\nport=22\nwaited-ms=4000\nport.623=silent\ncontrol.622=connected\n'
records() { seen=$(on_bus call "${object[@]}" $manager_interface RecordProbe s "$2" || true); [[ $seen == $1 ]]; }
as=("${as_nobody[@]}")
expect "not everybody may tell of one" records '*ccess denied*' "$result"
as=()
expect "root may" records '' "$result"
expect "and nonsense is refused" records '*Not a result of a probe: line 6: "0" is not a port*' "${result/port.623/port.0}"
expect "nor much of it" records '*allowed are 16384*' "$(printf '%20000s' '')"
expect "the good one stands" json .probe.ports.0.port 623
stop_guard
printf 'amtguard-probe=1 \xff\n' >$run/probe
start_guard
expect "a damaged record is no record" json .probe null
stop_guard
