# A user without privilege reads everything, changes nothing, and gets a clear line for each.
source /srv/boot/lib.sh
eventually "the guard is there" json .verdict protected
eventually "held" json .holds 6
one_line() { seen=$said; [[ $(wc -l <<<"$said") == 1 && $said ]]; }

for command in status ports victims firmware; do
    expect "amtguardctl $command" exits 0 as_somebody amtguardctl $command
done
expect "the same as JSON" exits 0 as_somebody amtguardctl --json
expect "the bus describes" exits 0 as_somebody busctl call org.amtguard1 /org/amtguard1 org.amtguard1.Manager Describe
expect "Reload is refused" exits 1 as_somebody busctl --timeout=10 call org.amtguard1 /org/amtguard1 org.amtguard1.Manager Reload
expect "in words" like "$said" '*ccess denied*'
expect "in one line" one_line
expect "and the log level" exits 1 as_somebody busctl --timeout=10 set-property org.amtguard1 /org/freedesktop/LogControl1 org.freedesktop.LogControl1 LogLevel s debug
expect "nobody else can ask the firmware" exits 13 as_somebody perl -e 'use Socket; socket(my $s, AF_UNIX, SOCK_STREAM, 0); connect($s, pack_sockaddr_un("/run/amtguard-firmware.socket")) or die "$!\n"'
expect "because of its mode" is "$said" 'Permission denied'
as_somebody /usr/sbin/amtguardd >somebody.log 2>&1 & pid=$!
sleep 1
kill -TERM $pid 2>/dev/null || true
wait $pid || true
said=$(<somebody.log)
expect "a second amtguardd of somebody's says that it can't have what it needs" like "$said" '*/run/amtguard/lock can?t be used: Permission denied*'
expect "amtguardd --check" exits 0 as_somebody /usr/sbin/amtguardd --check
expect "amtguardd --release is refused" exits 1 as_somebody /usr/sbin/amtguardd --release
expect "in one line" one_line
expect "amtguardd --arm is refused" exits 1 as_somebody /usr/sbin/amtguardd --arm
expect "in one line" one_line
expect "amtguard-firmware has nothing to show" not exits 0 as_somebody /usr/sbin/amtguard-firmware
printf 'amtguard-firmware as somebody: %s\n' "$said"
expect "the list is what it was" holds $amt
expect "the guard never noticed" shows NRestarts 0
