# "Impossible" needs proof and no evidence against it, and can be revoked: each change of the requirement takes effect at once.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
command -v systemd-socket-activate >/dev/null || skip "there is no systemd-socket-activate"

answer() { printf '%s\n' OUTCOME=answered DEVICE=mei0 DEVICE_STATE=ENABLED "$@" END=1 >answer; }
incapable() { answer AMTHI=not-offered MKHI_CAPABLE=0; }
printf '#!/bin/sh\ncat %s\n' $work/answer >helper
chmod +x helper
emulate amt
connect_host
mkdir -p $root/run
systemd-socket-activate --accept --inetd -l $root/run/amtguard-firmware.socket $work/helper 2>/dev/null &
eventually "the helper listens" test -S $root/run/amtguard-firmware.socket
asked_again() { kill -HUP $guard; sleep 0.5; json .amt.state "$1"; }  # it is asked at the earliest 5 s after the last time

# An audit would hide a missing look.
incapable
start_guard AuditSec=1h
eventually "not capable by the firmware, and offered by /sys: that is unknown" json .amt.state unknown
contradicted() { says 'it is not capable of AMT, but /sys shows the AMT host interface'; }
eventually "the contradiction is reported" contradicted
expect "the ports stay reserved" holds $amt
stop_guard

rm -rf "${root:?}"/sys/bus/mei/devices/* $run
printf '\n' >$list
start_guard AuditSec=1h
eventually "with nothing that speaks for AMT it is impossible" json .amt.state impossible
eventually "and the ports are released without an audit" holds ''
expect "the verdict follows" json .verdict not-needed
mac=$(ip link show eth0 | sed -n 's|.*link/ether \([^ ]*\).*|\1|p')
wired=(WIRED_ENABLED=1 WIRED_IPV4=192.0.2.1 WIRED_DHCP=1 WIRED_DHCP_MODE=passive WIRED_LINK=1 "WIRED_MAC=$mac")
answer AMTHI=answers PROVISIONING=post CONTROL_MODE=admin "${wired[@]}"
eventually "when the firmware says that it is provisioned" asked_again provisioned
eventually "the ports are required and reserved at once" holds $amt
eventually "and held on the address that AMT shares, without an audit" says 'Holding 192.0.2.1 tcp 623,664,16992-16995'
eventually "and the verdict follows" json .verdict protected
incapable
eventually "what was seen is not forgotten" asked_again unknown
expect "and the ports stay" holds $amt
stop_guard
