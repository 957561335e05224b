# Each socket on one of AMT's ports at a shared address is reported: in status, victims, ports, the journal, the bus.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

ip link set lo up
ip link add here type veth peer name there
ip link set here up
ip link set there up
ip address add 192.0.2.20/24 dev here
# Every packet to it is lost, like an answer to one of AMT's ports.
ip neighbour add 192.0.2.99 lladdr 02:00:00:00:00:99 dev here

socket() {  # PROTOCOL,ADDRESS,PORT[,PEER]…: opens sockets and keeps them until close_all
    perl -MSocket -e '
        for (@ARGV) {
            my ($protocol, $address, $port, $peer) = split /,/;
            socket my $s, PF_INET, $protocol eq "tcp" ? SOCK_STREAM : SOCK_DGRAM, 0 or die "$!";
            setsockopt $s, SOL_SOCKET, SO_REUSEADDR, 1;
            bind $s, sockaddr_in($port, inet_aton($address)) or die "$_: $!";
            use Fcntl; fcntl $s, F_SETFL, O_NONBLOCK;
            if (defined $peer) { connect $s, sockaddr_in(443, inet_aton($peer)) }
            elsif ($protocol eq "tcp") { listen $s, 5 or die "$!" }
            push @kept, $s;
        }
        $| = 1; print "open\n"; sleep 1000' "$@" >socket.log &
    opened=$!
    eventually "the sockets are open: $*" grep -q open socket.log
}
close_all() { kill -KILL $opened; wait $opened 2>/dev/null || true; }
victims() {  # PATTERN: of amtguardctl victims
    ctl victims
    seen=$said
    [[ $said == $1 ]]
}

emulate amt
# Without a daemon to ask.
socket tcp,192.0.2.20,16994,192.0.2.99
expect "without a guard it is not known who is a victim" exits 3 victims
expect "but who may be one, and which process it is" like "$said" "*16994*192.0.2.99:443*syn-sent*perl\[$opened\]*"
expect "as JSON as well" exits 3 victims --json
expect "with null for the victims" like "$said" '*"victims":null*'
expect "the ports are drawn all the same" exits 3 ports
expect "with who has them" like "$said" '*16994  not reserved, outside the local port range*tcp 192.0.2.20:16994 to 192.0.2.99:443*'
close_all

# AMT's address is unknown: no socket is certain to be a victim.
start_guard AuditSec=100ms
eventually "if no socket uses its ports, there is no victim" json .victimCount 0
expect "which is reported with exit status 0" exits 0 victims
socket tcp,192.0.2.20,16994,192.0.2.99
eventually "one who may be one is not called one" json .victims null
expect "with the reason" reason victims-unknown
expect "and exit status 3" exits 3 victims
expect "and with its process" like "$said" "*AMT may cut off these:*192.0.2.20:16994*perl\[$opened\]*"
expect "the port is taken" exits 0 ports
expect "by one that may be a victim" like "$said" '*16994  reserved*syn-sent*perhaps a victim*'
close_all
eventually "until it is gone" json .victimCount 0
stop_guard
start_bus

# Mode=always, and no known address: every address that others can reach counts.
sysctl -qw net.ipv4.ip_local_port_range='1024 65535'
start_guard Mode=always AuditSec=100ms
eventually "on the bus there is no victim" property Victims 't 0'
socket tcp,192.0.2.20,16994,192.0.2.99 tcp,127.0.0.1,16993 tcp,0.0.0.0,16992 udp,0.0.0.0,623 udp,0.0.0.0,16995 \
    tcp,192.0.2.20,16995 tcp,0.0.0.0,5000
eventually "the three that AMT cuts off are reported" json .victimCount 3
expect "the one that waits first" json .victims.0.port 16994
expect "with its other end" json .victims.0.remote 192.0.2.99:443
expect "with its owner" json .victims.0.uid 0
expect "and amtguardctl victims exits with 1" exits 1 victims
for line in 'tcp*192.0.2.20:16994*192.0.2.99:443*syn-sent' 'udp*\*:623' 'tcp*192.0.2.20:16995*listening'; do
    expect "naming the process: $line" like "$said" "*$line*perl\[$opened\]*"
done
expect "neither LMS nor who listens on loopback, nor UDP where AMT takes none" not like "$said" '*1699[23]*'
expect "as JSON with pid" exits 1 victims --json
expect "and command" like "$said" '*"pid":'$opened',"command":"perl"*"victimCount":3,"possibleVictims":\[\],"translatedVictims":\[\],"translatedVictimCount":0,"published":\[\]}'
eventually "on the bus there are three" property Victims 't 3'
eventually "the journal has an entry for one that appears" \
    says 'AMT cuts off a socket: tcp 192.0.2.20:16994 to 192.0.2.99:443, syn-sent'
