# Each message to the service manager arrives in the end, even if its queue was full at first.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
configure AuditSec=1h
connect_host
fill_queue() {  # like the notifications of all other units at boot
    perl -MSocket -MFcntl -e 'socket my $s, PF_UNIX, SOCK_DGRAM, 0 or die "$!"; fcntl $s, F_SETFL, O_NONBLOCK;
        connect $s, sockaddr_un($ARGV[0]) or die "$!"; 1 while defined send $s, "STATUS=of another unit", 0' $notify
}
lines() { grep -v '^bound$\|of another unit' $manager_log | sed -E 's/(MONOTONIC_USEC=)[0-9]+/\1N/; s/ STATUS=.*/ STATUS/; s/^STATUS=.*/STATUS/'; }
in_order() {  # LINE…
    seen=$(lines | grep -vx 'STATUS\|FDSTORE.*' || true)
    [[ $seen == "$(printf '%s\n' "$@")" ]]
}

start_manager
kill -STOP $manager
fill_queue
configure AuditSec=1h Mode=always
start_unwatched
eventually "a full queue is not waited for" holds $amt
sleep 0.3
expect "nothing was heard" in_order
kill -CONT $manager
eventually "READY comes when the queue has room" in_order 'READY=1 STATUS'
stored() { seen=$(grep -c '^FDSTORE=1 FDNAME=hold-' $manager_log || true); [[ $seen == 6 ]]; }
eventually "and the holds are stored, long before the next audit" stored

kill -STOP $manager
fill_queue
for ((i = 0; i < 3; i++)); do
    kill -HUP $guard
    sleep 0.2
done
overwrite 5000
eventually "reloads go on, and repairs" holds 623,664,5000,16992-16995
kill -CONT $manager
eventually "what the manager hears is one reload with its end" in_order \
    'READY=1 STATUS' 'RELOADING=1 MONOTONIC_USEC=N' 'READY=1 STATUS'
eventually "and what is so by now" told_manager '^(READY=1 )?STATUS=Protected\. .*, 1 repair, '

kill -STOP $manager
fill_queue
kill -TERM $guard
sleep 0.1
kill -CONT $manager
wait_guard
expect "it ends with exit status 0" is $status 0
eventually "and the end is heard of" in_order \
    'READY=1 STATUS' 'RELOADING=1 MONOTONIC_USEC=N' 'READY=1 STATUS' 'STOPPING=1'

# The same for the privileged step.
kill -STOP $manager
fill_queue
NOTIFY_SOCKET=$notify "$amtguardd" --arm 2>armed.log &
arming=$!
sleep 0.5
kill -CONT $manager
status=0
wait $arming || status=$?
expect "--arm waits for room in the queue" is "$status $(<armed.log)" '0 '
armed() { grep -qx "FDSTORE=1 FDNAME=$1" $manager_log; }
for name in list watch boot-id; do eventually "the manager has the $name" armed $name; done
