# Killed before any system call, or with any one failing, the guard loses no port of others, leaves no orphan, and says nothing untrue.
#
#   run kills.sh                         one injection of each kind, and each write of the list or the record
#   run kills.sh all                     the whole table
#   run kills.sh ACT…                    the whole table of some acts
#   run kills.sh ACT NAME:ORDINAL FAULT  one of them, as the table names it
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
command -v strace >/dev/null || skip "strace is missing"
strace -o /dev/null true 2>/dev/null || skip "nothing can be traced here"

: "${WORKERS:=4}"  # most of the time each waits
table=$here/kills/table.pl
acts=() part=(cat) must=. workers=()
case "$*" in
    '') part=(awk '!seen[$1]++') must=^0/ ;;  # see table.pl
    all) ;;
    *signal=* | *error=*) part=(grep -F " $*") acts=("$1") ;;
    *) acts=("$@") ;;
esac

for ((i = 0; i < WORKERS; i++)); do
    root=$work/$i/root bus_socket=$work/$i/root/run/dbus/system_bus_socket
    bus_address=unix:path=$bus_socket
    mkdir -p $root
    emulate amt
    start_bus
done
perl "$table" list $work/0 $work/bin "${acts[@]}" | sort -s -t / -k 1,1 >all
{ "${part[@]}" all || true; } | cut -d ' ' -f 2- >injections
expect "there is something to inject" at_least "$(wc -l <injections)" 1
# These must be played, however slow the machine is: each write of the list or the record; of a whole table, all.
{ grep -- "$must" all || true; } | cut -d ' ' -f 2- | grep -xF -f injections >due
expect "some of it has to be played" at_least "$(wc -l <due)" 1

# Each worker has a list of its own. When the time is nearly over, the rest is reported, and not played.
export TABLE_TIME=$((${PLAY_TIME:-88} - 28 - SECONDS))
for ((i = 0; i < WORKERS; i++)); do
    awk -v n=$WORKERS -v i=$i 'NR % n == i' injections |
        unshare --net perl "$table" play $work/$i $work/bin >came.$i &
    workers+=($!)
done
wait "${workers[@]}"
cat came.* >came
expect "something came of each" is "$(wc -l <came)" "$(wc -l <injections)"

printf '%-13s %-18s %-12s %6s %6s %6s %6s\n' act 'system call' fault held missed failed late
awk -F '\t' '{
    split($1, word, "[ :]")
    key = sprintf("%-13s %-18s %-12s", word[1], word[2], substr(word[4], index(word[4], "=") + 1))
    keys[key]
    came[key, $2]++
} END { for (key in keys) printf "%s %6d %6d %6d %6d\n", key, came[key, "held"], came[key, "missed"], came[key, "failed"], came[key, "late"] }' came | sort
awk -F '\t' '$2 == "failed" { line = "NOT SO: run kills.sh " $1 ": " $3; for (i = 4; i <= NF; i++) line = line "; " $i; print line }' came | sort

many() { awk -F '\t' -v what=$1 '$2 == what' came | wc -l; }
printf '%d injections in %d s: %d held, %d missed, %d failed, %d late\n' "$(wc -l <came)" $SECONDS \
    "$(many held)" "$(many missed)" "$(many failed)" "$(many late)"
left=$(awk -F '\t' '$2 == "late" { print $1 }' came | grep -xF -f due || true)
expect "nothing that has to be played came too late" is "$left" ''
expect "a quarter of all or more was played, and held" at_least "$(many held)" $((($(wc -l <injections) + 3) / 4))
expect "most came about" at_least "$(many held)" $((4 * $(many missed)))
expect "and none did harm" is "$(many failed)" 0
