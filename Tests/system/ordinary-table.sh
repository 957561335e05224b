# Before Linux 5.12 the table belongs to nobody: it is made again when another program deletes it, and none stays behind.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
connect_translator
has_table() { seen=$(nft list tables); [[ $'\n'$seen$'\n' == *$'\ntable ip amtguard\n'* ]]; }
release() { AMTGUARD_UNOWNED_TABLE=1 "$amtguardd" --root $root --release; }
launch=(env AMTGUARD_UNOWNED_TABLE=1)

ruleset 'oifname "host0" masquerade'
start_guard Mode=always AuditSec=1h
eventually "the table is in force" json .nat.inForce true
expect "and belongs to nobody" json .nat.owned false
for ((i = 1; i <= 5; i++)); do
    nft delete table ip amtguard
    eventually "deleted on purpose, it is made again: $i" has_table
done
eventually "which is reported" says 'Another program deleted or changed the table ip amtguard'
expect "once" says_times 1 'Another program deleted or changed the table ip amtguard'
nft delete chain ip amtguard output
has_chain() { nft list chain ip amtguard output &>/dev/null; }
eventually "so it is when a part of it is deleted" has_chain
stop_guard
expect "a stop takes it away" not has_table

start_guard
eventually "after a start it is there again" has_table
kill_guard
expect "a guard that is killed leaves it" has_table
start_guard
eventually "the next one knows it as its own" json .nat.inForce true
kill_guard
expect "it is left again" has_table
expect "what removes the package removes it" release
expect "so that nothing stays behind" not has_table

# A table of this name that is not the guard's.
nft add table ip amtguard
start_guard
eventually "another program's table is told" reason translation-unguarded
expect "and left alone" has_table
expect "with what to do" like "$(ctl --json; echo "$said")" '*nft delete table ip amtguard*'
stop_guard
expect "also when the guard stops" has_table
expect "and when the package is removed" release
expect "it stays" has_table
