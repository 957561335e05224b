# A list that can't be written, and is fought over, does not keep the machine from booting.
source /srv/boot/lib.sh
expect "the guard is active" is "$(systemctl is-active $unit)" active
printf 'multi-user.target after %s ms; the guard took %s ms\n' \
    $((($(systemctl show -P ActiveEnterTimestampMonotonic multi-user.target) - $(systemctl show -P UserspaceTimestampMonotonic)) / 1000)) \
    $(($(unit_time) / 1000))
expect "READY came within a second" at_most "$(unit_time)" 1000000
expect "STATUS says how it is" shows StatusText 'Degraded: *ip_local_reserved_ports is read-only here.*'
expect "and what to do is told" told 'ip_local_reserved_ports'
rm -r /etc/systemd/system/$unit.d
systemctl daemon-reload
systemctl restart $unit
eventually "without the obstacle it is contested" json .contested true
expect "and STATUS names who does it" shows StatusText 'Degraded: overwriter* keeps overwriting the list since *'
