# The guard's own work comes before strangers' requests, however many there are.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_nobody
connect_host
emulate amt
start_bus
start_guard Mode=always AuditSec=1h
eventually "it has its name" has_name
is_held() { ! perl -e 'use Socket; socket(my $s, AF_INET, SOCK_STREAM, 0); bind($s, sockaddr_in(16992, inet_aton($ARGV[0]))) or exit 1' "$1"; }
eventually "the address is held" is_held 192.0.2.1
octet=10
for kind in Describe GetAll Introspect PrepareForSleep; do
    "${as_nobody[@]}" $work/helpers/stranger flood $bus_address $kind 30 1000000 >sent &
    stranger=$!
    eventually "somebody sends $kind as fast as the bus takes it" grep -q connected sent
    sleep 1
    overwrite 50$octet
    eventually "the list is repaired" holds 623,664,50$octet,16992-16995
    eventually "and it is reported" says "found 50$octet"
    ip addr add 192.0.2.$octet/24 dev eth0
    PATIENCE=8 eventually "an address that is new is held" is_held 192.0.2.$octet
    kill $stranger
    wait $stranger 2>/dev/null || true
    octet=$((octet + 1))
done
stop_guard
