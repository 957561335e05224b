# If a caller never reads, the guard takes a new connection to the bus, however seldom it audits.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_nobody
# This many of the guard's messages may wait for other programs to read them; by default 127 MiB.
bus_limits='<limit name="max_incoming_bytes">500000</limit>'
# Once a second, because each caller gets a share.
answers() { sleep 1; calls 's "{?"schema?":1,*' Describe; }
mute() { sleep 1; seen=$(on_bus --timeout=1 call "${object[@]}" $manager_interface Describe || true); [[ $seen == *imed* ]]; }
deafen() {
    start_guard AuditSec=1h
    eventually "it has its name" has_name
    on_bus set-property org.amtguard1 /org/freedesktop/LogControl1 org.freedesktop.LogControl1 LogLevel s debug
    # Fewer than the limit: the bus refuses further calls of a client that leaves too many unanswered.
    "${as_nobody[@]}" $work/helpers/stranger flood $bus_address Describe 50 60 1 deaf >sent &
    stranger=$!
    eventually "the bus takes no more of the guard" mute
}
recover() {
    PATIENCE=40 eventually "it answers others again" answers
    kill $stranger || true
    stop_guard
}

# If AMT is impossible, there are no audits.
emulate none
start_bus
deafen
expect "none is due" says_in_state '"auditUSec":null'
recover

rm -rf $root/sys
emulate amt
mkfifo login
$work/helpers/login-manager $bus_address <login >logind &
exec 7>login
eventually "there is a login manager" test -s logind
launch=(env "LD_PRELOAD=$work/helpers/libasleep.so" "ASLEEP=$work/slept")
deafen
echo 2 >slept
echo false >&7
slept() { seen=$(grep -c 'The machine has slept' $log); }
eventually "it hears a signal all the same" slept
overwrite 5000
eventually "the list is repaired" holds 623,664,5000,16992-16995
recover
