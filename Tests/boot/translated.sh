# The table against AMT's ports stays over restarts of nftables.service, firewalld and the guard, and goes with the unit.
source /srv/boot/lib.sh
eventually "the shared address is held" json .holds 6

# The card's other end becomes the peer. A quarter of the ports that the rule draws are AMT's.
for name in peer container; do ip netns add $name; ip -n $name link set lo up; done
ip link set wire netns peer
ip link add pod0 type veth peer name eth0 netns container
ip addr add 10.88.0.1/24 dev pod0
ip link set pod0 up
ip -n peer addr add 192.168.1.99/24 dev wire
ip -n peer link set wire up
ip -n container addr add 10.88.0.2/24 dev eth0
ip -n container link set eth0 up
ip -n container route add default via 10.88.0.1
sysctl -q -w net.ipv4.ip_forward=1
ip netns exec peer /srv/demo/greeter 0.0.0.0 7000-7099 &

has_table() { seen=$(nft list tables); [[ $'\n'$seen$'\n' == *$'\ntable ip amtguard\n'* ]]; }
handle() { nft -a list table ip amtguard 2>&1 | sed -n '1s/.*# handle //p'; }
same() { seen=$(handle); [[ $seen == "$table" ]]; }
none_hang() {  # COUNT: of so many connections of the container's
    seen=$(ip netns exec container /srv/demo/opener 192.168.1.99 7000-7099 "$1" 10 | tr '\n' ' ')
    [[ $seen == *"opened=$1 "*' hung=0 '* ]]
}
while_connecting() {  # SENTENCE COMMAND…: does that while the container connects, again and again
    local sentence=$1
    shift
    touch connecting
    : >hangs
    while [[ -e connecting ]]; do none_hang 40 || echo "$seen" >>hangs; done &
    connections=$!
    "$@"
    rm connecting
    wait $connections
    expect "$sentence, none of the container's connections hangs" is "$(<hangs)" ''
}
watch_table() { /srv/bench/table-gaps amtguard >gaps & watcher=$!; }
never_gone() { kill -TERM $watcher; wait $watcher; seen=$(<gaps); [[ ! $seen ]]; }

expect "before a rule translates, nothing is loaded" json .nat.inForce false
expect "and nothing is tracked" is "$(cat /proc/sys/net/netfilter/nf_conntrack_count 2>/dev/null || echo 0)" 0
systemctl start nftables
eventually "nftables.service loads a rule that translates; the table is in force" json .nat.inForce true
expect "as the kernel says" has_table
expect "for the address that AMT shares" json .nat.addresses.0 192.168.1.20
expect "and for no other" json .nat.addresses 1
expect "it is the guard's own" json .nat.owned true
expect "the verdict is protected" json .verdict protected
expect "the store has its socket" shows NFileDescriptorStore 7
expect "no connection hangs" none_hang 200
redrew() { seen=$(amtguardctl --json | perl /srv/system/json.pl .nat.redrawn); ((seen > 0)); }
eventually "some were redrawn" redrew
table=$(handle)
seen=$(nft delete table ip amtguard 2>&1 || true)
expect "root can't delete it" like "$seen" '*Operation not permitted*'

watch_table
reload_nftables() { for ((i = 0; i < 30; i++)); do sleep 0.1; systemctl reload nftables; done; }
while_connecting "while nftables.service is reloaded 30 times, with flush ruleset" reload_nftables
# A restart has a gap between its flush and its rules: a connection that begins there leaves untranslated.
for ((i = 0; i < 20; i++)); do systemctl reset-failed nftables; systemctl restart nftables; done
expect "over that and 20 restarts the table was never gone" never_gone
expect "and is the same" same

watch_table
restart_guard() { for ((i = 0; i < 50; i++)); do systemctl restart $unit; done; }
while_connecting "while the guard is restarted 50 times" restart_guard
expect "the table was never gone" never_gone
expect "and is the same" same
eventually "the guard knows it" json .nat.inForce true
expect "as its own" json .nat.owned true
expect "the store has one socket for it" shows NFileDescriptorStore 7

watch_table
pid=$(main_pid)
kill -KILL "$pid"
another() { seen=$(main_pid); [[ $seen != 0 && $seen != "$pid" ]]; }
eventually "killed, the guard comes back" another
eventually "and knows its table" json .nat.inForce true
expect "which was never gone" never_gone
expect "and is the same" same

systemctl stop $unit
eventually "stopped, it leaves no table" not has_table
expect "and the rules of others" is "$(nft list tables | tr '\n' ' ')" 'table netdev card table ip nat '
systemctl start $unit
eventually "started, it loads its table again" json .nat.inForce true

if [[ -e /usr/sbin/firewalld ]]; then
    table=$(handle)
    watch_table
    systemctl stop nftables
    systemctl start firewalld
    firewall-cmd --quiet --add-masquerade
    expect "with firewalld the table is the same" same
    chain_of_firewalld() { json .nat.chains.0.table firewalld; }
    eventually "and firewalld's chain is seen" chain_of_firewalld
    firewall-cmd --quiet --reload
    firewall-cmd --quiet --complete-reload
    systemctl restart firewalld
    expect "over its reloads and a restart too" same
    expect "it was never gone" never_gone
    systemctl stop firewalld
    systemctl start nftables
else
    echo "firewalld is not here"
fi

eventually "in force" json .nat.inForce true
apt-get -qq -y purge amtguard >apt.log 2>&1
eventually "purged, it leaves no table" not has_table
expect "and the rules of others" is "$(nft list tables | tr '\n' ' ')" 'table netdev card table ip nat '
