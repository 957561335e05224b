# However long the guard takes, rpcbind, docker and the name servers wait until the ports are reserved.
source /srv/boot/lib.sh
expect "the guard was late" at_least "$(unit_time)" 1000000
ready=$(systemctl show -P ActiveEnterTimestampMonotonic $unit)
for later in rpcbind.socket rpcbind.service docker.socket docker.service systemd-resolved.service named.service unbound.service dnsmasq.service; do
    expect "$later is active" is "$(systemctl is-active $later)" active
    expect "and began when the guard was ready" at_least "$(systemctl show -P InactiveExitTimestampMonotonic $later)" "$ready"
done
no_ordering_cycle
