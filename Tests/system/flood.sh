# Floods of calls and signals, by many and by whom nobody answers: repairs come in time, and nothing else is seen of them.
#
# flood.sh [SECONDS [CONNECTIONS [KIND…]]]: each kind for so long; how much slower repairs are is printed. With more than a
# second each call comes in three manners (see stranger.c). A minute of each, by 1,000 connections, takes an hour:
# PLAY_TIME=5000 Tests/system/run flood.sh 60 1000
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
start_guard AuditSec=1s RepairBurst=1000000 RepairsPerSec=1000000
eventually "it has its name" has_name

# The median of some repairs, in microseconds; none took a second.
repairs() {
    "$BENCH_BIN/overwriter" repairs 100 | sort -n >took
    expect "each of 100 repairs came within a second" test "$(head -n 1 took)" -gt 0
    median=$(($(sed -n 50p took) / 1000))
}
repairs
alone=$median
printf 'a repair takes %s us at the median\n' $alone
opened=$(descriptors) most=$(($(peak) + 8192))
worst=0
for kind; do
    for manner in silent read deaf; do
        [[ $manner == silent || $kind == Describe || $seconds -gt 1 ]] || continue
        [[ $manner == silent || ! $kind =~ Prepare|NameO|NameL|Noise|Answer ]] || continue
        lines=$(wc -l <$log) before=$(used)
        "${as_nobody[@]}" $work/helpers/stranger flood $bus_address $kind $seconds 10000 $connections $manner >sent &
        stranger=$!
        PATIENCE=$((20 + connections / 10)) eventually "$connections connections are there ($kind, $manner)" grep -q connected sent
        repairs
        ((median <= worst)) || worst=$median
        wait $stranger || true
        printf '%s %s: a repair takes %s us, %s.%s times as long; %s; the guard computed for %s ms\n' $kind $manner \
            $median $((median / alone)) $((median * 10 / alone % 10)) "$(tail -n 1 sent)" $(($(used) - before))
        expect "the guard has not grown" at_most "$(peak)" $most
        eventually "it has no more descriptors than before" has_descriptors "$opened"
        told=$(tail -n +$((lines + 1)) $log | grep -cv 'overwrote the list\|Contested' || true)
        expect "it tells of nothing but what was overwritten" at_most "$told" 1
    done
done
printf 'the slowest median is %s us, %s.%s times that without\n' $worst $((worst / alone)) $((worst * 10 / alone % 10))
beats=$(grep -c WATCHDOG=1 $manager_log)
eventually "the service manager hears of it" beats_more $beats
expect "and so does who asks now" calls 's "{?"schema?":1,*' Describe
stop_guard
