# Without any other cause the firmware is asked every RefreshSec=, and its new answer counts.
source "$(dirname "${BASH_SOURCE[0]}")/emulator.sh"
PATIENCE=75

start_machine unprovisioned
serve
start_guard AuditSec=1h '[Detect]' RefreshSec=1min
eventually "AMT is not provisioned" json .amt.state unprovisioned
cp $machines/provisioned-ccm.machine machine
kill -HUP $emulator  # The firmware is set up in the meantime, without a report to the guard.
eventually "a minute later it is known to be provisioned" json .amt.state provisioned
expect "in client control mode" json .amt.controlMode client
expect "by one more question" asked_times 2
mapfile -t moment < <(sed -nE 's/^([0-9]+) mei0 connect [0-9]+ amthi.*/\1/p' $asked)
expect "after a minute" at_least $((moment[1] - moment[0])) 60000
expect "and not much more" at_most $((moment[1] - moment[0])) 66000
stop_guard
