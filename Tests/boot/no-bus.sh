# Without a bus and without polkit the guard guards, and reports in the state file.
source /srv/boot/lib.sh
expect "there is no bus" not test -S /run/dbus/system_bus_socket
expect "the guard is active" is "$(systemctl is-active $unit)" active
expect "the list is whole" holds $amt
expect "amtguardctl reads the state file" exits 0 amtguardctl
expect "a user without privilege too" exits 0 as_somebody amtguardctl
sysctl -q -w net.ipv4.ip_local_reserved_ports=5000
eventually "repairs go on" holds 623,664,5000,16992-16995
expect "reload works" exits 0 systemctl reload $unit
systemctl unmask --runtime dbus.socket dbus.service >unmask.log 2>&1 || true
rm -f /etc/systemd/system/dbus.socket /etc/systemd/system/dbus.service
systemctl daemon-reload
systemctl start dbus.socket dbus.service
eventually "when the bus comes, the guard takes its name" property Verdict 's "protected"'
