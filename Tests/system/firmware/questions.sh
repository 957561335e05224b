# A thousand questions leave nothing behind, and a burst takes no longer than the firmware itself.
source "$(dirname "${BASH_SOURCE[0]}")/emulator.sh"

start_machine provisioned-acm
serve
helpers() { pgrep --count --full -- "^$work/bin/amtguard-firmware .*--answer$" || true; }

# Directly at the socket: the cost of a helper, from the connect to the end of its answer.
perl -MSocket -MTime::HiRes=time -e '
    use strict;
    for my $n (1 .. $ARGV[1]) {
        my $begin = time;
        socket my $s, AF_UNIX, SOCK_STREAM, 0 or die "$!";
        connect $s, pack_sockaddr_un $ARGV[0] or die "question $n: $!";
        my $answer = do { local $/; <$s> };
        $answer =~ /\AOUTCOME=answered\n/ && $answer =~ /\nEND=1\n\z/ or die "question $n: $answer";
        printf "%d\n", (time() - $begin) * 1e6;
    }' $socket 1000 >took
expect "1,000 questions had a whole answer" is "$(wc -l <took)" 1000
none() { seen="$(helpers) helpers"; [[ $(helpers) == 0 ]]; }
eventually "no helper is left" none
expect "the firmware was asked 1,000 times" asked_times 1000
expect "each time it was closed again" is "$(grep -c ' close ' $asked)" "$(grep -c ' open ' $asked)"
median() { sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }
# The emulated firmware takes no time of its own, so all of this is our time, and the kernel's between us.
burst=$(awk '$3 == "open" { at[$4] = $1 } $3 == "close" { print $1 - at[$4] }' $asked | median)
whole=$(median <took)
printf 'a burst, from open to close, median: %s ms; with the start of the helper: %s.%s ms\n' \
    "$burst" $((whole / 1000)) $((whole % 1000 / 100))
expect "a burst takes less than 50 ms" at_most "$burst" 49

# The guard: as many as it asks at our request.
start_guard AuditSec=1h
eventually "the guard asks" asked_times 1001
descriptors() { find /proc/$guard/fd -mindepth 1 | wc -l; }
memory() { sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB/\1/p' /proc/$guard/status; }
known() { json .amt.state provisioned; }
eventually "and knows" known
kill -HUP $guard
eventually "asked, it asks again" asked_times 1002
sleep 1
before=$(descriptors) resident=$(memory)
for ((i = 3; i <= 9; i++)); do
    kill -HUP $guard
    eventually "and again" asked_times $((1000 + i))
done
sleep 1
printf 'the guard after 7 more questions: %s descriptors and %s kB, before: %s and %s\n' \
    "$(descriptors)" "$(memory)" $before $resident
expect "it has the descriptors that it had" is "$(descriptors)" $before
expect "and the memory" at_most "$(memory)" $((resident + 512))
expect "and no child" is "$(cat /proc/$guard/task/*/children)" ''
stop_guard
