# A unit that is masked while it runs goes on guarding, although systemd ignores its notifications from then on.
source /srv/boot/lib.sh
eventually "the guard is active" json .verdict protected
pid=$(main_pid)
expect "systemd watches for no notification" shows WatchdogUSec 0
systemctl mask $unit
expect "it is masked" shows LoadState masked
sysctl -q -w net.ipv4.ip_local_reserved_ports=5000
eventually "it repairs" holds 623,664,5000,16992-16995
refused() { journalctl --no-pager -o cat _PID=1 | grep -q 'notification message.* reception \(is \)\?disabled'; }
kill -HUP "$pid"
eventually "and systemd refuses what it says" refused
sleep 20
expect "after three times the patience it is the same process" is "$(main_pid)" "$pid"
sysctl -q -w net.ipv4.ip_local_reserved_ports=5001
eventually "which repairs" holds 623,664,5001,16992-16995
expect "and tells" json .verdict protected

systemctl unmask $unit
expect "unmasked, it is restarted" exits 0 systemctl restart $unit
eventually "and guards" json .verdict protected

# The kernel is the watchdog: it kills a process that stands still, and systemd starts another.
frozen=$(main_pid)
kill -STOP "$frozen"
another() { seen=$(main_pid); [[ $seen != 0 && $seen != "$frozen" ]]; }
PATIENCE=130 eventually "a guard that stands still for two minutes is replaced" another
eventually "and its successor guards" json .verdict protected
