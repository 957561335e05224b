# Beside cooperative holds Intel LMS gets each of its ports, in either order, over restarts; beside strict ones none.
source "$(dirname "${BASH_SOURCE[0]}")/lms-lib.sh"
PATIENCE=30

start_lms_machine
serve
start_guard AuditSec=100ms
eventually "each port of AMT's address is held" states held 6
start_lms lms.service
eventually "LMS listens on all of them, on each address" listens_everywhere
expect "it lost none of its commands" lms_says ' 0 lost'
expect "and tried once" not lms_says attempt
expect "all stay held" states held 6
for caller in 127.0.0.1 ::1 $address; do
    [[ $caller != ::1 || $families == 2 ]] || continue
    expect "a caller of $caller is answered" answered_at $caller
done
for round in 1 2 3 4 5; do
    stop_lms
    start_lms lms.service --commands 0
    eventually "started again ($round), LMS listens" listens_everywhere
    expect "at its first try" not lms_says attempt
done
expect "all are held" states held 6
expect "nobody is a victim" json .victimCount 0
expect "nothing was let go" not says 'Let go'

for round in 1 2 3; do
    stop_guard
    start_guard
    eventually "a guard that starts after LMS ($round) finds its ports taken" states refused 6
    expect "LMS listens on" listens_everywhere
    expect "and answers" answered_at $address
done
stop_lms
eventually "LMS ends, and the ports are held" states held 6
stop_guard

# Strict: all or nothing, and here it is nothing.
configure AuditSec=100ms '[Hold]' Hold=strict
start_guard
eventually "each port is held for nobody else" states held 6
start_lms lms.service --commands 0 --attempts 4 --pause 50
eventually "LMS gets its first port refused" lms_says 'Error 98 in binding server socket 0.0.0.0:16992'
eventually "tries again, and gives up" lms_says 'gave up'
expect "with no port at all" listens_nowhere
expect "after all its attempts" lms_says 'attempt 4 failed'
expect "all are held" states held 6
configure AuditSec=100ms
reload_guard
sleep 0.5
expect "LMS does not come back by itself" listens_nowhere
stop_lms
start_lms lms.service --commands 0 --pause 50
eventually "started again beside cooperative holds, it listens" listens_everywhere
stop_lms

# A try meets strict holds, the next does not: 35 tries have 210 s.
configure AuditSec=100ms '[Hold]' Hold=strict
reload_guard
start_lms lms.service --commands 0 --pause 200
eventually "a try fails" lms_says 'attempt 2 failed'
configure AuditSec=100ms
reload_guard
eventually "a later one does not" listens_everywhere
expect "without a start" lms_says "can't listen: 16992"
stop_guard
