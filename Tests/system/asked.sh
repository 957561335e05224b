# Requests for a look, however many, cost a small part of a core, among many sockets and with a refused hold.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[[ -x $BENCH_BIN/many-sockets ]] || skip "Benchmarks is not built: swift build -c release --package-path Benchmarks"

need_nobody
connect_host
emulate amt
"$BENCH_BIN/many-sockets" 20000 >crowd &
eventually "there are 20,000 sockets" grep -q open crowd
# Bound, but not listening: such a socket blocks a hold, and is the slowest to find.
perl -e 'use Socket; socket(my $s, AF_INET, SOCK_STREAM, 0); bind($s, sockaddr_in(16992, INADDR_ANY)) or die "$!"; $| = 1; print "bound\n"; sleep 1000' >bound &
eventually "somebody is in the way of a hold" grep -q bound bound
start_bus
start_guard Mode=always AuditSec=1h
eventually "it has its name" has_name
eventually "the hold is refused" says 'Not held: 192.0.2.1 tcp 16992'
before=$(used) began=${EPOCHREALTIME/./}
"${as_nobody[@]}" $work/helpers/stranger flood $bus_address Check 4 50 >sent
took=$(($(used) - before)) lasted=$(((${EPOCHREALTIME/./} - began) / 1000))
printf '200 calls of Check() in %s ms cost %s ms\n' $lasted $took
expect "that is less than a seventh of a core" at_most $((took * 7)) $lasted
"${as_nobody[@]}" $work/helpers/stranger flood $bus_address Describe 3 50 >sent
overwrite 5000
eventually "it goes on" holds 623,664,5000,16992-16995
stop_guard
