# Floods of calls and signals, from many and from unanswered callers, delay no repair and have no other effect.
#
# flood.sh [SECONDS [CONNECTIONS [KIND…]]]: each kind for this long. With more than a second, each call comes in three
# manners (see stranger.c). `make flood` plays a minute of each, with 1,000 connections, in somewhat more than an hour.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[[ -x $BENCH_BIN/overwriter ]] || skip "Benchmarks is not built: swift build -c release --package-path Benchmarks"

need_nobody
seconds=${1:-1} connections=${2:-20}
shift $(($# < 2 ? $# : 2))
(($#)) || set -- Describe Check Reload Ask RecordProbe Missing Nameless Get GetAll Introspect Ping GetMachineId LogLevel \
    PrepareForSleep NameOwnerChanged NameLost Noise Answer
emulate amt
export WATCHDOG_USEC=2000000
start_bus
start_guard AuditSec=1s RepairBurst=1000000 RepairsPerSec=100000
eventually "it has its name" has_name
opened=$(descriptors)

# How many times longer than without a flood the median repair may take. The short play is one of many tests on a
# machine that also does other work: a repair may wait there for a program's turn on the processor, 3 ms, with a flood
# or without.
slower=3 turn=1
((seconds > 1)) || slower=10 turn=3000
if is_release; then most=$((16000000 / 1024)); else most=$(($(peak) + 8192)); fi  # KiB

# The median of this many repairs, in microseconds; none took a second.
repairs() {  # COUNT
    "$BENCH_BIN/overwriter" repairs "$1" | sort -n >took
    expect "each of $1 repairs came within a second" test "$(head -n 1 took)" -gt 0
    median=$(($(sed -n "$((($1 + 1) / 2))p" took) / 1000))
}
tells() {  # LINES COUNT: after the first LINES lines, at most COUNT about other things than overwrites
    seen=$(tail -n +$(($1 + 1)) $log | grep -v 'overwrote the list\|repeatedly overwritten' || true)
    [[ $(grep -c . <<<"$seen" || true) -le $2 ]]
}
times() { printf '%s.%s' $(($1 / 10)) $(($1 % 10)); }  # TENTHS

play() {  # KIND MANNER: the result in `ratio`, in tenths
    local alone before stranger
    # As many repairs as take a tenth of the flood, or somewhat more.
    repairs $((100 * seconds))
    alone=$median before=$(used)
    : >sent
    "${as_nobody[@]}" $work/helpers/stranger flood $bus_address $1 $seconds 10000 $connections $2 >sent &
    stranger=$!
    PATIENCE=$((20 + connections / 10)) eventually "$connections connections are there ($1, $2)" grep -q connected sent
    repairs $((100 * seconds))
    ratio=$((median * 10 / (alone > turn ? alone : turn)))
    wait $stranger || true
    printf '%s %s: a repair takes %s us, %s us without, %s times as long; %s; the guard computed for %s ms; peak %s KiB\n' \
        $1 $2 $median $alone "$(times $ratio)" "$(tail -n 1 sent)" $(($(used) - before)) "$(peak)"
}

worst=0
for kind; do
    for manner in silent read deaf; do
        [[ $manner == silent || $kind == Describe || $seconds -gt 1 ]] || continue
        [[ $manner == silent || ! $kind =~ Prepare|NameO|NameL|Noise|Answer ]] || continue
        lines=$(wc -l <$log)
        play $kind $manner
        minutes=$(((seconds + 59) / 60))
        # Once more, because other work may have begun in between.
        ((ratio <= 10 * slower)) || { play $kind $manner; minutes=$((2 * minutes)); }
        ((ratio <= worst)) || worst=$ratio
        expect "a repair takes at most $slower times as long as without the flood" at_most $ratio $((10 * slower))
        expect "the guard has had $most KiB at most" at_most "$(peak)" $most
        eventually "it has no more descriptors than before" has_descriptors "$opened"
        expect "the journal has a line a minute of it at most" tells $lines $minutes
    done
done
printf 'the slowest median is %s times that without\n' "$(times $worst)"
beats=$(grep -c WATCHDOG=1 $manager_log)
eventually "the service manager hears of it" beats_more $beats
# If a bus stops reading, the guard begins a new connection: it may be without its name for a moment.
eventually "and so does who asks now" calls 's "{?"schema?":1,*' Describe
stop_guard
