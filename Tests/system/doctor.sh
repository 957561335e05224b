# `amtguardctl doctor` reads what other programs have left, whatever it is, in time and in few lines, and opens no device.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
tree=$root/etc
mkdir -p $tree/sysctl.d $tree/asterisk $tree/unbound $tree/modprobe.d $tree/tuned

examined() {  # STATUS ARGUMENT…: what it exits with, within ten seconds
    local wanted=$1 start=$SECONDS
    shift
    status=0
    said=$(timeout 30 "$amtguardctl" --root $root doctor "$@" 2>&1) || status=$?
    seen="status $status after $((SECONDS - start)) s: $said"
    ((status == wanted && SECONDS - start <= 10))
}
lines() { wc -l <<<"$said"; }

start_bus
start_guard Mode=always AuditSec=1h
eventually "the guard is on the bus" has_name
expect "with a guard and nothing else there is nothing to do" examined 0
expect "an unknown check is wrong usage" examined 64 --only nonsense
expect "and so is none at all" examined 64 --only guard --skip guard
expect "JSON has each finding" examined 0 --json
expect "with its page" is "$(perl "$here/json.pl" .findings.0.link <<<"$said")" '/usr/share/doc/amtguard/docs/DOCTOR.md#guard'

# A second file of sysctl.d takes the ports away at the next boot; the guard would add them.
printf '# mine\nnet.ipv4.ip_local_reserved_ports = 5000\n' >$tree/sysctl.d/50-mine.conf
expect "a writer of the list is a note while somebody guards" examined 0
expect "with file and line" like "$said" '*note*/etc/sysctl.d/50-mine.conf:2*'

# Ports that a program chooses itself.
mkdir $tree/haproxy
printf 'backend b\n    source 0.0.0.0:16000-17000\n' >$tree/haproxy/haproxy.cfg
expect "a range with AMT's ports is a warning" examined 1
expect "with its place, the change and the page" like "$said" '*warning*/etc/haproxy/haproxy.cfg:2*DOCTOR.md#haproxy*'
expect "which can be left out" examined 0 --skip haproxy
rm -r $tree/haproxy
printf '#include /dev/watchdog\n#include "/proc/kmsg"\n#include "rtp.conf"\n[general]\nrtpstart=20000\nrtpend=30000\n' >$tree/asterisk/rtp.conf

# Whatever lies there.
mkfifo $tree/sysctl.d/10-fifo.conf
ln -s nowhere $tree/sysctl.d/11-dangling.conf
ln -s 12-loop.conf $tree/sysctl.d/12-loop.conf
head -c 2000000 /dev/zero | tr '\0' x >$tree/sysctl.d/13-huge.conf
ln -s /dev/null $tree/sysctl.d/14-masked.conf
mkdir $tree/sysctl.d/15-directory.conf
mknod $tree/asterisk/device c 1 5 2>/dev/null || true
ln -s device $tree/unbound/unbound.conf
printf '\33[2J\n\xff\xfe=\n' >$tree/modprobe.d/escape.conf
expect "files that wait, loop, are huge or missing do no harm" examined 0 --verbose
for what in fifo dangling loop huge; do
    expect "$what is named" like "$said" "*/etc/sysctl.d/1?-$what.conf*"
done
expect "a masked file is empty" not like "$said" '*14-masked*'
expect "nothing of them reaches the terminal" not like "$said" $'*\33*'
opened() {  # PATH: whether it is opened for more than its name
    strace -f -e trace=open,openat,openat2 -o trace "$amtguardctl" --root $root doctor >/dev/null 2>&1
    seen=$(grep "$1" trace | grep -v O_PATH)
    [[ $seen ]]
}
for device in watchdog kmsg asterisk/device unbound/unbound.conf; do
    expect "$device is never opened" not opened $device
done
expect "but what it is has been looked at" grep -q 'asterisk/rtp.conf.*O_PATH' trace
expect "and a file is read then" grep -q '"/proc/self/fd/[0-9]*", O_RDONLY' trace

for number in {1..3000}; do mkfifo $tree/sysctl.d/20-$number.conf; done
expect "three thousand of them end in time" examined 0 --verbose
expect "in few lines" at_most "$(lines)" 400
rm -rf $tree/sysctl.d $tree/asterisk $tree/unbound

if "${as_nobody[@]}" "$amtguardctl" --version >/dev/null 2>&1; then
    said=$("${as_nobody[@]}" "$amtguardctl" --root $root doctor 2>&1) && status=0 || status=$?
    expect "without privilege there is nothing to do either" is $status 0
fi
stop_guard
expect "without a guard it says so" examined 1 --only guard
expect "with what to do" like "$said" '*amtguardd does not run*systemctl enable --now amtguardd*'

# A guard of another version.
start_guard Mode=always AuditSec=1h
eventually "a guard is there again" has_name
kill -STOP $guard
perl -pi -e 's/"schema":1/"schema":2/' $run/state.json
stop_bus
expect "one of another version is not called absent" not examined 1 --only guard
expect "nor is it by status" exits 3
expect "which names the cause" like "$said" '*schema 2*Use the amtguardctl of the same version*'
