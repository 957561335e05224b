# A thousand interfaces come and go without a single further question to the firmware.
source "$(dirname "${BASH_SOURCE[0]}")/emulator.sh"

start_machine provisioned-acm
serve
start_guard AuditSec=1h
eventually "the firmware was asked" json .amt.state provisioned
eventually "its address is shared" address wired address shared

ticks() { awk '{ print $14 + $15 }' "/proc/$guard/stat"; }  # hundredths of a second
there() { ip -brief link | grep -c '^[vw][0-9]' || true; }
conversation=$(<$asked)
before=$(ticks)
seconds=$SECONDS made=0
for ((round = 0; round < 10; round++)); do
    for ((i = 0; i < 100; i++)); do
        echo "link add v$round.$i group 7 type veth peer name w$round.$i group 7"
        echo "address add 10.$round.$i.1/24 dev v$round.$i"
        echo "link set v$round.$i up"
    done >come
    ip -batch come
    made=$((made + $(there)))
    sleep 1.2  # The guard looks once a second: wait until it has seen them.
    ip link delete group 7
done
expect "1,000 pairs came" is $made 2000
expect "and went" is "$(there)" 0
sleep 7  # Addresses get 5 s to settle.
spent=$(($(ticks) - before))
printf 'processor time of the guard for 1,000 pairs in %s s: %s ms\n' $((SECONDS - seconds)) $((spent * 10))
expect "the firmware was not asked once more" is "$(<$asked)" "$conversation"
expect "the guard spent less than three seconds on it" at_most $spent 300
expect "it knows what it knew" address wired address shared
expect "and guards" holds $amt
stop_guard
