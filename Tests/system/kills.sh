# Killed before any system call, or with any one failing, the guard loses no port of others, leaves no orphan, and says nothing untrue.
#
#   run kills.sh                        one injection of each kind, and every one that touches the list or the record
#   run kills.sh all                    the whole table
#   run kills.sh ACT…                   the whole table of some acts
#   run kills.sh ACT NAME:ORDINAL FAULT  one of them, as the table names it
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
command -v strace >/dev/null || skip "strace is missing"
strace -o /dev/null true 2>/dev/null || skip "nothing can be traced here"

: "${WORKERS:=2}"
table=$here/kills/table.pl
acts=(start restart repair audit grow shrink keep stop release shrink-long stop-long release-long)
part=(awk '{ kind = $1 == "always" ? NR : $2 " " $3 " " $4; sub(/:[0-9]+/, "", kind) } !seen[kind]++')
case "$*" in
    '') ;;
    all) part=(cat) ;;
    *signal=* | *error=*) part=(awk -v "one=$*" '$2 " " $3 " " $4 == one') acts=("$1") ;;
    *) part=(cat) acts=("$@") ;;
esac

for ((i = 0; i < WORKERS; i++)); do
    mkdir -p $work/$i/root
    "$here/../../Tools/demo/emulated-sys.sh" $work/$i/root amt
done
perl "$table" list $work/0 $work/bin "${acts[@]}" >all
"${part[@]}" all | cut -d ' ' -f 2- >injections
expect "there is something to inject" at_least "$(wc -l <injections)" 1

# Each worker has a list of its own.
for ((i = 0; i < WORKERS; i++)); do
    awk -v n=$WORKERS -v i=$i 'NR % n == i' injections |
        unshare --net perl "$table" play $work/$i $work/bin >came.$i &
done
wait
cat came.* >came
expect "each was played" is "$(wc -l <came)" "$(wc -l <injections)"

printf '%-13s %-18s %-6s %7s %7s %7s %7s\n' act 'system call' fault played held missed failed
awk -F '\t' '{
    split($1, word, "[ :]"); key = sprintf("%-13s %-18s %-6s", word[1], word[2], word[4] ~ /KILL/ ? "kill" : substr(word[4], 7))
    played[key]++; came[key, $2]++
} END { for (key in played) printf "%s %7d %7d %7d %7d\n", key, played[key], came[key, "held"], came[key, "missed"], came[key, "failed"] }' came | sort
awk -F '\t' '$2 == "failed" { sub(/\t/, " "); print "NOT SO: run kills.sh " $0 }' came | sort | sed 's/ failed\t/: /; s/\t/; /g'

missed=$(awk -F '\t' '$2 == "missed"' came | wc -l)
failed=$(awk -F '\t' '$2 == "failed"' came | wc -l)
printf '%d injections in %d s: %d missed, %d failed\n' "$(wc -l <came)" $SECONDS $missed $failed
expect "most came about" at_most $((missed * 4)) "$(wc -l <came)"
expect "and none did harm" is $failed 0
