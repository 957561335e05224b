# Where no address is translated, the guard loads no table and leaves connection tracking off, also when asked for victims.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
connect_translator
tracked=/proc/sys/net/netfilter/nf_conntrack_count
# A kernel without connection tracking tracks nothing.
tracks_nothing() { seen=$(cat $tracked 2>/dev/null || echo 0); [[ $seen == 0 ]]; }
no_table() { seen=$(nft list tables 2>&1); [[ ! $seen ]]; }
greets() { seen=$(timeout 5 nc.openbsd -d 198.51.100.2 7000 || true); [[ $seen == hello ]]; }

start_guard Mode=always AuditSec=300ms
eventually "it is known that no address is translated" json .nat.translation no
expect "as there is no chain for it" json .nat.chains 0
expect "so no table is in force" json .nat.inForce false
expect "though it would be with one" json .nat.redraw auto
expect "and there is none, of the guard's or of others" no_table
expect "a connection of the host's is answered" greets
expect "no victim was found" exits 0 victims
sleep 1  # some audits
expect "and none afterwards" exits 0 victims
expect "nothing is tracked" tracks_nothing
expect "and there is no table" no_table
stop_guard
expect "nor afterwards" no_table

# The same sight of a connection that is tracked: so the claim above can fail.
ruleset 'oifname "host0" masquerade'
expect "with a rule that translates" greets
expect "a connection is tracked" not tracks_nothing
