# Random interleavings of other writers and a guard that is killed and restarted lose no port of either.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[[ -x $BENCH_BIN/interleave ]] || skip "Benchmarks is not built: swift build -c release --package-path Benchmarks"

emulate amt
status=0
"$BENCH_BIN/interleave" "${INTERLEAVINGS:-200}" "${SEED:-1}" $root "$amtguardd" --root $root >rounds 2>$log || status=$?
number() { sed -n "s/^$1=//p" rounds; }
expect "all rounds were played" is "$(number rounds)" "${INTERLEAVINGS:-200}"
expect "with guards that were killed" at_least "$(number kills)" 1
expect "no required port was lost" is "$(number required_lost)" 0
expect "no port of others was lost" is "$(number others_lost)" 0
expect "no guard ended by itself" is "$(number died)" 0
expect "and it exits with 0" is $status 0
