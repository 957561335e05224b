# A helper whose socket comes after the guard is found within a minute.
source "$(dirname "${BASH_SOURCE[0]}")/emulator.sh"
PATIENCE=75

start_machine provisioned-acm
start_guard AuditSec=1h
eventually "without a socket there is no answer" outcome no-helper
expect "which says what to do" shows 'systemctl enable --now amtguard-firmware.socket'
begin=$SECONDS
serve
eventually "the socket comes, and AMT is known" json .amt.state provisioned
expect "within a minute" at_most $((SECONDS - begin)) 65
expect "and the reason is gone" not reason firmware-no-helper
stop_guard
