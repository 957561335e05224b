# A failed system call of the event loop does not end the guard: it repairs all the same, and continues when the kernel does.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

command -v strace >/dev/null || skip "strace is not installed"
emulate amt
configure AuditSec=200ms
start_manager

# The guard, with calls that fail: INJECTION…, as strace(1) has it.
start_traced() {
    local before injection injections=()
    for injection; do injections+=(-e "inject=$injection"); done
    printf '\n' >$list
    launch=(strace -qq -o "$work/trace" -e trace=epoll_wait,epoll_pwait,epoll_ctl,timerfd_create,timerfd_settime "${injections[@]}")
    before=$(readies)
    start_unwatched
    eventually "${1%%:*}: it is ready" is_ready "$before"
    tracer=$guard
    guard=$(pgrep -P $tracer)
}
stop_traced() {
    kill -KILL $guard
    wait $tracer || true
}
works() {  # SENTENCE: ten overwrites are repaired
    local i
    for ((i = 5000; i < 5010; i++)); do
        overwrite $i
        eventually "$1 ($i)" holds 623,664,$i,16992-16995
    done
    expect "it is the same guard" runs $guard
}

for call in epoll_wait epoll_ctl timerfd_settime; do
    start_traced $call:error=ENOMEM:when=4+3
    works "$call fails each third time, and the guard repairs"
    stop_traced
done

start_traced epoll_wait:error=EBADF:when=20+
works "epoll_wait fails for good, and the guard repairs"
eventually "it says so" says 'The event loop fails: Bad file descriptor. amtguardd keeps reading the list'
expect "once a minute" says_times 1 'The event loop fails'
stop_traced

for call in timerfd_create timerfd_settime; do
    start_traced $call:error=EMFILE
    works "$call never works, and the guard repairs"
    write_elsewhere 6000
    eventually "audits come" holds 623,664,6000,16992-16995
    stop_traced
done

# Audits replace the events that can't be waited for, and the guard says so.
start_traced epoll_ctl:error=ENOSPC:when=2..40
works "epoll_ctl fails at the start, and the guard repairs"
eventually "and waits for the watch as soon as it can" json .watch fanotify
stop_traced
