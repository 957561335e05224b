# `amtguardctl probe` behind address translation of the host never judges a port that was changed, and a stored result says so.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# A host whose card diverts some of AMT's ports, a peer that takes connections on ports 22 and 24, and a container.
unshare --net sleep 600 &
elsewhere=$!
unshare --net sleep 600 &
container=$!
moved() { [[ $(readlink /proc/$1/ns/net) != "$(readlink /proc/self/ns/net)" ]]; }
eventually "the peer has a network of its own" moved $elsewhere
eventually "the container has one" moved $container
on_peer() { nsenter --target $elsewhere --net "$@"; }
in_container() { nsenter --target $container --net "$@"; }
ip link set lo up
ip link add host0 address 02:00:5e:10:00:01 type veth peer name peer0 netns $elsewhere
ip address add 192.0.2.1/24 dev host0
ip link set host0 up
on_peer ip address add 192.0.2.2/24 dev peer0
on_peer ip link set peer0 up
ip link add br0 type veth peer name eth0 netns $container
ip address add 10.88.0.1/24 dev br0
ip link set br0 up
in_container ip address add 10.88.0.2/24 dev eth0
in_container ip link set eth0 up
in_container ip route add default via 10.88.0.1
echo 1 >/proc/sys/net/ipv4/ip_forward
"$diverting_card" host0 '623, 16992-16994' | nft -f - || skip "nft can't divert here"
on_peer perl -MSocket -e 'my @s; for my $port (22, 24) {
        socket(my $s, AF_INET, SOCK_STREAM, 0) or die; bind($s, sockaddr_in($port, INADDR_ANY)) or die; listen($s, 999);
        push @s, $s } open my $f, ">", "ready"; close $f; sleep 600' &
eventually "the peer listens" test -e ready

translate() {  # RULE…: the host translates so; without any, not at all
    local rule
    nft delete table ip nat 2>/dev/null || true
    (($# > 0)) || return 0
    for rule; do printf '%s\n' "$rule"; done >rules
    nft -f - <<RULES || skip "nft can't translate here"
table ip nat {
  chain post {
    type nat hook postrouting priority srcnat
    $(cat rules)
  }
}
RULES
}
judged() {  # VERDICT PORT…: of these ports, in the output
    local verdict=$1 port
    shift
    for port; do
        [[ $(sed -n "s/^$port: *//p" <<<"$said") == "$verdict: "* ]] || { seen="$port is not $verdict in: $said"; return 1; }
    done
}
probes() {  # STATUS PORT [ARGUMENT…]: to this port of the peer
    local status=$1 port=$2
    shift 2
    exits "$status" probe 192.0.2.2:"$port" --timeout 2 "$@"
}
amt_ports=(623 664 16992 16993 16994 16995)

emulate amt
start_bus
start_guard AuditSec=1h
eventually "the guard has its name" has_name

expect "without translation the probe tells what is diverted" probes 1 22
expect "of each port" judged diverted 623 16992 16993 16994
expect "and what is not" judged passes 664 16995
expect "status says nothing of translation" exits 0 status
expect "in its line" like "$said" '*Probe: *4 of 6 ports are diverted between 192.0.2.1 and 192.0.2.2:22, as of 2*Z*'
expect "nor does it say that it is not known" not like "$said" '*translat*'
expect "JSON says that there was none" json .probe.translated false
expect "and with which port each left" json .probe.ports.2.left 192.0.2.1:16992

translate 'oifname "host0" masquerade fully-random'
for port in 22 80; do  # the second one refuses
    expect "port $port: behind fully-random nothing is known" probes 3 $port
    expect "of any port" judged unknown "${amt_ports[@]}"
    expect "and the reason is the port" like "$said" '*it left this host as 192.0.2.1:*, by address translation*'
    expect "with what to do" like "$said" '*A rule on this host changes the port: see nft list ruleset.*'
done
expect "status says that translation was in use" exits 0 status
expect "in its line" like "$said" '*Probe: *it is not known whether any of 6 ports is diverted between *; address translation was in use then*'
translate
expect "and still says so when the rule is gone" exits 0 status
expect "in its line again" like "$said" '*; address translation was in use then*'
expect "JSON says so" json .probe.translated true
expect "and the verdict" json .probe.verdict unknown
stop_guard
start_guard
eventually "the next guard has its name" has_name
expect "and knows it" json .probe.translated true

# Each time another service: the kernel remembers how it translated a connection that was not answered.
translate 'tcp sport { 622, 624, 664, 16995 } tcp dport 23 masquerade to :41000-42000' 'oifname "host0" masquerade'
expect "behind plain masquerade that moves some ports" probes 1 23
expect "nothing is known of these" judged unknown 664 16995
expect "the others are judged" judged diverted 16992 16993 16994
expect "but not without a control of their own" judged 'no answer at all' 623

translate 'oifname "host0" masquerade'
in_container perl -MSocket -e 'socket(my $s, AF_INET, SOCK_STREAM, 0); bind($s, sockaddr_in(16995, INADDR_ANY)) or die;
    connect($s, sockaddr_in(24, inet_aton("192.0.2.2"))) or die "$!"; open my $f, ">", "taken"; close $f; sleep 600' &
eventually "the container's connection has the host's port 16995" test -e taken
expect "where a container has the port" probes 1 24 --ports '16994 16995'
expect "nothing is known of it" judged unknown 16995
expect "the others are judged as ever" judged diverted 16994

if "${as_nobody[@]}" "$amtguardd" --version >/dev/null 2>&1; then
    status=0
    said=$("${as_nobody[@]}" "$amtguardctl" --root $root probe 192.0.2.2:22 --ports '16993 16995' --timeout 1 2>&1) || status=$?
    expect "an ordinary user can't know" is $status 3
    expect "of any port" judged unknown 16993 16995
    expect "and is told who can" like "$said" '*only root can see whether address translation changed the port*'
fi
stop_guard
