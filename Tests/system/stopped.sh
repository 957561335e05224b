# Stopped and resumed, frozen for any time, the guard continues with the host's present state.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
start_guard AuditSec=1h
stopped() { local state; read -r _ _ state _ <"/proc/$guard/stat"; [[ $state == T ]]; }
freeze() { kill -STOP $guard; eventually "the guard is stopped" stopped; }

freeze
overwrite 5000
expect "stopped, it repairs nothing" holds 5000
kill -CONT $guard
eventually "resumed, it does" holds 623,664,5000,16992-16995
eventually "and says so" says 'overwrote the list: found 5000'

# More events than any queue holds: fanotify's has 16,384.
freeze
perl -e 'for my $i (1 .. 20000) { open my $f, ">", $ARGV[0] or die "$!"; syswrite $f, (5000 + $i % 1000) . "\n" or die "$!" }' $list
kill -CONT $guard
eventually "after twenty thousand writes as well" holds 623,664,5000,16992-16995
eventually "and is protected" json .verdict protected
expect "it runs" runs $guard

# Signals that arrive in the meantime count once, and in order.
freeze
for ((i = 0; i < 50; i++)); do kill -HUP $guard; done
configure AuditSec=1h ExtraPorts=5900
kill -CONT $guard
eventually "a reload that came meanwhile is done" holds 623,664,5000,5900,16992-16995

freeze
overwrite 6000
kill -TERM $guard
expect "a stopped guard does not end" runs $guard
kill -CONT $guard
wait_guard
expect "resumed, it ends with exit status 0" is $status 0

# Ownership has not changed.
printf '\n' >$list
rm -rf $run
configure AuditSec=1h OnStop=release
overwrite 7000
start_guard
freeze
overwrite 7000,623
kill -CONT $guard
eventually "what came from others meanwhile" json .ports.owned 664,16992-16995
stop_guard
expect "is theirs" holds 623,7000
