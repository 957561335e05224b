# The guard is ready before the network and everything that could take a port; the installation is as promised.
source /srv/boot/lib.sh

before() {  # UNIT UNIT: the first was active before the second
    local a b
    a=$(systemctl show -P ActiveEnterTimestampMonotonic "$1")
    b=$(systemctl show -P ActiveEnterTimestampMonotonic "$2")
    seen="$1 $a, $2 $b"
    ((a > 0 && b > 0 && a <= b))
}
expect "the guard is active" is "$(systemctl is-active $unit)" active
for later in network-pre.target sysinit.target basic.target dbus.service multi-user.target; do
    expect "READY came before $later" before $unit $later
done
expect "a neighbour that is ordered as cloud-init is there" before cloud-init-local.service sysinit.target
expect "and its second unit" before cloud-init.service sysinit.target
no_ordering_cycle
expect "no unit failed" is "$(systemctl list-units --failed --no-legend 'amtguard*')" ''
expect "the list is whole" holds $amt
expect "STATUS says the verdict" shows StatusText 'Protected. Required 623,664,16992-16995, 0 repairs, AMT *'
eventually "the emulated AMT is found and judged" json .amt.state provisioned
expect "with its control mode" json .amt.controlMode admin
expect "sharing the host's address" json .amt.interfaces.0.address shared
expect "the verdict is protected" json .verdict protected
expect "whoever writes will be named" json .watch fanotify
expect "nothing needs attention" json .reasons 0
eventually "the shared address is held" json .holds 6
expect "amtguardctl exits with 0" exits 0 amtguardctl
eventually "the bus says so too" property Verdict 's "protected"'

# Their identities.
pid=$(main_pid)
expect "the guard is the user amtguard" is "$(stat -c %U /proc/$pid)" amtguard
line() { sed -n "s/^$1:[[:space:]]*//p" /proc/$2/status; }  # KEY PID
for set in CapPrm CapEff CapBnd CapInh CapAmb; do
    expect "with CAP_NET_ADMIN and CAP_NET_BIND_SERVICE and no other ($set)" is "$(line $set $pid)" 0000000000001400
done
expect "which it can't get more of" is "$(line NoNewPrivs $pid)" 1
expect "under a filter of system calls" is "$(line Seccomp $pid)" 2
expect "one thread" is "$(line Threads $pid)" 1
expect "of no group but its own" like "$(line Groups $pid)" "$(id -g amtguard)?"
expect "no socket of its listens" is "$(ss -Hltnup | grep -c amtguard || true)" 0
expect "what it was handed was taken out of the store: holds alone are there" shows NFileDescriptorStore 6

# The helper: while it waits for a firmware that never answers.
mkdir -p /run/systemd/system/amtguard-firmware@.service.d
sed 's|/srv/amt|/srv/hang|' /etc/systemd/system/amtguard-firmware@.service.d/emulated.conf \
    >/run/systemd/system/amtguard-firmware@.service.d/zz-hang.conf
systemctl daemon-reload
systemctl restart $unit
helper() { seen=$(pgrep -x amtguard-firmwa || pgrep -f '^/usr/sbin/amtguard-firmware --root /srv/hang --answer' || true); [[ $seen ]]; }
eventually "asked again, the helper runs" helper
helper=${seen%%$'\n'*}
expect "as the user amtguard-firmware" is "$(stat -c %U /proc/$helper)" amtguard-firmware
for set in CapPrm CapEff CapBnd CapInh CapAmb; do
    expect "without any capability ($set)" is "$(line $set $helper)" 0000000000000000
done
expect "nor new ones" is "$(line NoNewPrivs $helper)" 1
expect "in a network of its own" not is "$(readlink /proc/$helper/ns/net)" "$(readlink /proc/self/ns/net)"

# It hangs, but delays nothing.
took() { local began; began=$(date +%s%N); "$@"; echo $((($(date +%s%N) - began) / 1000000)); }
milliseconds=$(took systemctl restart $unit)
printf 'restart while the firmware hangs: %s ms\n' "$milliseconds"
expect "a firmware that hangs delays no restart" at_most "$milliseconds" 1500
milliseconds=$(took systemctl stop $unit)
expect "nor a stop" at_most "$milliseconds" 1500
systemctl start $unit
eventually "the guard is back" json .verdict protected

# Where it may write: tested in its own mount namespace, as its user, with its capabilities.
pid=$(main_pid)
in_its_place() {
    nsenter --target "$pid" --mount setpriv --reuid=amtguard --regid=amtguard --clear-groups \
        --inh-caps=-all,+net_admin,+net_bind_service --ambient-caps=-all,+net_admin,+net_bind_service \
        --bounding-set=-all,+net_admin,+net_bind_service "$@"
}
# Opened and closed again, each of them.
written=$(in_its_place perl -MFcntl -e 'sub try { for my $f (glob "$_[0]/*") { -d $f ? try($f) : sysopen(my $h, $f, O_WRONLY) && print "$f\n" } }
    try("/proc/sys")' || true)
expect "of all sysctls one could be opened for writing" is "$written" $list
expect "not net.ipv4.ip_forward" exits 2 in_its_place sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
expect "because it is read-only" like "$said" '*ead-only file system*'
expect "nor the kernel's devices" exits 2 in_its_place sh -c 'echo c >/proc/sysrq-trigger'
expect "nor a file of the system's" exits 2 in_its_place sh -c 'echo x >/etc/x'
seen=$(in_its_place sh -c 'ls /dev' | tr '\n' ' ')
expect "and of devices it sees those that everybody has" not like "$seen" '*mei*'

# The view of an administrator on the units.
expect "systemd-analyze verify is silent" quiet systemd-analyze --man=no verify amtguardd.service amtguard-firmware.socket amtguard-firmware@0.service amtguard-metrics.timer
score() { systemd-analyze security --no-pager "$1" | sed -n 's/.*exposure level for .*: \([0-9]*\)\.\([0-9]\) .*/\1\2/p'; }
printf 'systemd-analyze security, tenths: guard %s\n' "$(score $unit)"
expect "systemd-analyze security: the guard has 1.7 or less" at_most "$(score $unit)" 17
rm -r /run/systemd/system/amtguard-firmware@.service.d /etc/systemd/system/amtguard-firmware@.service.d
systemctl daemon-reload
expect "and the helper, as installed, 1.5 or less" at_most "$(systemd-analyze security --offline=yes --no-pager /usr/lib/systemd/system/amtguard-firmware@.service | sed -n 's/.*exposure level for .*: \([0-9]*\)\.\([0-9]\) .*/\1\2/p')" 15
