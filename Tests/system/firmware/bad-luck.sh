# Each failure on the way to the firmware has its own line and its own reason, and leaves the ports required.
source "$(dirname "${BASH_SOURCE[0]}")/emulator.sh"
PATIENCE=35
configure AuditSec=1h

bears() {  # SENTENCE WORD TEXT: a guard that starts now says so, and assumes the worst
    start_guard
    eventually "$1: $2" outcome "$2"
    expect "with a reason" reason "firmware-$2"
    expect "and a line" shows "$3"
    expect "AMT is unknown, never impossible" json .amt.state unknown
    expect "the ports are required" json .ports.required $amt
    expect "and reserved" holds $amt
    resident=$(sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' /proc/$guard/status)
    stop_guard
    printf '\n' >$list
    rm -rf $run
}
bears_from() {  # SENTENCE WORD TEXT COMMAND…: a connection to the socket starts this command
    serve "${@:4}"
    bears "${@:1:3}"
    stop_serving
}

# The way to the helper.
start_machine provisioned-acm
bears "no socket" no-helper 'the socket of amtguard-firmware does not exist'
perl -MSocket -e 'socket S, AF_UNIX, SOCK_STREAM, 0; bind S, pack_sockaddr_un $ARGV[0] or die "$!"' $socket
bears "a socket without a listener" no-helper 'the socket of amtguard-firmware does not exist'
rm $socket

# The helper.
bears_from "a helper that is killed" helper-ended 'ended before its answer was complete' bash -c 'kill -KILL $$'
usual=$resident
bears_from "one that is killed in the middle" helper-ended 'ended before its answer was complete' \
    bash -c 'echo OUTCOME=answered; kill -KILL $$'
bears_from "one that is not there" helper-ended 'ended before its answer was complete' /nonexistent/amtguard-firmware
bears_from "one that says something else" answer-malformed 'the answer of amtguard-firmware is malformed' echo hello
bears_from "an answer of 1 GB" answer-too-long 'is longer than' head -c 1G /dev/zero
expect "of which next to nothing is kept" at_most $resident $((usual + 1024))
bears_from "one without end" answer-too-long 'is longer than' yes OUTCOME=answered
expect "nor of that" at_most $resident $((usual + 1024))
stop_machine

# The device. The table checks the judgement of each failure; this checks the messages.
while read -r name word text; do
    start_machine $name
    bears_from $name $word "$text"
    stop_machine
done <<'TABLE'
driver-missing no-driver the management engine is on the PCI bus, but no driver serves it (mei_me)
forbidden not-permitted no permission to open the device
slot-taken busy another program holds the AMT host interface
garbled garbled the answer is garbled
silent silent the firmware did not answer in time
TABLE
start_machine - <<<$'[machine]\ndev_state = RESETTING'
bears_from "a firmware that stays in reset" resetting 'the firmware is in reset or not ready yet'
stop_machine

# A socket that is not for this guard.
need_nobody
start_machine provisioned-acm
serve
chmod 600 $socket
install -d -o 65534 -g 65534 $run
launch=(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all,+net_admin --ambient-caps=-all,+net_admin
    --bounding-set=-all,+net_admin)
bears "a socket that the guard may not connect to" helper-refused "can't be connected to: Permission denied"
stop_serving
stop_machine
