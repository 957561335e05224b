# A write that no watch shows is repaired at the next audit, and audits then come each second.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
start_guard AuditSec=3s
expect "audits come as configured" json .observed.auditUSec 3000000

write_elsewhere 5000
sleep 0.3
expect "the watch is blind for a write through another mount" holds 5000
eventually "the audit repairs it" holds 623,664,5000,16992-16995
eventually "it is reported" says 'The list was changed through another mount of /proc (writer unknown): found 5000.'
expect "and between which looks the list was broken" says ' It was broken at some time between '
after() { ctl --json; seen=$(perl "$here/json.pl" .repairs.last.brokenAtMostUSec <<<"$said" 2>&1); [[ $seen =~ ^[0-9]+$ ]]; }
expect "as a program reads it" after
eventually "audits come each second from then on" json .observed.auditUSec 1000000
expect "the reason is in the status" reason unseen-write

write_elsewhere 5001
eventually "a second one is repaired" holds 623,664,5001,16992-16995
eventually "by such an audit" json .repairs.count 2
expect "the journal has one line about both" says_times 1 'through another mount of /proc'

overwrite 5002
eventually "what the watch does show is repaired" holds 623,664,5002,16992-16995
expect "and no audit is reported" says_times 1 'through another mount of /proc'
stop_guard

# The evidence that this was the audit and nothing else.
start_guard AuditSec=1h
write_elsewhere 5003
sleep 1.5
expect "without an audit nothing comes" holds 5003
reload_guard
expect "until somebody asks" holds 623,664,5003,16992-16995
stop_guard
