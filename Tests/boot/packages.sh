# On a bare system with AMT: installed, upgraded, downgraded, removed and purged, without a question, a gap or a leftover.
source /srv/boot/lib.sh

install() { apt-get -qq -y --allow-downgrades install "$1" </dev/null >apt.log 2>&1 || { seen=$(<apt.log); return 1; }; }
ours() {  # UID UID GID GID: every file with the package's name or of its users, by number, as names may be gone
    find / -ignore_readdir_race \( -path /proc -o -path /sys -o -path /srv \) -prune -o \
        \( -name '*amtguard*' -o -uid "$1" -o -uid "$2" -o -gid "$3" -o -gid "$4" \) -print
}

sysctl -q -w net.ipv4.ip_local_reserved_ports=8080
mkdir -p /etc/systemd/system/amtguard-firmware@.service.d
printf '[Service]\nExecStart=\nExecStart=/usr/sbin/amtguard-firmware --root /srv/amt --answer\nRestrictSUIDSGID=no\nInaccessiblePaths=\nReadWritePaths=/srv/amt/dev\n' \
    >/etc/systemd/system/amtguard-firmware@.service.d/emulated.conf

began=$(date +%s%N)
expect "apt installs it without a question" install $package
PATIENCE=5 eventually "and the ports are protected" json .verdict protected
took=$((($(date +%s%N) - began) / 1000000))
printf 'from apt install to protected: %s ms\n' $took
expect "within 5 s" at_most $took 5000
expect "what others reserved stays" holds 623,664,8080,16992-16995
eventually "AMT is found" json .amt.state provisioned
expect "the bus knew each user that its policy names" not grep -q 'Unknown \(user\|group\)' <(journalctl --no-pager -o cat)
expect "the units are enabled" exits 0 systemctl is-enabled amtguardd.service amtguard-firmware.socket
size=$(dpkg-query -W -f '${Installed-Size}' amtguard)
expect "installed, it takes 40 MB or less" at_most "$size" 40960

