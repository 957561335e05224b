# A connection that the host translates never hangs on one of AMT's ports: another port is drawn, or it is refused at once.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
connect_translator
# A quarter of these draws is a port of AMT's.
narrow='oifname "host0" meta l4proto tcp masquerade to :16990-17005 fully-random'
has_table() { seen=$(nft list tables); [[ $'\n'$seen$'\n' == *$'\ntable ip amtguard\n'* ]]; }
handle() { nft -a list table ip amtguard | sed -n '1s/.*# handle //p'; }
nat() {  # KEY: of the status, under "nat"
    ctl --json
    perl "$here/json.pl" ".nat.$1" <<<"$said"
}
counts() { seen=$(nat "$1"); ((seen >= $2)); }  # KEY NUMBER: at least as many
none_hang() { opens "$@" && ((opened == $1 && hung == 0)); }  # COUNT SECONDS [COMMAND…]
some_hang() { opens "$@" && ((opened == $1 && hung > 0)); }
redraw() { configure Mode=always AuditSec=500ms '[NAT]' Redraw="$1"; reload_guard; }

ruleset "$narrow"
expect "without the guard some of a container's connections hang" some_hang 100 1 "${in_container[@]}"

start_guard Mode=always AuditSec=500ms
eventually "the guard sees that addresses are translated" json .nat.translation yes
expect "by this chain" json .nat.chains.0.table nat
expect "with its name" json .nat.chains.0.name postrouting
eventually "and its table is in force" json .nat.inForce true
expect "so the kernel has it" has_table
expect "for each address of the host, as AMT's is not known here" json .nat.addresses 2
owns=$(nat owned)  # from Linux 5.12 on
expect "with it none hangs" none_hang 200 10 "${in_container[@]}"
expect "of the host's own neither, if the rule takes them too" none_hang 100 10
eventually "the number of those that were redrawn is told" counts redrawn 30
eventually "and of those refused, whose port was drawn twice" counts refused 1

# A container that chooses such a port itself, behind a translation that keeps it.
"${in_container[@]}" sysctl -qw net.ipv4.ip_local_port_range='16990 17000'
ruleset 'oifname "host0" masquerade'
before=$(nat refused)
expect "of connections whose port is kept none hangs" none_hang 200 10 "${in_container[@]}"
expect "some are refused" at_least $refused 1
expect "with the first retransmission" at_most "${slowest%.*}" 4
eventually "which is told" counts refused $((before + refused))
"${in_container[@]}" sysctl -qw net.ipv4.ip_local_port_range='32768 60999'

# A published port of AMT's gets nothing from outside, which is told.
nft 'table ip nat { chain published { type nat hook prerouting priority dstnat; tcp dport 16993 dnat to 10.88.0.2:443; }; }'
eventually "a published port of AMT's is named" json .nat.published.0.port 16993
expect "also by amtguardctl victims" exits 1 victims
expect "with the chain that publishes it" like "$said" '*Published*16993*ip nat published*'

# Another program's `flush ruleset`, and its `delete table`.
if [[ $owns == true ]]; then
    table=$(handle)
    seen=$(nft delete table ip amtguard 2>&1 || true)
    expect "another program can't delete the table" like "$seen" '*Operation not permitted*'
    while sleep 0.1; do ruleset "$narrow"; done &
    flusher=$!
    expect "while all rules are flushed and loaded, none hangs" none_hang 200 10 "${in_container[@]}"
    kill $flusher
    wait $flusher || true
    expect "and the table is the same" is "$(handle)" "$table"
fi
ruleset "$narrow"

# Set to no, to yes, and translation that ends.
redraw no
eventually "with Redraw=no there is no table" not has_table
eventually "and none is in force" json .nat.inForce false
expect "which is a reason" reason translation-unguarded
expect "to look" json .verdict degraded
expect "a connection that hangs" some_hang 40 1 "${in_container[@]}"
# These stay in connection tracking for a while, as they were never answered.
eventually "is named, with the container that began it" json .nat.victims.0.protocol tcp
expect "by its address" like "$(nat victims.0.origin)" '10.88.0.2:*'
expect "whom it wants to reach" like "$(nat victims.0.remote)" '198.51.100.2:70*'
expect "and the port that it was given" like "$(nat victims.0.translated)" '198.51.100.1:1699[2-5]'
expect "also by amtguardctl victims" exits 1 victims
expect "with the container" like "$said" '*10.88.0.2:*'
before=$(nat refused)
(none_hang 100 20 "${in_container[@]}" && at_least "$refused" 1) &
hanging=$!
sleep 0.5  # all are open, and some hang
redraw auto
eventually "with Redraw=auto it is there again" json .nat.inForce true
expect "are refused with their next retransmission" wait $hanging
eventually "and counted" counts refused 1
ruleset
eventually "without a rule that translates, it goes" not has_table
eventually "as nothing is translated" json .nat.translation no
redraw yes
eventually "with Redraw=yes it is there nevertheless" json .nat.inForce true
stop_guard
kill $manager  # It keeps the table's socket, as systemd does between a stop and a start; then it gives it up.
wait $manager || true
eventually "after a stop nothing is left behind" not has_table

# Restarted: the table stays, the same.
ruleset "$narrow"
configure Mode=always AuditSec=1h
: >store.log
RESTARTS=5 $work/helpers/service-manager $work/store store.log "$amtguardd" --root $root --check -- \
    "$amtguardd" --root $root 2>$log &
supervisor=$!
eventually "started by a service manager that keeps descriptors, it loads its table" has_table
if [[ $owns == true ]]; then
    table=$(handle)
    started() { seen=$(grep -c '^READY=1' store.log || true); ((seen > $1)); }
    "$BENCH_BIN/table-gaps" amtguard >gaps.log &
    gaps=$!
    for ((i = 1; i <= 5; i++)); do
        (none_hang 40 10 "${in_container[@]}") &
        connections=$!
        kill -TERM "$(sed -n 's/^main //p' store.log | tail -n 1)"
        eventually "restart $i" started "$i"
        expect "during which none of the connections hangs" wait $connections
    done
    kill -TERM $gaps
    wait $gaps
    expect "there was no moment without the table" is "$(<gaps.log)" ''
    expect "and it is the same" is "$(handle)" "$table"
    eventually "the successor knows it" json .nat.owned true
fi
kill -KILL $supervisor
wait $supervisor 2>/dev/null || true
eventually "without the service manager it is gone" not has_table
