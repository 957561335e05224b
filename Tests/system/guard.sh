# An overwritten list is whole again, other programs' reservations are kept, and the guard names the writer.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
overwrite 8080,9000-9010
start_guard AuditSec=1h
expect "the ports are reserved at the start, beside what was there" holds 623,664,8080,9000-9010,16992-16995
expect "they are owned" json .ports.owned $amt

overwrite_and_stay 5000-5010
eventually "the list is whole again, with the other's new ports" holds 623,664,5000-5010,16992-16995
eventually "one line says what was found, what was restored, and by whom" \
    says "perl[$writer] overwrote the list: found 5000-5010, restored 623,664,5000-5010,16992-16995."
eventually "the status counts it" json .repairs.count 1
expect "and names the writer" json .repairs.last.writer.pid $writer
expect "and says what was found" json .repairs.last.found 5000-5010

sysctl -qw net.ipv4.ip_local_reserved_ports=8080
eventually "what sysctl -w overwrites as well" holds 623,664,8080,16992-16995

printf '\n' >$list
eventually "an emptied list is whole again" holds $amt

for ((i = 0; i < 50; i++)); do printf '%s\n' $((20000 + i)) >$list; done
eventually "after many overwrites as well" holds 623,664,16992-16995,20049

eventually "the verdict is protected" json .verdict protected
expect "amtguardctl exits with 0" exits 0 status
expect "and tells a person" like "$said" "*Verdict:*protected: *"

kill -INT $guard
wait_guard
expect "interrupted, it ends with exit status 0" is $status 0
expect "the ports stay" holds 623,664,16992-16995,20049
start_guard
stop_guard
expect "terminated as well" holds 623,664,16992-16995,20049
