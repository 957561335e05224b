# A list that is missing, read-only or fought over does not keep the machine from booting.
source /srv/boot/lib.sh
expect "the guard is active" is "$(systemctl is-active $unit)" active
printf 'multi-user.target after %s ms; the guard took %s ms\n' \
    $((($(systemctl show -P ActiveEnterTimestampMonotonic multi-user.target) - $(systemctl show -P UserspaceTimestampMonotonic)) / 1000)) \
    $(($(ready_time) / 1000))
expect "READY came within a second" at_most "$(ready_time)" 1000000
expect "and says how it is: $(systemctl show -P StatusText $unit)" shows StatusText 'Exposed: *'
