# A firmware that never answers delays nothing: repairs, stop, start and restart are as fast as ever.
source "$(dirname "${BASH_SOURCE[0]}")/emulator.sh"
[[ -x $BENCH_BIN/overwriter ]] || skip "Benchmarks is not built: swift build -c release --package-path Benchmarks"

configure AuditSec=1h RepairBurst=1000000

median() { sort -n "$1" | sed -n "$((($(wc -l <"$1") + 1) / 2))p"; }  # FILE
# Three times: the load of other programs passes, but a guard that waits would wait each time.
repairs() { for ((n = 1; n <= 3; n++)); do "$BENCH_BIN/overwriter" repairs 100 >"$1.$n"; done; }  # FILE
least() { for file in "$1".*; do median "$file"; done | sort -n | head -n 1; }                    # FILE
lost() { grep -c -- '^-1$' "$1" || true; }                           # FILE
ready_in() { "$BENCH_BIN/ready-time" 1 "$amtguardd" --root $root 2>/dev/null; }

# No signal ends this: the kernel's own connect may wait like this for 15 to 30 s.
start_machine - <<<$'[faults]\nconnect = uninterruptible 600000'
start_guard
eventually "without a helper no firmware is asked" outcome no-helper
repairs idle
stop_guard

serve
for ((i = 0; i < 10; i++)); do
    mv $socket $socket.away
    ready_in >>alone
    mv $socket.away $socket
    ready_in >>asking
    sleep 0.2  # That helper starts now, and uses part of the processors.
done
expect "each start was ready" is "$(lost asking)" 0
printf 'exec to READY, median: %s µs without a helper, %s µs with one that hangs\n' \
    $(($(median alone) / 1000)) $(($(median asking) / 1000))
expect "a start does not wait for the firmware" at_most "$(median asking)" $((2 * $(median alone) + 5000000))

: >$asked
start_guard
eventually "the firmware is asked, and hangs" grep -q 'connect .* uninterruptible' $asked
# By the daemon's own clock, as the machine may be slow: the question came after this.
begin=$(date +%s%N)
repairs hanging
expect "no repair is lost" is "$(cat hanging.? | grep -c -- '^-1$' || true)" 0
printf 'repair, least median of three times 100: %s µs while nothing is asked, %s µs while a question hangs\n' \
    $(($(least idle) / 1000)) $(($(least hanging) / 1000))
# The load of other programs passes, too: as long as it is slow, once more.
round=3
is_fast() {
    at_most "$(least hanging)" $((3 * $(least idle) + 1000000)) && return
    round=$((round + 1))
    "$BENCH_BIN/overwriter" repairs 100 >hanging.$round
    return 1
}
PATIENCE=10 eventually "a repair does not wait for the firmware" is_fast
expect "the question still hangs" not was_asked
expect "its helper is no child of the guard" is "$(cat /proc/$guard/task/*/children)" ''
expect "it says that it was not asked yet" shows "the firmware was not asked yet"

PATIENCE=30
eventually "the question is abandoned" outcome abandoned
took=$((($(date +%s%N) - begin) / 1000000))
expect "after 20 s" at_least $took 18000
expect "no later" at_most $took 26000
expect "with a line of its own" shows "amtguard-firmware gave no answer within 20 s, and was abandoned"
expect "and a reason" reason firmware-abandoned
expect "AMT is unknown" json .amt.state unknown
expect "the ports stay required" json .ports.required $amt
expect "the helper that hangs is no child of the guard" is "$(cat /proc/$guard/task/*/children)" ''

# The next one hangs as well, and the guard receives the stop signal.
before=$(opened)
kill -HUP $guard
more() { seen="$(opened) opened"; (($(opened) > before)); }
eventually "on request it asks again" more
begin=$(date +%s%N)
kill -TERM $guard
wait_guard
took=$((($(date +%s%N) - begin) / 1000000))
printf 'stop while a question hangs: %s ms\n' $took
expect "it stops with exit status 0" is $status 0
expect "within a second" at_most $took 1000
start_guard
overwrite 5000
eventually "and starts again, with its predecessor's helper still there" holds 623,664,5000,16992-16995
stop_guard
