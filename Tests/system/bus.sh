# On the bus: properties, methods and who may call them, signals; a bus that comes late, dies, and comes again.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
start_guard AuditSec=1h
expect "without a bus it guards" holds $amt
start_bus
eventually "a bus that comes late is joined" has_name

expect "the verdict" property Verdict 's "protected"'
expect "the required ports" property RequiredPorts "s \"$amt\""
expect "the reserved ones" property ReservedPorts "s \"$amt\""
expect "the owned ones" property OwnedPorts "s \"$amt\""
expect "the repairs" property Repairs 't 0'
expect "the contest" property Contested 'b false'
expect "AMT" property AMTState 's "unknown"'
expect "the firmware" property AMTVersion 's "16.1.25.2020"'
expect "properties are read-only" like \
    "$(on_bus set-property "${object[@]}" $manager_interface Verdict s good || true)" '*not writable*'
expect "introspection shows methods" like \
    "$(on_bus introspect "${object[@]}" $manager_interface || true)" '*.Check *method*.Describe *method*.Reload *method*'
expect "Describe() answers with the JSON" calls 's "{?"schema?":1,*' Describe
described=$(on_bus --json=short call "${object[@]}" $manager_interface Describe)
expect "which is JSON in JSON" is "$(perl "$here/json.pl" .data.0 <<<"$described" | perl "$here/json.pl" .verdict)" protected

# amtguardctl asks here first: there is no state file.
rm $run/state.json
expect "amtguardctl asks the bus" json .verdict protected

# Signals, as another program receives them.
on_bus monitor org.amtguard1 --match "type='signal',sender='org.amtguard1'" >signals &
monitor=$!
listens() { grep -q 'Monitoring bus' signals; }
eventually "somebody listens" listens
overwrite 5000
heard() { tr '\n' ' ' <signals | tr -s ' ' | grep -qE -- "$1"; }
eventually "Repaired tells what was found, what was restored, and by whom" heard \
    'Member=Repaired .*STRING "5000"; STRING "623,664,5000,16992-16995"; UINT32 [1-9][0-9]*; STRING "bash"'
eventually "the changed properties come with their values" heard 'Member=PropertiesChanged.*"Repairs".*UINT64 1'
expect "and can be asked for" property Repairs 't 1'
configure Mode=nonsense
on_bus call "${object[@]}" $manager_interface Reload >reloaded || true
expect "Reload() with a bad configuration is an error that names the line" like "$(<reloaded)" \
    '*/etc/amtguard.conf:2: *"nonsense"*'
eventually "VerdictChanged says so" heard 'Member=VerdictChanged .*STRING "degraded"; STRING "/etc/amtguard.conf:2: Mode='
configure AuditSec=1h ExtraPorts=5900
expect "with a good one it takes over" calls '' Reload
expect "what it says" property RequiredPorts 's "623,664,5900,16992-16995"'
eventually "the verdict comes back" heard 'Member=VerdictChanged .*STRING "protected"'
kill $monitor

# Which user may do what.
as=("${as_nobody[@]}")
expect "anybody may read" property Verdict 's "protected"'
expect "anybody may ask" calls 's "{?"schema?":1,*' Describe
configure ExtraPorts=5901
expect "not everybody may reload" calls '*ccess denied*' Reload
expect "and it was not done" property RequiredPorts 's "623,664,5900,16992-16995"'
write_elsewhere 5002
sleep 0.2
expect "anybody may have it look" calls '' Check
expect "and it does" holds 623,664,5002,5900,16992-16995
expect "only root sets the log level" like "$(on_bus set-property org.amtguard1 /org/freedesktop/LogControl1 \
    org.freedesktop.LogControl1 LogLevel s debug || true)" '*ccess denied*'
as=()

# LogControl1
level() { seen=$(on_bus get-property org.amtguard1 /org/freedesktop/LogControl1 org.freedesktop.LogControl1 LogLevel); [[ $seen == "s \"$1\"" ]]; }
expect "the log level is info" level info
on_bus set-property org.amtguard1 /org/freedesktop/LogControl1 org.freedesktop.LogControl1 LogLevel s err
expect "root sets it" level err
overwrite 5003
eventually "what matters less is done" holds 623,664,5003,5900,16992-16995
expect "and not said" not says 'found 5003'
refused=$(on_bus set-property org.amtguard1 /org/freedesktop/LogControl1 org.freedesktop.LogControl1 LogLevel s loud || true)
expect "an unknown level is refused" like "$refused" '*not accepted*'
on_bus set-property org.amtguard1 /org/freedesktop/LogControl1 org.freedesktop.LogControl1 LogLevel s info

# The bus dies and comes again.
stop_bus
overwrite 5004
eventually "without its bus it goes on" holds 623,664,5004,5900,16992-16995
expect "amtguardctl reads the state file meanwhile" json .verdict protected
start_bus
eventually "on the next bus it has its name again" has_name
expect "and answers" property Repairs 't 4'

# A bus that hangs.
kill -STOP $bus
overwrite 5005
eventually "while the bus hangs it repairs" holds 623,664,5005,5900,16992-16995
kill -CONT $bus

# Another guard without a lock finds that the name is taken.
mkdir other
cp -a $root/sys other/sys
touch other/run
status=0
said=$(DBUS_SYSTEM_BUS_ADDRESS=$bus_address timeout 20 "$amtguardd" --root $work/other 2>&1) || status=$?
expect "a second guard that has no lock goes by the name, and exits with 1" is $status 1
expect "and says why" like "$said" '*Another amtguardd guards this host already.'
expect "the first goes on" runs $guard
stop_guard

# A guard that had the name comes back to the bus, and finds that another program has it.
stolen() {  # by another program, while the guard does not look
    eventually "it has its name" has_name
    kill -STOP $guard
    stop_bus
    start_bus
    $work/helpers/stranger own $bus_address org.amtguard1 >owned &
    thief=$!
    eventually "another program has it" test -s owned
    kill -CONT $guard
}
start_guard AuditSec=1s
stolen
eventually "with the lock it goes on, and tells" says 'org.amtguard1 belongs to another program; guarding without it.'
sleep 3
expect "once" says_times 1 'belongs to another program'
kill $thief
eventually "it takes the name when it is free" property Verdict 's "protected"'
stop_guard
rm -rf $run
: >$run
start_guard AuditSec=1s
stolen
wait_guard
expect "without a lock it gives way" is $status 1
expect "and says why" says 'Another amtguardd guards this host already.'
