# If the step before the guard fails, the ports are reserved all the same, and an audit finds overwrites.
source /srv/boot/lib.sh
expect "the step failed" like "$(systemctl show -P ExecStartPre $unit)" '*status=1*'
expect "the guard is active" is "$(systemctl is-active $unit)" active
expect "the boot is not a second longer than a plain one" no_longer_than_plain
expect "the list is whole" holds $amt
eventually "protected" json .verdict protected
printf 'watch: %s\n' "$(amtguardctl --json | perl /srv/system/json.pl .watch)"
sysctl -q -w net.ipv4.ip_local_reserved_ports=5000
eventually "overwritten, it is repaired" holds 623,664,5000,16992-16995
eventually "and reported" told 'found 5000'
