# Whatever answers instead of amtguard-firmware, the guard repairs, keeps its size, and takes no port for free.
source "$(dirname "${BASH_SOURCE[0]}")/hostile/helper.sh"

while read -r manner words; do
    suffers "$manner" "$words"
    expect "$manner: next to nothing of it is kept" next_to_nothing
    eventually "$manner: no descriptor stays open" no_more_open $open
    expect "$manner: the watchdog is fed" told_manager '^WATCHDOG=1$'
    expect "$manner: the guard's words are printable" not grep -q $'[\x01-\x08\x0b-\x1f\x7f]\|\xe2\x80\xae' $log
    parts
done <<'TABLE'
loopback answered
closes helper-ended
gigabyte answer-too-long
endless answer-too-long
line answer-too-long
bytes answer-too-long
half helper-ended
no-end helper-ended
doubled answer-malformed
keys answered
behind-end answer-malformed
binary answer-malformed
nul answer-malformed
escape answer-malformed
bidi answer-malformed
reason answer-malformed
words failed
TABLE

