# A driver that comes late, goes, and comes again: the firmware is asked when there is a device to ask.
source "$(dirname "${BASH_SOURCE[0]}")/emulator.sh"
PATIENCE=30

# The guard starts so early at boot that the driver is not there yet.
start_machine driver-missing
serve
start_guard AuditSec=1s  # No udev reports devices here, so its audit must see them.
eventually "without a driver there is no device to ask" outcome no-driver
expect "which has a line" shows 'modprobe mei_me'
stop_machine

# The reset lasts long enough for a guard that publishes once a second.
start_machine - < <(cat $machines/provisioned-acm.machine; printf '\n[machine]\nreset = 4000\n')
eventually "the driver comes, and the firmware is asked" json .amt.state provisioned
expect "once" asked_times 1
kill -USR1 $emulator
resets() { json .amt.evidence.4.says 'mei0 belongs to the management engine, RESETTING, firmware 16.1.25.2020'; }
eventually "and its reset is seen" resets
stop_machine

start_machine driver-missing
gone() { json .amt.evidence.3.says '0000:00:16.0 is Intel'\''s management engine interface' && json .amt.evidence 4; }
eventually "the driver goes" gone
expect "what AMT said in this boot stands" json .amt.state provisioned
expect "and the ports are required" json .ports.required $amt
stop_guard