eventually "that it is not acknowledged is reported" victims '*192.0.2.20:16994*syn-sent, sent * more*'
eventually "the status counts them, tells the worst, and is no longer good" exits 1 status
expect "with its port" like "$said" '*Victims:*3, the worst: tcp 192.0.2.20:16994 to 192.0.2.99:443*'
eventually "soon something needs attention" reason victims
expect "which is the verdict" json .verdict degraded
eventually "and the service manager has it in STATUS" told_manager '^STATUS=Degraded.*, 3 victims\.$'
export COLUMNS=100
expect "they are on the picture" exits 0 ports
expect "which is as wide as COLUMNS says" is "$(head -n 1 <<<"$said" | tr -d '\n' | wc -c)" 100
expect "in ASCII where the locale is C" like "$said" 'X*X*X victim*'
expect "and the table is no wider" is "$(awk 'length > 100' <<<"$said")" ""
unset COLUMNS
expect "with a row on one line for who reads it without a width" exits 0 ports
expect "with the process that root sees, instead of the guess that it is LMS" like "$said" '*\*:16992, listening*not Intel LMS but perl*'
expect "and what is for this host alone" like "$said" '*127.0.0.1:16993, listening*within this host (perl)*'
said=$(LC_ALL=C.UTF-8 "$amtguardctl" --root $root ports)
expect "in blocks where it is UTF-8" like "$(LC_ALL=C.UTF-8; head -n 1 <<<"$said")" '*✗*░*✗*'

close_all
eventually "when they end, there is no victim" json .victimCount 0
eventually "and the journal says so" \
    says 'AMT no longer cuts off this socket: tcp 192.0.2.20:16994 to 192.0.2.99:443, syn-sent'
expect "once for each" says_times 3 'AMT no longer cuts off this socket'

# Intel LMS, outside a unit of its name. It binds each port on both families, with IPV6_V6ONLY.
perl -MSocket=:all -e '
    $0 = "lms";
    for my $port (16992, 623) {
        for (pack_sockaddr_in($port, INADDR_ANY), pack_sockaddr_in6($port, IN6ADDR_ANY)) {
            my $family = sockaddr_family($_);
            socket my $s, $family, SOCK_STREAM, 0 or die "$!";
            setsockopt $s, SOL_SOCKET, SO_REUSEADDR, 1 or die "$!";
            if ($family == AF_INET6) { setsockopt $s, IPPROTO_IPV6, IPV6_V6ONLY, 1 or die "$!" }
            bind $s, $_ or die "$!";
            listen $s, 5 or die "$!";
            push @kept, $s;
        }
    }
    $| = 1; print "open\n"; sleep 1000' >socket.log &
opened=$!
eventually "LMS listens, from a shell" grep -q open socket.log
known_as_lms() {  # in each output, on both families
    ctl ports
    seen=$said
    [[ $said == *'*:16992, listening'*'presumably Intel LMS'*'[::]:16992, listening'*'presumably Intel LMS'* ]] || return 1
    ctl firmware
    seen=$said
    [[ $said == *'0.0.0.0:16992/tcp by '*', presumably Intel LMS'*'[::]:16992/tcp by '*', presumably Intel LMS'* ]]
}
eventually "it is LMS everywhere" known_as_lms
expect "and no victim" json .victimCount 0
close_all

# A thousand of them do not make a thousand entries.
perl -MSocket -MFcntl -e '
    for my $peer (1 .. 1000) {
        socket my $s, PF_INET, SOCK_STREAM, 0 or die "$!";
        setsockopt $s, SOL_SOCKET, SO_REUSEADDR, 1;
        bind $s, sockaddr_in(16994, inet_aton("192.0.2.20")) or die "$!";
        fcntl $s, F_SETFL, O_NONBLOCK;
        connect $s, sockaddr_in($peer, inet_aton("192.0.2.99"));
        push @kept, $s;
    }
    sleep 1000' &
opened=$!
eventually "a thousand are counted" json .victimCount 1000
expect "256 of them are reported" json .victims 256
expect "the journal got ten entries, the three before among them" says_times 10 'AMT cuts off a socket'
close_all
eventually "and they are gone" json .victimCount 0

# AMT is impossible here: the guard does not look.
stop_guard
depart
rm -rf $run
socket tcp,192.0.2.20,16994,192.0.2.99
start_guard Mode=auto
expect "where AMT is impossible there is no victim" exits 0 victims
expect "and no port to tell of" json .ports.each 0
stop_guard
stop_bus
