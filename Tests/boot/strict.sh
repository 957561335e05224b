# With Hold=strict no program binds the ports, but a probe gets places beside the holds: its packets leave the machine.
source /srv/boot/lib.sh
eventually "held" json .holds 6
expect "no program binds without sharing" exits 1 perl -e 'use Socket; socket(my $s, AF_INET, SOCK_STREAM, 0); bind($s, sockaddr_in(16992, inet_aton("192.168.1.20"))) or exit 1'

# Another machine, at the other end of the wire.
unshare --net sleep 300 &
peer=$!
until [[ $(readlink /proc/$peer/ns/net) != "$(readlink /proc/self/ns/net)" ]]; do sleep 0.05; done
ip link set wire netns $peer
nsenter --target $peer --net sh -c 'ip link set lo up; ip address add 192.168.1.99/24 dev wire; ip link set wire up'
nsenter --target $peer --net perl -e 'use Socket; socket(my $l, AF_INET, SOCK_STREAM, 0); bind($l, sockaddr_in(22, INADDR_ANY)) or die; listen($l, 64); sleep 300' &
answers() { perl -e 'use Socket; socket(my $s, AF_INET, SOCK_STREAM, 0); connect($s, sockaddr_in(22, inet_aton("192.168.1.99"))) or exit 1'; }
eventually "another machine answers" answers

mkdir -p /etc/amtguard.conf.d
cp /usr/share/doc/amtguard/examples/strict.conf /etc/amtguard.conf.d/
expect "strict, by the example" exits 0 systemctl reload $unit
refused() { exits 1 perl -e 'use Socket; socket(my $s, AF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1); bind($s, sockaddr_in(16992, inet_aton("192.168.1.20"))) or exit 1'; }
eventually "no program can bind, sharing or not" refused
expect "every port of a probe passes: nothing of the unit keeps back what leaves by a hold" exits 0 amtguardctl probe 192.168.1.99:22
printf '%s\n' "$said"
expect "and it is remembered" json .probe.verdict passes
expect "and no program can bind, now as before" refused
kill %1 %2
