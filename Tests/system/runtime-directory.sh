# The runtime directory heals: what is deleted or replaced while the guard runs is created again; one guard is left.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
configure AuditSec=200ms OnStop=release
healed() { eventually "$1 is created again, and that is reported" says "$1 was deleted or replaced while amtguardd ran"; }
others_only() {  # after a kill, a new guard and an orderly stop: amtguard's additions are gone, others' additions are not
    kill_guard
    start_guard
    stop_guard
    expect "the next guard knows what is owned" holds "$1"
    printf '\n' >$list
}

start_guard
rm -rf $run
healed /run/amtguard
expect "the state is there" json .verdict protected
expect "and the lock" test -e $run/lock
status=0 said=$(timeout 20 "$amtguardd" --root $root 2>&1) || status=$?
expect "which keeps a second guard out" is "$status $said" "1 amtguardd: another amtguardd guards this host already"
others_only ''

start_guard
rm $run/memory
healed /run/amtguard/memory
expect "with what is owned" grep -q "owned=$amt" $run/memory
expect "and no other file is reported" says_times 1 'was deleted or replaced'
others_only ''

start_guard
printf 'amtguard-memory=1 boot=forged\n' >$run/new
mv $run/new $run/memory
healed /run/amtguard/memory
expect "a memory that was put in its place does not count" grep -q "owned=$amt" $run/memory
others_only ''

start_guard
inode=$(stat -c %i $run/state.json)
rm $run/state.json
healed /run/amtguard/state.json
expect "it is another file" not is "$(stat -c %i $run/state.json)" "$inode"
expect "with the status" says_in_state '"verdict":"protected"'
stop_guard

# The same for a probe.
result=$'probe=1\nfrom=192.0.2.1\nto=192.0.2.2\nport=22\nwaited-ms=4000\nport.623=silent\ncontrol.622=connected\n'
start_bus
start_guard
eventually "it has its name" has_name
on_bus call "${object[@]}" $manager_interface RecordProbe s "$result" >/dev/null
eventually "a probe is written down" test -s $run/probe
rm $run/probe
healed /run/amtguard/probe
kill_guard
start_guard
expect "the next guard knows it" json .probe.ports.0.port 623
stop_guard
stop_bus

# Of two guards one ends.
start_guard
rm $run/lock
healed /run/amtguard/lock
status=0 said=$(timeout 20 "$amtguardd" --root $root 2>&1) || status=$?
expect "a second guard is kept out again" is "$status $said" "1 amtguardd: another amtguardd guards this host already"
stop_guard
start_guard AuditSec=1h OnStop=release
first=$guard
rm $run/lock
timeout 50 "$amtguardd" --root $root 2>$work/second.log &
second=$!
locked() { [[ -e $run/lock ]]; }
eventually "before the next audit a second guard takes a lock of its own" locked
sleep 0.5
kill -HUP "$first"
wait_guard
expect "the first finds it, and ends" is $status 1
expect "with a line" says 'Another amtguardd guards this host already.'
expect "the second goes on" runs $second
overwrite 5000
eventually "and repairs" holds 623,664,5000,16992-16995
expect "its status stands" says_in_state '"verdict":"protected"'
child=$(pgrep -P $second)
kill -TERM "$child"
wait $second || true
printf '\n' >$list

# What could not be opened at the start is opened later.
rm -rf $run
: >$run
start_guard AuditSec=200ms OnStop=release
expect "without a runtime directory the guard guards" holds $amt
rm $run
eventually "and has one as soon as it can" says_in_state '"verdict":"protected"'
expect "with what is owned" grep -q "owned=$amt" $run/memory
others_only ''

# And this does not lose the record of a former guard.
start_guard
kill_guard
mv $run $run.away
: >$run
start_guard
rm $run
mv $run.away $run
eventually "until the record is found again" json .ports.owned $amt
stop_guard
expect "then it is released as before" holds ''
