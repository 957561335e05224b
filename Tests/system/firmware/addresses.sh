# A changed address is compared at once with AMT's answer, and AMT is asked again a minute after the last time.
source "$(dirname "${BASH_SOURCE[0]}")/emulator.sh"

start_machine address-equal
serve
start_guard AuditSec=1h
eventually "AMT has the host's address" address wired rule same-lease
expect "which it reported at the start" asked_times 1

soon() {  # SENTENCE CHECK [ARGUMENT…]: a second to settle, and one to publish
    local begin
    begin=$(date +%s%N)
    eventually "$@"
    printf '  after %s ms\n' $((($(date +%s%N) - begin) / 1000000))
    expect "within seconds" at_most $((($(date +%s%N) - begin) / 1000000000)) 5
}
interface=enp0s31f6
ip address add 192.168.1.21/24 dev $interface
ip address delete 192.168.1.20/24 dev $interface
# When its first address is removed, the kernel also removes the second one of that network.
ip address replace 192.168.1.21/24 dev $interface
soon "the host's new address makes AMT's a former lease" address wired rule former-lease
expect "the new one is taken to be shared" address wired hostAddresses.0 192.168.1.21

ip link add br0 type bridge
ip link set br0 up
ip address flush dev $interface
ip link set $interface master br0
ip address add 192.168.1.20/24 dev br0
soon "a bridge takes over the interface and the address" address wired rule same-lease
expect "it is the one that shares" address wired hostInterfaces.0 br0

ip link add dummy9 type dummy 2>/dev/null || ip link add dummy9 type ifb
ip link set dummy9 up
ip address add 10.9.9.9/24 dev dummy9
expect "none of it was a question to the firmware" asked_times 1

moments() { sed -nE 's/^([0-9]+) mei0 connect [0-9]+ amthi.*/\1/p' $asked; }
PATIENCE=75
eventually "a minute after the last question" asked_times 2
mapfile -t moment < <(moments)
# The guard's two questions: the test sees the times at which their helpers, each after its start, opened the device.
expect "and not before" at_least $((moment[1] - moment[0])) 59000
expect "nor much later, it is asked again" at_most $((moment[1] - moment[0])) 65000

ip address add 10.9.9.10/24 dev dummy9
sleep 8
expect "an interface without AMT's MAC is no cause" asked_times 2
stop_guard
