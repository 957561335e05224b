# amtguardd --during COMMAND takes turns with a restarting daemon, and what it adds is owned.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[[ -x $BENCH_BIN/overwriter ]] || skip "Benchmarks is not built: swift build -c release --package-path Benchmarks"

during() { status=0; said=$("$amtguardd" --root $root --during "$@" 2>&1) || status=$?; }

# The command.
emulate amt
overwrite 5000
during sh -c 'echo "$2"; exit 7' sh --check 'two words'
expect "it has its arguments and its output, and its exit status is ours" is "$status $said" '7 two words'
during sh -c 'kill -TERM $$'
expect "as a shell tells the end by a signal" is "$status" 143
during no-such-command
expect "a command that does not exist is reported in one line, as by a shell" is "$status $said" \
    '127 amtguardd: --during: no-such-command can'\''t be started: No such file or directory'
during /etc/passwd
expect "one that can't be run as well" is "$status $(wc -l <<<"$said")" '126 1'
expect "where no daemon ever was, nothing is added" holds 5000
expect "and nothing is made" not test -e $run
"$amtguardd" --root $root --during sh -c 'sleep 0.5; exit 3' &
bridge=$!
sleep 0.2
kill -INT $bridge
kill -TERM $bridge
status=0
wait $bridge || status=$?
expect "it waits for the command whatever signal comes" is $status 3

# A restart, step by step: the program in the place of systemctl leaves the list to the stand-in while it is told to.
cat >bridged.sh <<'SH'
kill -TERM "$1"
while kill -0 "$1" 2>/dev/null; do sleep 0.01; done
while read -r ports; do
    printf '%s\n' "$ports" >"$2"
    for ((i = 0; i < 1000; i++)); do
        [[ $(<"$2") != "$ports" ]] || { sleep 0.01; continue; }
        break
    done
    cat "$2"
done
SH
bridged() { during bash bridged.sh $guard $list; }  # its input: the texts to write, one list per line
reaped() { wait $guard 2>/dev/null || true; }

overwrite 5000
start_guard AuditSec=1h
bridged <<<$'6000\n623,7000'
reaped
expect "overwritten while no daemon runs, the list is whole each time" like "$status $said" \
    "0 623,664,6000,16992-16995"$'\n'"623,664,7000,16992-16995"$'\n*'
expect "and one line tells it" like "$said" "*Repaired the list 2 times in the daemon's absence, while bash ran."
start_guard
expect "the next daemon owns what was added, and no more" json .ports.owned 664,16992-16995
stop_guard
said=$("$amtguardd" --root $root --release 2>&1)
expect "and --release leaves what others wrote" holds 623,7000

# Without a next daemon.
start_guard
bridged <<<6000
reaped
"$amtguardd" --root $root --release 2>/dev/null
expect "what the stand-in added is released where no daemon came after it" holds 6000

# At the usual pace: neither a long quiet time nor the daemon's repairs make it slower.
start_guard
during sh -c "kill -TERM $guard; sleep 0.7; exec '$BENCH_BIN/overwriter' repairs 60"
reaped
median=$(grep -E '^-?[0-9]+$' <<<"$said" | sort -n | sed -n 30p)
expect "sixty overwrites in a row are repaired one by one, most within 10 ms" at_most "$median" 10000000
expect "each" is "$(grep -cx -- -1 <<<"$said" || true)" 0
"$amtguardd" --root $root --release 2>/dev/null

# A port that is newly required is added to the daemon's owned ports, and all of them are owned.
overwrite 8080
start_guard
configure ExtraPorts=5900
during sh -c "kill -TERM $guard; for i in \$(seq 500); do grep -q 5900 $list && break; sleep 0.01; done"
reaped
expect "what the configuration newly requires is added" holds 623,664,5900,8080,16992-16995
"$amtguardd" --root $root --release 2>/dev/null
expect "and released with what was owned before" holds 8080
configure OnStop=keep

# A daemon with the lock repairs by itself, even if late.
start_guard
kill -STOP $guard
during sh -c "printf '6500\n' >$list; sleep 0.5; cat $list; kill -CONT $guard"
expect "while a daemon has the lock, the list is its alone" is "$status $said" '0 6500'
eventually "and it repairs" holds 623,664,6500,16992-16995
eventually "and owns" json .ports.owned $amt
stop_guard
"$amtguardd" --root $root --release 2>/dev/null
expect "and no other process does" holds 6500

