# No kernel object of a stranger gets into the guard, whatever message or answer it is attached to.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_nobody
ip link set lo up
emulate amt
export WATCHDOG_USEC=2000000
start_bus
start_guard AuditSec=1s
eventually "it has its name" has_name
# On most machines every user may open it.
if [[ -c /dev/fuse ]]; then
    mknod -m 666 $work/fuse c 10 229
    mount --bind $work/fuse /dev/fuse
fi
opened=$(descriptors)

attach() {  # KIND OBJECT: by a process that stays, in `stranger`
    : >attached
    "${as_nobody[@]}" $work/helpers/stranger attach $bus_address "$1" "$2" 1 60 >attached 2>&1 &
    stranger=$!
    eventually "a stranger has sent $1 with an object of the kind $2" attached_or_gone
}
attached_or_gone() { seen=$(<attached); [[ $seen == sent* ]] || ! runs $stranger; }
survives() {  # KIND OBJECT
    local port=$((5000 + RANDOM % 1000)) beats
    attach "$1" "$2"
    [[ $(<attached) == sent* ]] || { printf 'this machine has no object of the kind %s: %s\n' "$2" "$(<attached)"; return 0; }
    overwrite $port
    eventually "the list is whole all the same" holds 623,664,$port,16992-16995
    beats=$(grep -c WATCHDOG=1 $manager_log)
    eventually "the service manager hears of it" beats_more $beats
    kill $stranger
}

# A bus without any receiver of descriptors reports that to the sender.
for object in queued fifo memory userfault file linger; do survives Check $object; done
for kind in Describe Reload RecordProbe Missing Nameless Get GetAll Introspect Ping LogLevel PrepareForSleep Noise; do
    survives $kind linger
done
eventually "it has no more descriptors than before" has_descriptors "$opened"
stop_guard

# The same for a helper.
for object in linger queued fifo memory userfault file; do
    for urgent in '' urgent; do
        rm -f $root/run/amtguard-firmware.socket
        $work/helpers/stranger answer $root/run/amtguard-firmware.socket $object 60 $urgent >answered 2>&1 &
        helper=$!
        eventually "a helper is there" test -S $root/run/amtguard-firmware.socket
        start_guard
        eventually "it is asked, and attaches something ($object $urgent)" test -s answered
        sleep 0.3  # It is read after everything else.
        port=$((5000 + RANDOM % 1000))
        overwrite $port
        eventually "the list is whole all the same" holds 623,664,$port,16992-16995
        kill $helper
        kill_guard
    done
done
