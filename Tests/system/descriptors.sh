# Without file descriptors, what can't be read is reported as unknown, with the reason, and nothing as gone.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
start_bus
start_guard AuditSec=200ms
eventually "it has its name" has_name
# Through the guard's existing connection: this needs no new descriptor.
describes() { seen=$(on_bus call "${object[@]}" $manager_interface Describe || true); [[ $seen == *"$1"* ]]; }
eventually "the management engine is seen" describes 'firmware 16.1.25.2020'
overwrite 5000
eventually "the list is whole" holds 623,664,5000,16992-16995

# As many as the standard ones: no file can be opened any more. Open files stay open.
prlimit --pid $guard --nofile=3:1024
eventually "what can't be read is reported" describes 'presence-unread'
expect "with the cause" describes 'there are no file descriptors left'
expect "what was known of the engine stays" describes 'firmware 16.1.25.2020'
expect "and that it offers AMT's interface" describes 'offers the AMT host interface'
overwrite 5001
eventually "repairs go on" holds 623,664,5001,16992-16995
sleep 0.5
expect "the engine is not gone" not says 'was seen in this boot and is gone'
prlimit --pid $guard --nofile=1024:1024
eventually "with descriptors again, all is read" not describes 'presence-unread'
depart
eventually "and an engine that departs is gone" says 'was seen in this boot and is gone'
stop_guard
stop_bus

# From the start.
emulate amt
printf '\n' >$list
rm -rf $run
launch=(prlimit --nofile=14:14)
start_unwatched
eventually "started with few descriptors, the guard reserves the ports" holds $amt
overwrite 7000
eventually "and repairs" holds 623,664,7000,16992-16995
expect "and calls nothing impossible" not says 'Not needed'
kill_guard
