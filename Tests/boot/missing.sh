# A kernel without the list does not keep the machine from booting.
source /srv/boot/lib.sh
expect "the guard is active" is "$(systemctl is-active $unit)" active
expect "the boot is not a second longer than a plain one" no_longer_than_plain
expect "STATUS says how it is" shows StatusText 'Exposed: this kernel shows no net.ipv4.ip_local_reserved_ports*'
eventually "AMT is found all the same" json .amt.state provisioned
eventually "and its ports are held" json .holds 6
expect "amtguardctl exits with 2" exits 2 amtguardctl
expect "the journal says what to do" told 'ip_local_reserved_ports'
expect "it goes on" shows NRestarts 0
