# lib.sh: the basis of every stage, inside the booted system; source it first.
#
# A stage uses an administrator's means: systemctl, journalctl, busctl, amtguardctl, /proc. It ends with the first claim
# that does not hold.

set -Eeuo pipefail
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C
[[ $(systemd-detect-virt) == systemd-nspawn ]] || { echo "this would change the host: start it with Tests/boot/run" >&2; exit 1; }

HOST_NETNS=$(</srv/work/host-netns)  # for the overwriter, which refuses to touch that one's list
export HOST_NETNS
list=/proc/sys/net/ipv4/ip_local_reserved_ports
amt=623,664,16992-16995
unit=amtguardd.service
package=/srv/debs/package.deb successor=/srv/debs/successor.deb
: "${PATIENCE:=20}"  # seconds
cd /root

situation() { systemctl status --no-pager --lines=12 --full $unit 2>&1 | cut -c 1-300 | indent; }
# shellcheck source=Tests/claims.sh
source /srv/claims.sh

# Further checks

quiet() { seen=$("$@" 2>&1) && [[ ! $seen ]]; }
shows() { seen=$(systemctl show -P "$1" "${3:-$unit}"); [[ $seen == $2 ]]; }  # PROPERTY PATTERN [UNIT]
told() { seen=$(journalctl --no-pager -o cat -u $unit | tail -n 30); journalctl --no-pager -o cat -u $unit | grep -qF -- "$1"; }
json() {  # PATH VALUE: of amtguardctl --json
    seen=$({ amtguardctl --json 2>&1 || true; } | perl /srv/system/json.pl "$1" 2>&1) || return 1
    [[ $seen == "$2" ]]
}
property() {  # NAME PATTERN: as busctl prints it
    seen=$(busctl --timeout=10 get-property org.amtguard1 /org/amtguard1 org.amtguard1.Manager "$1" 2>&1 || true)
    [[ $seen == $2 ]]
}
attached() {  # the number of programs on writes of settings at the root of the control groups: BPF_PROG_QUERY of BPF_CGROUP_SYSCTL
    perl -e 'sysopen my $d, "/sys/fs/cgroup", 0200000 or die "$!"; my $q = pack "LLLLQLx36", fileno $d, 18;
        syscall(321, 16, $q, 64) == 0 or die "$!"; print unpack "x24L", $q'
}
as_somebody() { runuser -u somebody -- "$@"; }
main_pid() { systemctl show -P MainPID $unit; }

# From the fork of the daemon to READY, and from that of its step, in microseconds: both include making the sandbox.
ready_since() { echo $(($(systemctl show -P ActiveEnterTimestampMonotonic $unit) - $(systemctl show -P "$1TimestampMonotonic" $unit))); }
ready_time() { ready_since ExecMainStart; }
unit_time() { ready_since InactiveExit; }

# From the start of the first process to multi-user.target, in microseconds.
boot_time() { echo $(($(systemctl show -P ActiveEnterTimestampMonotonic multi-user.target) - $(systemctl show -P UserspaceTimestampMonotonic))); }
no_longer_than_plain() {  # within a second; the runner has booted the stage `plain` before
    local plain here
    plain=$(</srv/work/plain-boot) here=$(boot_time)
    printf 'multi-user.target after %s ms; in a plain boot after %s ms; the guard took %s ms\n' \
        $((here / 1000)) $((plain / 1000)) $(($(unit_time) / 1000))
    at_most "$here" $((plain + 1000000))
}

# When the boot is planned, there is no journal yet, and the service manager writes to the console.
no_ordering_cycle() {
    expect "the console says what was said before the journal was there" grep -q 'Queued start job' /srv/work/console
    expect "no job was deleted: no ordering cycle" is \
        "$(cat /srv/work/console <(journalctl --no-pager -o cat) | grep -ci 'ordering cycle' || true)" 0
}
