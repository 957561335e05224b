# The service manager gets READY, STATUS, RELOADING, WATCHDOG and STOPPING, each in its order.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
configure AuditSec=1h
start_manager
lines() { grep -v '^bound$' $manager_log | sed -E 's/(MONOTONIC_USEC=)[0-9]+/\1N/; s/ STATUS=.*/ STATUS/; s/^STATUS=.*/STATUS/'; }
in_order() {  # LINE…: these messages and no other; a STATUS in between contains nothing new
    seen=$(lines | grep -vx STATUS || true)
    [[ $seen == "$(printf '%s\n' "$@")" ]]
}

overwrite 5000
start_guard
expect "the first message is READY" in_order 'READY=1 STATUS'
expect "with the verdict" told_manager "^READY=1 STATUS=Protected\. Required $amt, 0 repairs, AMT unknown\.$"
expect "after the first attempt" holds 623,664,5000,16992-16995

reload_guard
eventually "a reload is announced before it is done" in_order 'READY=1 STATUS' 'RELOADING=1 MONOTONIC_USEC=N' 'READY=1 STATUS'
usec=$(sed -n 's/^RELOADING=1 MONOTONIC_USEC=//p' $manager_log)
read -r uptime _ </proc/uptime
expect "at a time of the monotonic clock" at_most "$usec" $((${uptime/./} * 10000 + 1000000))
expect "of which there is one" at_least "$usec" 1

overwrite 5001
eventually "a repair changes the status" told_manager '^STATUS=Protected\. .*, 1 repair, '

kill -TERM $guard
wait_guard
expect "it ends with exit status 0" is $status 0
eventually "STOPPING is the last that is said of the state" in_order \
    'READY=1 STATUS' 'RELOADING=1 MONOTONIC_USEC=N' 'READY=1 STATUS' 'STOPPING=1'

WATCHDOG_USEC=600000 start_guard
watched() { seen=$(grep -c '^WATCHDOG=1$' $manager_log || true); ((seen >= 3)); }
eventually "the watchdog is fed" watched
kill -STOP $guard
sleep 0.3
fed=$(grep -c '^WATCHDOG=1$' $manager_log)
sleep 1
expect "by the loop, and not by a guard that hangs" is "$(grep -c '^WATCHDOG=1$' $manager_log)" "$fed"
kill -CONT $guard
stop_guard

# A service manager that hangs: its socket is full.
kill -STOP $manager
start_unwatched
eventually "a service manager that hangs is not waited for" holds 623,664,5001,16992-16995
for ((i = 0; i < 30; i++)); do
    overwrite $((6000 + i))
    eventually "and repairs go on" holds "623,664,$((6000 + i)),16992-16995"
    sleep 0.02
done
kill -CONT $manager
stop_guard

rm -f $run/state.json
emulate amt
mkdir hidden
mount --bind hidden /proc/sys/net/ipv4
start_guard
eventually "READY comes also where nothing can be guarded: the network never waits" told_manager \
    '^READY=1 STATUS=Exposed: this kernel shows no net.ipv4.ip_local_reserved_ports'
stop_guard
umount --lazy /proc/sys/net/ipv4