expect "so is the place for drop-ins" test -d /etc/amtguard.conf.d
mount -t tmpfs -o mode=1777 later /var/opt
written=$(nsenter --target "$(main_pid)" --mount setpriv --reuid=amtguard --regid=amtguard --clear-groups sh -c '
    for place in /tmp /var/tmp /var/opt /dev/shm /dev/mqueue /run/lock /run/amtguard; do
        if touch "$place/x" 2>/dev/null; then echo "$place"; rm "$place/x"; fi
    done')
umount /var/opt
expect "of what everybody may write, mounted before or after, the guard sees nothing" is "$written" /run/amtguard

echo '# Changed by hand.' >>/etc/amtguard.conf
expect "upgraded" install $successor
expect "without a question, and the configuration is as it was changed" is "$(tail -n 1 /etc/amtguard.conf)" '# Changed by hand.'
eventually "protected" json .verdict protected
expect "the same ports" holds 623,664,8080,16992-16995
expect "downgraded" install $package
eventually "protected" json .verdict protected

# 25 upgrades and 25 downgrades while another program overwrites the list all the time.
eventually "held" json .holds 6
mkdir -p /etc/amtguard.conf.d
printf '[Guard]\nRepairBurst=1000000\n' >/etc/amtguard.conf.d/pace.conf  # It overwrites a thousand times a second.
systemctl reload $unit
touch overwriting
while [[ -e overwriting ]]; do /srv/bench/overwriter repairs 100; done >gaps &
overwriter=$!
began=$SECONDS
for ((i = 0; i < 25; i++)); do
    for deb in $successor $package; do
        dpkg -i "$deb" >dpkg.log 2>&1 || { seen=$(<dpkg.log); fail "round $i: $deb"; }
        sed -nE "s/^Repaired the list (once|([0-9]+) times) in the daemon's absence, while deb-systemd-invoke ran\.$/\2/p" dpkg.log
    done
done >bridged
rm overwriting
wait $overwriter
sort -n gaps >sorted
count=$(wc -l <sorted)
percentile() { echo $(($(sed -n "$(((count * $1 + 99) / 100))p" sorted) / 1000)); }  # in microseconds
absent=$(perl -ne '$n += /\d/ ? $_ : 1; END { print $n + 0 }' bridged)
printf '25 upgrades and 25 downgrades: %s s; %s overwrites, %s of them repaired in the absence of the daemon\n' \
    $((SECONDS - began)) "$count" "$absent"
printf 'without the ports: median %s µs, 99th percentile %s µs, longest %s µs\n' \
    "$(percentile 50)" "$(percentile 99)" "$(percentile 100)"
expect "over 50 upgrades under overwriting the list was never without the ports for a second" is "$(grep -c -- '^-1$' gaps || true)" 0
expect "no daemon gave up because of the stand-in" not told 'another amtguardd guards this host already'
expect "and was repaired in the absence of the daemon, each time" is "$(wc -l <bridged)" 50
# The duration of one restart depends on the processors, which can't be guaranteed. But the overwriter waits for each
# repair: during a restart it writes often only if a repair takes much less time. Without the stand-in it writes once.
expect "twenty times or more in each" at_least "$absent" 1000
eventually "nothing is amiss but the overwrites" json .reasons.0.id contested
expect "the stand-in is not taken for a program that overwrites" is \
    "$(journalctl --no-pager -o cat -u $unit | grep -c 'amtguardd\[[0-9]*\] of judge.service' || true)" 0
expect "with as many descriptors in the store" shows NFileDescriptorStore 6

ids=$(id -u amtguard; id -u amtguard-firmware; id -g amtguard; id -g amtguard-firmware)
planted=(/dev/shm/amtguard-planted /run/planted /tmp/planted)
touch "${planted[@]}"
chown amtguard /run/planted
chgrp amtguard-firmware /tmp/planted
# shellcheck disable=SC2086  # numbers
files=$(ours $ids)
for file in "${planted[@]}" /etc/amtguard.conf /run/amtguard/lock; do
    expect "the search that follows the purge finds $file" like $'\n'"$files"$'\n' "*"$'\n'"$file"$'\n'"*"
done
rm "${planted[@]}"

sysctl -q -w net.ipv4.ip_local_reserved_ports=8080
eventually "a quiet list" holds 623,664,8080,16992-16995
# A helper that goes on, and a policy that keeps packages from stopping services.
printf '[Service]\nExecStart=\nExecStart=/bin/sleep 60\n' >/etc/systemd/system/amtguard-firmware@.service.d/talks.conf
systemctl daemon-reload
perl -MSocket -e 'socket(my $s, AF_UNIX, SOCK_STREAM, 0); connect($s, pack_sockaddr_un("/run/amtguard-firmware.socket")) or die; sleep 60' &
talker=$!
eventually "a helper goes on" pgrep -u amtguard-firmware -x sleep
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod +x /usr/sbin/policy-rc.d
apt-get -qq -y remove amtguard >apt.log 2>&1
kill $talker
rm /usr/sbin/policy-rc.d
eventually "removed, it leaves others' ports alone" holds 8080
expect "and no process" not pgrep -u amtguard,amtguard-firmware
expect "and the configuration" test -e /etc/amtguard.conf
apt-get -qq -y purge amtguard >apt.log 2>&1
expect "purged without a warning" is "$(grep -i warning apt.log || true)" ''
rm -r /etc/systemd/system/amtguard-firmware@.service.d
# shellcheck disable=SC2086  # numbers
files=$(ours $ids)
expect "purged, it leaves no file" is "$files" ''
expect "no user" is "$(getent passwd amtguard amtguard-firmware || true)" ''
expect "no group" is "$(getent group amtguard amtguard-firmware || true)" ''
expect "and others' ports" holds 8080
