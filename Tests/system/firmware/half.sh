# If the firmware falls silent midway, its former answers stay, and the rest is asked again soon.
source "$(dirname "${BASH_SOURCE[0]}")/emulator.sh"
PATIENCE=75

start_machine provisioned-acm
serve
start_guard AuditSec=1h
eventually "AMT has the host's address" address wired rule same-lease
eventually "on which the ports are held" json .holds.0.state held

sleep 5  # Manual requests get an answer every 5 s.
(cat $machines/provisioned-acm.machine; printf '\n[faults]\nGetLanInterfaceSettings = silent\n') >machine
kill -HUP $emulator
kill -HUP $guard
former() { json .amt.interfaces.0.evidence 'AMT has the same address by DHCP, as the firmware said before'; }
eventually "it does not say its address any more, and that is reported" former
expect "the question had an answer" outcome answered
expect "the address stands" address wired address shared
expect "the ports are still held" json .holds.0.state held

cp $machines/provisioned-acm.machine machine
kill -HUP $emulator
eventually "a minute later it says its address again" json .amt.interfaces.0.evidence 'AMT has the same address by DHCP'
expect "by one more question" asked_times 3
mapfile -t moment < <(sed -nE 's/^([0-9]+) mei0 connect [0-9]+ amthi.*/\1/p' $asked)
expect "after a minute" at_least $((moment[2] - moment[1])) 60000
expect "and not much more" at_most $((moment[2] - moment[1])) 70000
stop_guard