# A daemon starts while the stand-in repairs and waits for a processor.
perl -e 'use Fcntl; open my $f, "+>", $ARGV[0] or die;
    my $lock = pack("s s x4 q q i x4", 1, 0, 0, 0, 0); fcntl($f, 37, $lock) or die "$!"; print "held\n"; close STDOUT; select(undef, undef, undef, 0.8)' $run/lock >held &
holder=$!
eventually "somebody has the lock" grep -q held held
start_guard
expect "and the daemon waits for it" test -e $run/state.json
wait $holder
stop_guard

# What can't be recorded is not added.
start_guard
rm $run/memory
ln -s /etc/passwd $run/memory
during sh -c "kill -KILL $guard; sleep 0.1; printf '7000\n' >$list; sleep 0.4; cat $list"
reaped
expect "what could not be remembered is not added, and one line says why" like "$status $said" \
    "0 Required ports are missing, and --during can't add them: /run/amtguard/memory can't be used: *"$'\n'7000
rm $run/memory

# Nor is anything added if there is no record, or only one of another boot: the next daemon would not own it.
start_guard
rm $run/memory
during sh -c "kill -KILL $guard; sleep 0.1; printf '7000\n' >$list; sleep 0.4; cat $list"
reaped
expect "without a record nothing is added" is "$status $said" "0 7000"
start_guard
sed -i 's/boot=[0-9a-f]*/boot=0/' $run/memory
during sh -c "kill -KILL $guard; sleep 0.1; printf '7000\n' >$list; sleep 0.4; cat $list"
reaped
expect "nor beside another boot's, and one line says why" like "$status $said" \
    "0 Required ports are missing, and --during can't add them: /run/amtguard/memory: it is of another boot*"$'\n'7000
expect "which stays" grep -q 'boot=0 ' $run/memory
rm $run/memory

# If the daemon would not write, or removes what it owns, nothing is added.
untouched() {  # WHY CONTENT-LINE…
    local why=$1
    shift
    start_guard
    configure "$@"
    overwrite 6000
    during sh -c "kill -KILL $guard; sleep 0.1; printf '7000\n' >$list; sleep 0.4; cat $list"
    reaped
    expect "$why: nothing is added" like "$status $said" '0 *7000'
    configure OnStop=keep
}
untouched "Mode=observe" Mode=observe
untouched "OnStop=release" OnStop=release
untouched "a refused configuration" RepairBurst=often
expect "which is reported" like "$said" '*amtguard.conf:2: *'
configure Mode=auto
rm -rf $run
depart
start_guard
during sh -c "kill -KILL $guard; sleep 0.1; printf '7000\n' >$list; sleep 0.4; cat $list"
reaped
expect "AMT is impossible: nothing is added" is "$status $said" '0 7000'
emulate amt

# Restarts while another program overwrites the list all the time; during each, the guard is away for 0.4 s.
restart() {
    cat >restart.sh <<'SH'
kill -TERM "$(<guard.pid)"
while kill -0 "$(<guard.pid)" 2>/dev/null; do sleep 0.01; done
sleep 0.4
before=$(grep -c '^READY=1' manager.log)
"$@" >/dev/null 2>>guard.log &
echo $! >guard.pid
while [[ $(grep -c '^READY=1' manager.log) == "$before" ]]; do sleep 0.01; done
SH
    during env NOTIFY_SOCKET=$notify bash restart.sh "$amtguardd" --root $root </dev/null
    expect "restarted" is $status 0
}
overwrite 5000
start_guard RepairBurst=1000000
echo $guard >guard.pid
touch overwriting
while [[ -e overwriting ]]; do "$BENCH_BIN/overwriter" repairs 100; done >gaps &
overwriter=$!
for ((i = 0; i < 10; i++)); do restart; done
rm overwriting
wait $overwriter
guard=$(<guard.pid)
sort -n gaps >sorted
count=$(wc -l <sorted)
printf '10 restarts: %s overwrites; without the ports: median %s µs, 99th percentile %s µs, longest %s µs\n' "$count" \
    $(($(sed -n "$(((count + 1) / 2))p" sorted) / 1000)) $(($(sed -n "$((count - count / 100))p" sorted) / 1000)) \
    $(($(tail -n 1 sorted) / 1000))
long=$(perl -ne '$n++ if $_ > 300000000 || $_ < 0; END { print $n + 0 }' sorted)
# A processor can't be guaranteed, but without the stand-in each restart is longer than that.
expect "hardly ever for as long as the guard was away" at_most "$long" 4
eventually "in the end all is owned but what the other wrote" json .ports.owned $amt
kill -TERM $guard
eventually "the last guard ended" ended
"$amtguardd" --root $root --release 2>/dev/null
expect "and released, the list has what the other wrote" holds 5000-5010
