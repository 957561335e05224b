# Each rung of the watch's ladder: fanotify, inotify, none, and an armed fanotify for a guard without privileges.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
configure AuditSec=1h
afresh() { rm -rf $root/run; printf '\n' >$list; }

start_guard
expect "as root it watches by fanotify" json .watch fanotify
overwrite 5000
eventually "and repairs" holds 623,664,5000,16992-16995
eventually "and names the writer" json .repairs.last.writer.pid $$
stop_guard
afresh

launch=(setpriv --inh-caps=-all --bounding-set=-sys_admin)
start_guard
expect "without CAP_SYS_ADMIN, by inotify" json .watch inotify
expect "and says what that lacks" reason watch-limited
expect "which is no reason for a worse verdict" json .verdict protected
overwrite 5001
eventually "it repairs" holds 623,664,5001,16992-16995
eventually "and claims nothing about the writer" json .repairs.last.writer null
expect "nor in words" says 'Another program overwrote the list: found 5001'
stop_guard
afresh
launch=()

# Armed, as the unit does it: a step as root, then a guard with one capability.
need_nobody
install -d -o 65534 -g 65534 $run
unprivileged=(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all,+net_admin --ambient-caps=-all,+net_admin
    --bounding-set=-all,+net_admin)
configure AuditSec=1h
: >armed.log
$work/helpers/service-manager $work/armed armed.log "$amtguardd" --arm -- "${unprivileged[@]}" \
    "$amtguardd" --root $root 2>$log &
supervisor=$!
armed() { grep -qE -- "$1" armed.log; }
eventually "the armed guard is ready" armed '^READY=1'
guard=$(sed -n 's/^main //p' armed.log)
tables=0  # The kernel may have no legacy iptables, and no modules.
[[ ! -e /proc/net/ip_tables_names ]] || tables=1
[[ ! -e /lib/modules/$(uname -r)/modules.builtin ]] || ((++tables))
expect "the step stored the list, the watch, why it is no better one, the boot's id, and what shows iptables and nf_tables" \
    armed "^step ended with 0, $((4 + tables)) stored\$"
removed() { [[ $(sed -n '/^main /,$p' armed.log | grep -c "^FDSTOREREMOVE=1 FDNAME=$1\$") == 1 ]]; }
expect "the guard took the list, and had it removed from the store after its start, once" removed list
expect "and so with the watch" removed watch
expect "and with the boot's id" removed boot-id
expect "the guard is nobody" is "$(stat -c %u /proc/$guard)" 65534
expect "with CAP_NET_ADMIN alone" grep -q '^CapPrm:.*0000000000001000$' /proc/$guard/status
expect "it watches by fanotify" json .watch fanotify
expect "and nothing is limited" not reason watch-limited
overwrite 5002
eventually "it repairs" holds 623,664,5002,16992-16995
eventually "and names the writer" json .repairs.last.writer.pid $$
eventually "by what it is" json .repairs.last.writer.command bash
kill -TERM $guard
ended_supervisor() { ! runs $supervisor; }
eventually "it ends" ended_supervisor
status=0
wait $supervisor || status=$?
expect "with exit status 0" is $status 0
afresh

# The same without the step.
install -d -o 65534 -g 65534 $run
launch=("${unprivileged[@]}")
start_guard
expect "unarmed, a guard without privileges watches by inotify" json .watch inotify
overwrite 5003
eventually "and repairs" holds 623,664,5003,16992-16995
stop_guard
launch=()

# A handed-over descriptor that is not a watch of this list is not used as one.
exec 3</dev/null
printf '\n' >$list
before=$(readies)
NOTIFY_SOCKET=$notify bash -c "LISTEN_PID=\$\$ LISTEN_FDS=1 LISTEN_FDNAMES=watch exec $amtguardd --root $root" 2>$log &
guard=$!
eventually "handed something else, it is ready" is_ready "$before"
exec 3<&-
expect "and watches by itself" json .watch fanotify
overwrite 5004
eventually "and repairs" holds 623,664,5004,16992-16995
stop_guard

status=0 said=$("$amtguardd" --arm 2>&1) || status=$?
expect "--arm without a service manager says so, and exits with 1" like "$status $said" '1 amtguardd: --arm *NOTIFY_SOCKET*'
