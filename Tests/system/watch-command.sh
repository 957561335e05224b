# amtguardctl watch and reload: the state and its events on lines, through restarts of the guard and of the bus.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

watch() {  # FILE [OPTION…]: in the background, its output in the file and its pid in `watching`
    : >"$1"
    "$amtguardctl" --root $root watch "${@:2}" >"$1" 2>&1 &
    watching=$!
}
shows() { seen=$(<"$1"); grep -qE -- "$2" "$1"; }  # FILE PATTERN
ended_with() { status=0; wait "$1" || status=$?; is $status "$2"; }  # PID STATUS
stamp='^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}  '

emulate amt

# Nothing runs yet.
watch early
eventually "without a bus it says so" shows early "${stamp}there is no bus"
expect "below three lines of what amtguardctl sees itself" \
    is "$(sed -E '4d; s/: .*//' early | tr '\n' ' ')" 'Verdict AMT Ports '
start_bus
eventually "when the bus comes, it says that the guard is missing" shows early "${stamp}amtguardd is not on the bus"
start_guard AuditSec=1h
eventually "when the guard comes, it shows the state" shows early '^Ports: '
kill -TERM $watching
expect "SIGTERM ends it with status 0" ended_with $watching 0
watch late
eventually "it shows the state" shows late '^Ports: '
kill -PIPE $watching
expect "SIGPIPE ends it with status 0" ended_with $watching 0

# The state, then events. What comes of asking the firmware would be one.
eventually "the firmware was to be asked" says_in_state firmware-no-helper
watch lines
eventually "the state has three lines" shows lines '^Ports: '
expect "the verdict" like "$(sed -n 1p lines)" 'Verdict: protected since 20*'
expect "AMT" like "$(sed -n 2p lines)" 'AMT:     unknown, firmware 16.1.25.2020; address *'
expect "the ports" like "$(sed -n 3p lines)" "Ports:   required $amt, all reserved; local port range 32768-60999"
expect "and nothing else" is "$(wc -l <lines)" 3
overwrite 5000
eventually "an overwrite is a line" shows lines \
    "${stamp}repaired: found 5000, restored 623,664,5000,16992-16995, written by bash\[[0-9]+\]\$"
eventually "so are properties that changed" shows lines "${stamp}now: .*repairs 1"
configure AuditSec=1h Mode=nonsense
expect "a reload that is refused exits with 1" exits 1 reload
expect "and names the line" like "$said" 'Refused: */etc/amtguard.conf:3: Mode=: "nonsense"*'
expect "and says what holds" like "$said" '*Configuration: refused; the former one stays in force'
eventually "the verdict is a line" shows lines "${stamp}verdict: degraded: .*amtguard.conf:3: Mode="
configure AuditSec=1h Unheard=of ExtraPorts=5900
expect "a reload with a line that is ignored exits with 0" exits 0 reload
expect "and names the line" like "$said" 'Ignored: *amtguard.conf:3: *Unheard*'
expect "the rest is in force" like "$said" '*Configuration: in force'
eventually "so are the required ports" shows lines "${stamp}now: .*required 623,664,5900,16992-16995"
configure AuditSec=1h
expect "one without a fault says no more than that" exits 0 reload
expect "it" is "$said" 'Configuration: in force'

reloads_as_nobody() { said=$("${as_nobody[@]}" "$amtguardctl" --root $root reload 2>&1) && status=0 || status=$?; }
if "${as_nobody[@]}" "$amtguardctl" --version >/dev/null 2>&1; then
    reloads_as_nobody
    expect "another user may not reload" is $status 1
    expect "and is told so on one line" is "$said" \
        'amtguardctl: you may not do this. Run it as root, or as a user to whom polkit grants org.amtguard1.reload.'
fi

# The guard and the bus restart, each twice.
mark() { before=$(wc -l <lines); }
since() { seen=$(tail -n +$((before + 1)) lines); grep -qE -- "$1" <<<"$seen"; }  # PATTERN: in a line since `mark`
for round in 1 2; do
    mark
    stop_guard
    eventually "that the guard is gone is a line" since 'amtguardd is not on the bus; waiting'
    mark
    start_guard
    eventually "that it is back, too" since 'amtguardd is on the bus$'
    eventually "then the state again" since '^Ports: '
    mark
    stop_bus
    eventually "that the bus is gone is a line" since 'there is no bus'
    mark
    start_bus
    eventually "when it is back, so is the guard" since 'amtguardd is on the bus$'
    eventually "and the state once more" since '^Ports: '
    overwrite 700$round
    eventually "and its events" shows lines "repaired: found 700$round"
