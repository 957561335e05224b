# A user without privilege reads everything, changes nothing, and gets a clear line for each.
source /srv/boot/lib.sh
eventually "the guard is there" json .verdict protected
eventually "held" json .holds 6
one_line() { seen=$said; [[ $(wc -l <<<"$said") == 1 && $said ]]; }

for command in status ports victims firmware; do
    expect "amtguardctl $command" exits 0 as_somebody amtguardctl $command
done
expect "the same as JSON" exits 0 as_somebody amtguardctl --json
eventually "the bus describes: the guard may be ready before the bus is" exits 0 as_somebody busctl call org.amtguard1 /org/amtguard1 org.amtguard1.Manager Describe
expect "Reload is refused" exits 1 as_somebody busctl --timeout=10 call org.amtguard1 /org/amtguard1 org.amtguard1.Manager Reload
expect "in words" like "$said" '*ccess denied*'
expect "in one line" one_line
expect "and the log level" exits 1 as_somebody busctl --timeout=10 set-property org.amtguard1 /org/freedesktop/LogControl1 org.freedesktop.LogControl1 LogLevel s debug
expect "no other user can ask the firmware" exits 13 as_somebody perl -e 'use Socket; socket(my $s, AF_UNIX, SOCK_STREAM, 0); connect($s, pack_sockaddr_un("/run/amtguard-firmware.socket")) or die "$!\n"'
expect "because of its mode" is "$said" 'Permission denied'
expect "an amtguardd of somebody's does not start" exits 1 as_somebody timeout 5 /usr/sbin/amtguardd
expect "in one line" one_line
expect "that says why" like "$said" '*another amtguardd guards this host already'
expect "amtguardd --check" exits 0 as_somebody /usr/sbin/amtguardd --check
expect "amtguardd --release is refused" exits 1 as_somebody /usr/sbin/amtguardd --release
expect "in one line" one_line
expect "amtguardd --arm is refused" exits 1 as_somebody /usr/sbin/amtguardd --arm
expect "in one line" one_line
expect "amtguardd --dry-run says what it would do" exits 1 as_somebody /usr/sbin/amtguardd --dry-run
expect "and that it may not" like "$said" '*Give amtguardd CAP_NET_ADMIN*'
expect "amtguardd --during runs the command all the same" exits 3 as_somebody /usr/sbin/amtguardd --during sh -c 'exit 3'
printf 'amtguardd --during as somebody: %s\n' "$said"
for option in "" --json "--record /tmp/recording"; do
    # shellcheck disable=SC2086  # words
    expect "amtguard-firmware $option has nothing to show" exits 1 as_somebody /usr/sbin/amtguard-firmware $option
    expect "and says why at last" like "${said##*$'\n'}" 'amtguard-firmware: opening the device: *'
done
expect "probe" exits 3 as_somebody amtguardctl probe 192.168.1.20:22
expect "says what to do" like "$said" '*Use a service on another machine.*'
expect "the list is what it was" holds $amt
expect "the guard never noticed" shows NRestarts 0

# Killed, without a new start.
mkdir -p /run/systemd/system/$unit.d
printf '[Service]\nRestart=no\n' >/run/systemd/system/$unit.d/gone.conf
systemctl daemon-reload
kill -KILL "$(main_pid)"
eventually "the guard is gone" shows ActiveState failed
for command in status ports victims firmware; do
    expect "amtguardctl $command does not know" exits 3 as_somebody amtguardctl $command
    expect "and says why" like "$said" '*amtguardd does not run*'
done
expect "an amtguardd of somebody's does not start then either" exits 1 as_somebody timeout 5 /usr/sbin/amtguardd
expect "and says what to do" like "$said" '*systemctl start amtguardd*'
