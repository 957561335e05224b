# The journal contains the fields of each event; a journal that hangs does not prevent repairs.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
journald=/lib/systemd/systemd-journald
[[ -x $journald ]] || skip "there is no $journald"
[[ -s /etc/machine-id ]] || skip "journald needs /etc/machine-id"

emulate amt
mkdir -p /run/systemd/journald.conf.d /run/log/journal
printf '%s\n' '[Journal]' Storage=volatile Audit=no ReadKMsg=no ForwardToWall=no ForwardToSyslog=no RateLimitBurst=0 \
    >/run/systemd/journald.conf.d/test.conf
$journald >journald.log 2>&1 &
journald_pid=$!
eventually "the journal listens" test -S /run/systemd/journal/socket

entries() {  # MATCH…: whole entries, one field per line
    journalctl --directory=/run/log/journal --quiet --output=export --no-pager "$@" 2>/dev/null || true
}
has() {  # FIELD=VALUE MATCH…: a matching entry of the guard has this field
    local field=$1
    shift
    seen=$(entries _COMM=amtguardd "$@")
    grep -qxF -- "$field" <<<"$seen"
}

start_guard RepairBurst=100 AuditSec=1h
overwrite_and_stay 5000-5010
repaired=MESSAGE_ID=5dc9481dc1ae4d2f8d93efdd9d08c3aa
eventually "the repair is in the journal" has AMTGUARD_FOUND=5000-5010 $repaired
expect "what was restored" has AMTGUARD_RESTORED=623,664,5000-5010,16992-16995 $repaired
expect "who wrote" has "AMTGUARD_WRITER_PID=$writer" $repaired
expect "what that was" has AMTGUARD_WRITER_COMM=perl $repaired
expect "as a notice" has PRIORITY=5 $repaired
expect "of amtguardd" has SYSLOG_IDENTIFIER=amtguardd $repaired
expect "in words" has "MESSAGE=perl[$writer] overwrote the list: found 5000-5010, restored 623,664,5000-5010,16992-16995." $repaired
expect "the start is there too" has AMTGUARD_WATCH=fanotify MESSAGE_ID=cc0975db248648308e1b59fe9d0fedee
expect "the verdict" has AMTGUARD_VERDICT=protected MESSAGE_ID=f134c72d4c5946fcb8526645f9531a54
expect "what was reserved" has "AMTGUARD_ADDED=$amt" MESSAGE_ID=19a57a46c6e5418d8ad9bfd9fc94eb22
configure Mode=nonsense
reload_guard
eventually "a bad configuration, as an error" has PRIORITY=3 MESSAGE_ID=dd50c58709a4460d8cb0643825850ded
configure AuditSec=1h
reload_guard

# Each entry of notice and above has an identifier, and each identifier a text in the catalog.
entries _COMM=amtguardd | grep -a ^MESSAGE_ID= | sort -u | sed 's/MESSAGE_ID=/-- /' >ids
expect "there are identifiers" at_least "$(wc -l <ids)" 5
while IFS= read -r id; do
    expect "the catalog knows $id" grep -qxF -- "$id" "$here/../../systemd/amtguard.catalog"
done <ids

# More entries than its socket can queue (net.unix.max_dgram_qlen), so that a guard that waits would stand still.
kill -STOP $journald_pid
for ((i = 0; i < 30; i++)); do
    configure "Mode=nonsense$i"
    kill -HUP $guard
    overwrite $((6000 + i))
    eventually "with a journal that hangs, it repairs" holds "623,664,$((6000 + i)),16992-16995"
    eventually "and goes on telling" says "nonsense$i"
done
kill -CONT $journald_pid
# It may still be full for a moment.
resumes() { configure Mode=last; reload_guard; sleep 0.1; entries _COMM=amtguardd | grep -aqF 'Mode=: "last"'; }
eventually "when the journal goes on, so do the entries" resumes
dropped() { entries _COMM=amtguardd | grep -aqE '^AMTGUARD_DROPPED=[1-9]'; }
expect "and the first of them says how many were dropped" dropped
kill -KILL $journald_pid
overwrite 7001
eventually "without a journal as well" holds 623,664,7001,16992-16995
stop_guard
