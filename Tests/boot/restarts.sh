# Killed, frozen, restarted two hundred times: a guard comes back with its holds, and no program gets a port of AMT's.
source /srv/boot/lib.sh
eventually "the shared address is held" json .holds 6
expect "the store has the holds" shows NFileDescriptorStore 6

kill -KILL "$(main_pid)"
eventually "killed, it comes back" shows NRestarts 1
eventually "and guards" json .verdict protected
expect "with as many descriptors in the store" shows NFileDescriptorStore 6

expect "the service manager executes itself anew" exits 0 systemctl daemon-reexec
expect "with as many descriptors in the store" shows NFileDescriptorStore 6
expect "the guard guards" json .verdict protected
systemctl restart $unit
eventually "restarted from that store it holds what it held" json .holds 6
expect "with as many descriptors in the store" shows NFileDescriptorStore 6

# The watchdog, with less patience than the installed one.
mkdir -p /run/systemd/system/$unit.d
printf '[Service]\nWatchdogSec=2s\n' >/run/systemd/system/$unit.d/watchdog.conf
systemctl daemon-reload
systemctl restart $unit
frozen=$(main_pid)
kill -STOP "$frozen"
another() { seen=$(main_pid); [[ $seen != 0 && $seen != "$frozen" ]]; }
PATIENCE=40 eventually "a guard that hangs is replaced by the watchdog" another
eventually "and its successor guards" json .verdict protected
rm -r /run/systemd/system/$unit.d
systemctl daemon-reload
systemctl restart $unit

# Connections from the shared address, during all restarts; the range is as wide as possible.
eventually "held" json .holds 6
sysctl -q -w net.ipv4.ip_local_port_range='16000 17999'
perl -e 'use Socket; socket(my $l, AF_INET, SOCK_STREAM, 0); setsockopt($l, SOL_SOCKET, SO_REUSEADDR, 1);
    bind($l, sockaddr_in(9, INADDR_ANY)) or die; listen($l, 4096); open my $r, ">", "listening"; close $r;
    while (accept(my $c, $l)) { close $c }' &
server=$!
until [[ -e listening ]]; do sleep 0.05; done
cat >load.pl <<'PERL'
use Socket; my ($n, $hit) = (0, 0);
$SIG{TERM} = sub { print "$n connections, $hit on a port of AMT\n"; exit };
while (1) {
    socket(my $s, AF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_LINGER, pack("ii", 1, 0));
    bind($s, sockaddr_in(0, inet_aton("192.168.1.20"))) if $n % 2;
    if (connect($s, sockaddr_in(9, inet_aton("192.168.1.20")))) {
        my ($p) = sockaddr_in(getsockname $s); $n++; $hit++ if $p == 623 || $p == 664 || ($p >= 16992 && $p <= 16995);
    }
    close $s;
}
PERL
cat >free.pl <<'PERL'
# Looks for a moment in which a bind without sharing succeeds, as without a hold.
use Socket; my ($n, $free) = (0, 0);
$SIG{TERM} = sub { print "$n looks, $free free\n"; exit };
while (1) { for my $p (623, 664, 16992 .. 16995) { socket(my $s, AF_INET, SOCK_STREAM, 0);
    $free++ if bind($s, sockaddr_in($p, inet_aton("192.168.1.20"))); $n++ } select(undef, undef, undef, 0.0005) }
PERL
perl load.pl >load & load=$!
perl free.pl >free & free=$!
began=$SECONDS
for ((i = 0; i < 200; i++)); do
    systemctl restart $unit
    systemctl show -P NFileDescriptorStore $unit >>stored
done
printf '200 restarts: %s s\n' $((SECONDS - began))
kill -TERM $load $free
wait $load $free || true
kill "$server"
printf '%s; %s\n' "$(<load)" "$(<free)"
expect "in 200 restarts under connections no connection got a port of AMT's" like "$(<load)" '* connections, 0 on a port of AMT'
expect "there was no moment without holds" like "$(<free)" '* looks, 0 free'
expect "the store never holds more than it held" at_most "$(sort -n stored | tail -n 1)" 6
expect "the store holds what it held" shows NFileDescriptorStore 6
eventually "the guard guards" json .verdict protected
expect "its descriptors are no more than they were" at_most "$(find "/proc/$(main_pid)/fd" -mindepth 1 | wc -l)" 40

# The bus and the journal go and come.
pid=$(main_pid)
systemctl restart dbus
eventually "after a restart of the bus it has its name again" property Verdict 's "protected"'
systemctl restart systemd-journald
sysctl -q -w net.ipv4.ip_local_reserved_ports=5005
eventually "after a restart of journald it repairs" holds 623,664,5005,16992-16995
eventually "and tells" told 'found 5005'
expect "and is the same process" is "$(main_pid)" "$pid"
