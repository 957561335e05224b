# A hold of amtguard is never a victim or an obstacle, even while the service manager keeps a copy of a released one.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
connect_host
held() { ctl --json; seen=$(grep -o '"state": *"held"' <<<"$said" | wc -l); [[ $seen == "$1" ]]; }
nobody_else() {
    expect "$1: there is no victim" json .victimCount 0
    expect "and no socket uses a port" is "$(grep -o '"takenBy":\[{[^]]*' $run/state.json || true)" ''
    expect "nor does the journal report one" not says 'AMT cuts off a socket'
}

start_guard AuditSec=1h Mode=always '[Hold]' HoldUDP=yes
eventually "TCP and UDP are held" held 8
stored() { seen=$(grep -c '^FDSTORE=1 FDNAME=hold-udp-' $manager_log || true); [[ $seen == 2 ]]; }
eventually "and stored" stored
nobody_else "with holds of UDP"

# A busy manager closes its copies later.
kill -STOP $manager
for udp in no yes no; do
    configure AuditSec=1h Mode=always '[Hold]' HoldUDP=$udp
    kill -HUP $guard
    eventually "HoldUDP=$udp" held "$([[ $udp == yes ]] && echo 8 || echo 6)"
    sleep 0.3
    kill -HUP $guard
    sleep 0.3
    nobody_else "after HoldUDP=$udp"
done
expect "the copies are still there" at_least "$(ss -uanH 'sport = :623' | wc -l)" 1
kill -CONT $manager
stop_guard
