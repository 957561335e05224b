# A list that can't be written does not keep the machine from booting.
source /srv/boot/lib.sh
expect "the list can't be written" not sysctl -q -w net.ipv4.ip_local_reserved_ports=1
expect "the guard is active" is "$(systemctl is-active $unit)" active
expect "the boot is not a second longer than a plain one" no_longer_than_plain
expect "STATUS says how it is" shows StatusText 'Degraded: *ip_local_reserved_ports is read-only here.*'
expect "and the advice is given" told 'ip_local_reserved_ports'
expect "it goes on" shows NRestarts 0
umount $list
rm -r /etc/systemd/system/$unit.d
systemctl daemon-reload
systemctl restart $unit
eventually "without the obstacle all is well" json .verdict protected
