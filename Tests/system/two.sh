# A second guard says so in one line and exits with 1; the first is not disturbed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
start_guard AuditSec=1h
first=$guard
state=$(stat -c %i $run/lock)

status=0 said=$(timeout 20 "$amtguardd" --root $root 2>&1) || status=$?
expect "the second exits with 1" is $status 1
expect "and says why in one line" is "$said" "amtguardd: another amtguardd guards this host already"
expect "the first goes on" runs "$first"
expect "with its lock" is "$(stat -c %i $run/lock)" "$state"
overwrite 5000
eventually "and repairs" holds 623,664,5000,16992-16995
eventually "and answers" json .repairs.count 1

kill_guard
start_guard
expect "a killed one leaves no lock behind" runs $guard
