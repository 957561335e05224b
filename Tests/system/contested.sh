# Against a program that never stops writing, it keeps its pace, reports once a minute, and recovers by itself.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[[ -x $BENCH_BIN/overwriter ]] || skip "Benchmarks is not built: swift build -c release --package-path Benchmarks"

emulate amt
printf '%s\n' '1024 65535' >/proc/sys/net/ipv4/ip_local_port_range
start_guard RepairBurst=5 RepairsPerSec=2 AuditSec=1s

began=${EPOCHREALTIME/./}
"$BENCH_BIN/overwriter" flood 200 6 >/dev/null &
overwriter=$!
eventually "it is contested" json .contested true
expect "and exposed, as the range holds such ports" json .verdict exposed
expect "by whom" json .reasons.0.id contested
expect "which is in its words" like "$said" "*the list is repeatedly overwritten by overwriter[[]${overwriter}[]]*"
expect "and what to write instead" like "$said" '*ip_local_reserved_ports = 623,664,5000-5010,16992-16995*'
expect "and that not all is repaired at once" json .overwrites.answer paced
expect "amtguardctl exits with 2" exits 2
wait $overwriter
took=$((${EPOCHREALTIME/./} - began))

eventually "when the other stops, the list is whole" holds 623,664,5000-5010,16992-16995
eventually "and no longer exposed" json .verdict degraded
expect "but not rested yet" json .contested true
expect "one entry reports it" says_times 1 'The list is repeatedly overwritten'

# A full bucket, two per second, one for the edges, and the last one.
ctl --json
count=$(perl "$here/json.pl" .repairs.count <<<"$said")
expect "it repaired" at_least "$count" 6
expect "at its pace" at_most "$count" $((5 + 2 * took / 1000000 + 2))
expect "and did not say each" at_most "$(grep -c 'overwrote the list' $log)" 5

overwrite 6000
eventually "after it, a single overwrite is repaired at once" holds 623,664,6000,16992-16995
stop_guard
