# While polkit is silent, few calls wait for it, and everything else goes on.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_nobody
emulate amt
export WATCHDOG_USEC=2000000
start_bus
$work/helpers/stranger own $bus_address org.freedesktop.PolicyKit1 >polkit &
eventually "polkit is there, and answers nothing" test -s polkit
start_guard AuditSec=1s
eventually "it has its name" has_name
opened=$(descriptors) most=$(($(peak) + 8192))

"${as_nobody[@]}" $work/helpers/stranger flood $bus_address Ask 8 1000 40 deaf >sent &
stranger=$!
eventually "somebody asks, again and again" grep -q connected sent
sleep 2
eventually "no descriptor is taken" has_descriptors "$opened"
as=("${as_nobody[@]}")
expect "who asks beyond a few gets an error" calls '*oo many*wait*' Reload
expect "everybody may still ask how it goes" calls 's "{?"schema?":1,*' Describe
as=()
configure AuditSec=1s ExtraPorts=5900
expect "root need not wait" calls '' Reload
overwrite 5000
eventually "the list is repaired" holds 623,664,5000,5900,16992-16995
beats=$(grep -c WATCHDOG=1 $manager_log)
eventually "the service manager hears of it" beats_more $beats
wait $stranger
expect "the guard has not grown" at_most "$(peak)" $most
stop_guard
