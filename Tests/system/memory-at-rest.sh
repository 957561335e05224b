# An idle guard gives back the memory of its code: after the start, and after audits that found nothing new.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

gives_back() {  # most of its code is not in memory
    local resident size
    read -r resident size < <(awk '/ r-xp .*amtguardd/ { code = 1 } code && /^Size:/ { size = $2 }
        code && /^Rss:/ { print $2, size; exit }' /proc/$guard/smaps)
    seen="$resident of $size KiB"
    ((resident * 3 < size))
}
observed() { ctl --json; perl "$here/json.pl" .observed.bootUSec <<<"$said"; }
audited() { (($(observed) > $1)); }

emulate amt
start_guard AuditSec=1s
eventually "after the start it gives back" gives_back
for turn in 1 2 3; do
    before=$(observed)
    eventually "it audits for the $turn. time" audited "$before"
done
eventually "and gives back again" gives_back
stop_guard
