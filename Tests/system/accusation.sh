# A write that the watch shows during a request is attributed to its writer, not to another mount of /proc.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
command -v strace >/dev/null || skip "there is no strace"
strace -o /dev/null true 2>/dev/null || skip "strace can't trace here"

emulate amt
start_guard AuditSec=1h
for ((i = 0; i < 5; i++)); do
    # The look of a request is held up in its readings of /sys, and the list is overwritten in the meantime.
    strace -p $guard -o /dev/null -e trace=openat2 -e inject=openat2:delay_enter=300000:when=5 2>strace.log &
    tracer=$!
    eventually "strace is attached" grep -q attached strace.log
    kill -HUP $guard
    sleep 0.15
    overwrite $((5000 + i))
    eventually "it is repaired" holds "623,664,$((5000 + i)),16992-16995"
    eventually "the writer is named" says "overwrote the list: found $((5000 + i))"
    kill -KILL $tracer
    wait $tracer || true
done
sleep 1
expect "no other program is blamed" not says 'another mount of /proc'
expect "and audits are as they were" json .observed.auditUSec 3600000000
stop_guard
