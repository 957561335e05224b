# OnStop=release removes only what amtguard added: neither others' ports nor required ones that were there before.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
overwrite 664,5000-5010
start_guard OnStop=release AuditSec=1h
expect "what was there is not owned" json .ports.owned 623,16992-16995
expect "and everything is reserved" holds 623,664,5000-5010,16992-16995
stop_guard
expect "what was there stays" holds 664,5000-5010
expect "it says so" says 'Released 623,16992-16995; the list holds 664,5000-5010.'

start_guard OnStop=keep
stop_guard
expect "OnStop=keep leaves all" holds 623,664,5000-5010,16992-16995

# Ownership outlives the process, both after OnStop=keep and after a kill.
start_guard OnStop=release
expect "the next one knows what is owned" json .ports.owned 623,16992-16995
kill_guard
expect "a killed one leaves all" holds 623,664,5000-5010,16992-16995
start_guard
expect "and its successor owns it" json .ports.owned 623,16992-16995
stop_guard
expect "and releases it" holds 664,5000-5010

# In doubt, not owned.
start_guard
kill_guard
overwrite 623,664,7000,16992-16995
start_guard
expect "after somebody else wrote the list nothing is owned" json .ports.owned ''
stop_guard
expect "and nothing is released" holds 623,664,7000,16992-16995

printf '\n' >$list
start_guard
overwrite 16992,7000
eventually "overwritten, the list is whole" holds 623,664,7000,16992-16995
eventually "what the other wrote is the other's" json .ports.owned 623,664,16993-16995
stop_guard
expect "and stays" holds 7000,16992

printf 'damaged' >$run/memory
overwrite $amt
start_guard
expect "a damaged memory owns nothing" json .ports.owned ''
stop_guard
expect "and releases nothing" holds $amt

# The longest possible list: every second port, 190 KiB.
perl -e 'print join(",", map { 2 * $_ + 1 } 0 .. 32767), "\n"' >odd
write_whole odd
numbers odd >odd.numbers
{ cat odd.numbers; printf '%s\n' 664 16992 16994; } | sort >merged.numbers
same_ports() {  # FILE: the list has the ports of this file
    numbers $list >now.numbers
    seen=$(diff "$1" now.numbers | head -n 5) && return 0
    return 1
}
expect "32,768 single ports are reserved" same_ports odd.numbers
start_guard OnStop=release
expect "they are merged without losing one" same_ports merged.numbers
expect "and only the missing are owned" json .ports.owned 664,16992,16994
stop_guard
expect "out of a list that long nothing is taken, so that no kill can lose a port" same_ports merged.numbers
expect "which is said" says 'These ports stay reserved, although they are no longer required: 664,16992,16994.'
status=0
said=$("$amtguardd" --root $root --release 2>&1) || status=$?
expect "--release says it as well" like "$status $said" '1 *664,16992,16994 are still reserved*'
overwrite 5000
status=0
said=$("$amtguardd" --root $root --release 2>&1) || status=$?
expect "what another program wrote since is left alone" is "$status $said $(<$list)" '0  5000'

printf '\n' >$list
start_guard OnStop=keep
write_whole odd
eventually "overwritten by such a list, it is merged" same_ports merged.numbers
expect "and reported whole" exits 0 --json
whole_state() { seen=$(stat -c %s $run/state.json); ((seen > 190000)); }
eventually "in a state file of that size" whole_state
stop_guard
