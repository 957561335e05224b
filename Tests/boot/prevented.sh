# With the program in the kernel no write takes the required ports away, and every writer has a name.
# With bpf(2)
source /srv/boot/lib.sh
eventually "the guard is there" json .verdict protected
expect "the program in the kernel is the watch" json .watch bpf
expect "the guard has no right more" is "$(sed -n 's/^CapEff:[[:space:]]*//p' "/proc/$(main_pid)/status")" 0000000000001400
expect "link, ring and page of the program are in the store, beside the holds" shows NFileDescriptorStore 9

# systemd-networkd has a program of this kind from 257 on.
systemctl start systemd-networkd
systemctl stop $unit
# A child of the service manager that waits for the end of the boot (Type=idle) has a copy of all that is stored.
sleep 7
others=$(attached)
systemctl --version | sed -n '1s/$/, beside '"$others"' programs of others/p'
systemctl start $unit
programs() { seen=$(($(attached) - others)); [[ $seen == "$1" ]]; }  # NUMBER: so many are ours
eventually "one program is attached" programs 1

# 200 writers, each gone before anybody looks.
field() {  # FIELD PATTERN: in an entry of the guard's
    seen=$(journalctl --no-pager -u $unit -o json | grep "\"$1\"" | tail -n 1)
    [[ $seen == *"\"$1\":\"$2\""* ]]
}
sysctl -q -w net.ipv4.ip_local_reserved_ports=5000
eventually "what sysctl asks for is there, and so are the required ports" holds 623,664,5000,16992-16995
eventually "it is told as prevented" told 'overwrote the list with 5000; 623,664,16992-16995 stayed in it all the time'
expect "with the writer" field AMTGUARD_WRITER_COMM sysctl
expect "its unit" field AMTGUARD_WRITER_UNIT judge.service
expect "and who started it" field AMTGUARD_WRITER_PARENT_COMM bash
eventually "the bus counts it" property Prevented 't 1'
mkdir -p /etc/sysctl.d elsewhere
port=5100
next() { ((port += 1)); }
for ((i = 0; i < 25; i++)); do
    next; sysctl -q -w net.ipv4.ip_local_reserved_ports=$port
    next; sh -c "echo $port >$list"
    next; echo $port | tee $list >/dev/null
    next; echo $port | dd of=$list status=none
    next; echo $port >port; cp port $list
    next; perl -e 'open my $f, ">", $ARGV[0] or die; syswrite $f, "$ARGV[1]\n"' $list $port
    next; echo "net.ipv4.ip_local_reserved_ports = $port" >/etc/sysctl.d/conflict.conf
    systemctl reset-failed systemd-sysctl  # its limit of starts
    systemctl restart systemd-sysctl
    next; unshare --mount --pid --fork bash -c "mount -t proc proc elsewhere && echo $port >elsewhere${list#/proc}; exit"
    sleep 0.2
done
rm /etc/sysctl.d/conflict.conf
eventually "each of 200 writes was prevented" json .prevented.count 201
eventually "and the list is what the last one asked for" holds "623,664,$port,16992-16995"
amtguardctl --json >status.json
perl /srv/system/json.pl .overwrites <status.json >/dev/null
named=$(perl -ne 'while (/\{"pid":\d+,"command":"[^"]+","unit":"[^"]+","count":(\d+)\}/g) { $n += $1 } END { print $n }' status.json)
expect "all of them are named, with command and unit" is "$named" 201
expect "among them systemd-sysctl, by its unit" grep -q '"command":"systemd-sysctl","unit":"systemd-sysctl.service","count":25}' status.json
expect "no repair was needed" json .repairs.count 0
expect "and the verdict was never a worse one" json .verdict protected

# Kept over restarts and kills, gone with a stop.
is_back() { seen=$(systemctl is-active $unit); [[ $seen == active && $(main_pid) != 0 ]] && json .watch bpf; }
for ((i = 1; i <= 200; i++)); do
    if ((i % 20)); then systemctl restart $unit; else systemctl kill --signal=KILL $unit; eventually "killed, it is back ($i)" is_back; fi
done
eventually "after 200 restarts and kills one program is attached" programs 1
eventually "and shows what is written" json .watch bpf
sysctl -q -w net.ipv4.ip_local_reserved_ports=6000
eventually "still" holds 623,664,6000,16992-16995
systemctl stop $unit
eventually "after a stop none is attached" programs 0
sysctl -q -w net.ipv4.ip_local_reserved_ports=6001
expect "and the list is the administrator's" holds 6001
systemctl start $unit
eventually "started again, it is there" programs 1
dpkg --purge amtguard >/dev/null
eventually "after a purge none is" programs 0
