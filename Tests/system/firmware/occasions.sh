# The firmware is asked at the start, after a reset, on SIGHUP and after a sleep: once each, never without a cause.
source "$(dirname "${BASH_SOURCE[0]}")/emulator.sh"
PATIENCE=30

# The reset lasts long enough for a guard that publishes once a second.
start_machine - < <(cat $machines/provisioned-acm.machine; printf '\n[machine]\nreset = 4000\n')
serve
start_bus
launch=(env "LD_PRELOAD=$work/helpers/libasleep.so" "ASLEEP=$work/slept")
start_guard AuditSec=1h
eventually "it is asked at the start" json .amt.state provisioned
expect "once" asked_times 1

milliseconds() { sed -nE "s/^([0-9]+) $1.*/\1/p" $asked | tail -n 1; }  # PATTERN: when that was logged last
since_enabled() { echo $(($(milliseconds 'mei0 open') - $(milliseconds 'mei0 state ENABLED'))); }

kill -USR1 $emulator
resets() { json .amt.evidence.4.says 'mei0 belongs to the management engine, RESETTING, firmware 16.1.25.2020'; }
eventually "the driver tells of a reset, and that is seen" resets
eventually "and of its end" not resets
expect "what AMT said before it stands" json .amt.state provisioned
eventually "the firmware is asked again" asked_times 2
expect "5 s after the device has come to rest, and not before" at_least "$(since_enabled)" 4900
expect "nor much later" at_most "$(since_enabled)" 8000

# A person asks.
kill -HUP $guard
eventually "SIGHUP asks" asked_times 3
kill -HUP $guard
sleep 1
kill -HUP $guard
sleep 1
expect "not more often than every 5 s" asked_times 3
eventually "and then once for all of them" asked_times 4

# The machine sleeps and wakes.
coproc login { $work/helpers/login-manager $bus_address; }
read -r said <&"${login[0]}"
expect "there is a login manager" is "$said" owned
sleep 6
echo true >&"${login[1]}"
sleep 1
expect "before a sleep nothing is asked" asked_times 4
echo 2 >slept
echo false >&"${login[1]}"
eventually "after it, it is" asked_times 5
sleep 7
expect "once" asked_times 5
expect "what is said is the same" json .amt.state provisioned
stop_guard