done
used_by_watch() { awk '{ sub(/.*\) /, ""); print ($12 + $13) * 10 }' /proc/$watching/stat; }  # processor time, in ms
before=$(used_by_watch)
kill -STOP $bus
sleep 2
kill -CONT $bus
stop_bus
sleep 2
expect "waiting costs nothing" at_most $(($(used_by_watch) - before)) 200
start_bus
eventually "the guard is on the bus" has_name
kill -INT $watching
expect "SIGINT ends it with status 0" ended_with $watching 0

# Its reader goes away.
piped() {  # LINES: to `head`, which writes them when it has all; the exit status is in `ended`
    rm -f ended
    { "$amtguardctl" --root $root watch; echo $? >ended; } | head -n "$1" >top &
}
piped 3
eventually "a reader that is gone ends it, though nothing happens" test -s ended
expect "with status 0" is "$(<ended)" 0
piped 5
overwritten() { overwrite 5002; sleep 1; test -s ended; }  # It may not have listened yet.
eventually "so does one that is gone after an event" overwritten
expect "then it ends with status 0" is "$(<ended)" 0
expect "a line of them is the event" like "$(sed -n 4,5p top)" '*repaired: found 5002,*'
status=0
"$amtguardctl" --root $root watch >/dev/full 2>full || status=$?
expect "a full disk ends it with status 1" is $status 1
expect "and a line" like "$(<full)" '*standard output: No space left on device*'

# A guard that does not answer.
kill -STOP $guard
watch hung
sleep 0.5
kill -INT $watching
interrupted=$EPOCHREALTIME
expect "SIGINT ends it while it waits for an answer, too" ended_with $watching 0
expect "at once" at_most $(((${EPOCHREALTIME/./} - ${interrupted/./}) / 1000)) 1000
watch hung
eventually "it says that the guard does not answer" shows hung '^Verdict: degraded: amtguardd runs but does not answer'
kill -CONT $guard
kill -INT $watching
expect "and ends" ended_with $watching 0

# JSON. A guard that has seen few overwrites reports each of them.
stop_guard
start_guard AuditSec=1h
watch json --json
eventually "the first object is the status" shows json '^\{"event":"Status","at":"20[^"]*Z","bootUSec":[0-9]+,"status":\{"schema":1,'
overwrite 5003
eventually "an event is one, too" shows json \
    '^\{"event":"Repaired","at":"20[^"]*Z","bootUSec":[0-9]+,"found":"5003","restored":"[^"]*","writer":\{"pid":[0-9]+,"command":"bash"\}\}$'
eventually "and a change of properties" shows json '^\{"event":"PropertiesChanged",.*"changed":\{.*"Repairs":[0-9]+.*\}\}$'
perl -e 'print join(",", map { 20001 + 2 * $_ } 0 .. 11999), "\n"' >many
# In several writes: a guard that runs would repair after the first, with a message that is short enough.
kill -STOP $guard
write_whole many
kill -CONT $guard
eventually "a signal that is too long is named" shows json '^\{"event":"Repaired",[^{]*"unreadable":true\}$'
eventually "the guard has repaired" grep -q 16992 $list
stop_guard
eventually "and the end of the guard" shows json '^\{"event":"Absent","at":'
kill -INT $watching
expect "it ends with status 0" ended_with $watching 0
parses() {
    local line
    while IFS= read -r line; do perl "$here/json.pl" .event <<<"$line" || return 1; done <json >events
}
expect "each line parses" parses
expect "they are" like "$(tr '\n' ' ' <events)" 'Status *Repaired *Absent '

# Without a guard, and without a bus.
expect "a reload without a guard exits with 3" exits 3 reload
expect "and says why, on one line" like "$said" 'amtguardctl: amtguardd does not run, so nothing was reloaded. *'
stop_bus
expect "without a bus, too" exits 3 reload
expect "and says why" like "$said" 'amtguardctl: there is no bus, or it does not answer. *'
