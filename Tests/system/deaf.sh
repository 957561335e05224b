# Somebody who calls and never reads costs the guard its connection to the bus, and it takes another.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_nobody
emulate amt
# So much of what the guard has sent may wait for others to read; by default it is 127 MiB.
bus_limits='<limit name="max_incoming_bytes">500000</limit>'
start_bus
start_guard AuditSec=1s
eventually "it has its name" has_name
# Fewer than are let through: who leaves more calls unanswered than the bus likes may call no more.
"${as_nobody[@]}" $work/helpers/stranger flood $bus_address Describe 50 60 1 deaf >sent &
stranger=$!
# Once a second: each caller that asks takes a share.
answers() { sleep 1; calls 's "{?"schema?":1,*' Describe; }
mute() { sleep 1; seen=$(on_bus --timeout=1 call "${object[@]}" $manager_interface Describe || true); [[ $seen == *imed* ]]; }
eventually "the bus takes no more of the guard" mute
overwrite 5000
eventually "the list is repaired" holds 623,664,5000,16992-16995
PATIENCE=40 eventually "it answers others again" answers
kill $stranger || true
stop_guard
