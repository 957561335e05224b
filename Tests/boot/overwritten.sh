# Whatever program overwrites the list, in whatever way, it is whole again, and the journal names the program.
source /srv/boot/lib.sh
eventually "the guard is there" json .verdict protected

sysctl -q -w net.ipv4.ip_local_reserved_ports=5000-5010
eventually "sysctl -w: repaired" holds 623,664,5000-5010,16992-16995
eventually "the journal says what was found and restored" told 'overwrote the list: found 5000-5010, restored 623,664,5000-5010,16992-16995.'
explained() { seen=$(journalctl --no-pager -x -u $unit); [[ $seen == *"Subject: $1"*"${2:-}"* ]]; }  # SUBJECT WORDS
expect "journalctl -x says what it means" explained 'The list of reserved ports was overwritten, and repaired' "and restored 623,664,5000-5010,16992-16995,"
field() {  # FIELD PATTERN: in an entry of the guard's
    seen=$(journalctl --no-pager -u $unit -o json | grep "\"$1\"" | tail -n 1)
    [[ $seen == *"\"$1\":\"$2\""* ]]
}
# sysctl may end before the look-up; a process that waits does not.
write_and_wait() { perl -e 'open my $f, ">", $ARGV[0] or die; syswrite $f, "$ARGV[1]\n" or die; sleep 3' $list "$1"; }
write_and_wait 5001
eventually "and names a writer that is still there" field AMTGUARD_WRITER_COMM perl
expect "with its unit" field AMTGUARD_WRITER_UNIT judge.service

mkdir -p /etc/sysctl.d
echo 'net.ipv4.ip_local_reserved_ports = 7000' >/etc/sysctl.d/conflict.conf
systemctl restart systemd-sysctl
eventually "restart of systemd-sysctl with a conflicting file: repaired" holds 623,664,7000,16992-16995
eventually "and reported" told 'found 7000, restored 623,664,7000,16992-16995.'
rm /etc/sysctl.d/conflict.conf

# At once: the overwriter polls, and measures how long the ports were missing. At its pace the list would be contested.
mkdir -p /etc/amtguard.conf.d
printf '[Guard]\nRepairBurst=1000000\n' >/etc/amtguard.conf.d/pace.conf
systemctl reload $unit
/srv/bench/overwriter repairs 300 >gaps
expect "no repair took as long as a second" is "$(grep -c -- '^-1$' gaps || true)" 0
median=$(sort -n gaps | sed -n 150p)
printf 'repair by the installed unit, median of 300: %s µs\n' $((median / 1000))
expect "at the median, less than a millisecond" at_most "$median" 1000000

# A mount of its own, as in a unit with ProtectProc=: no watch shows the write, an audit finds it.
sysctl -q -w net.ipv4.ip_local_reserved_ports=$amt
eventually "a quiet list" holds $amt
mkdir -p elsewhere
unshare --mount --pid --fork sh -c "mount -t proc proc elsewhere && echo 9000 >elsewhere${list#/proc}"
PATIENCE=45 eventually "written through a mount of its own: repaired by an audit" holds 623,664,9000,16992-16995
unshare --mount --pid --fork sh -c "mount -t proc proc elsewhere && echo 9001 >elsewhere${list#/proc}"
PATIENCE=5 eventually "and once more: within seconds, as audits come each second now" holds 623,664,9001,16992-16995
