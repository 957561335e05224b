# lib.sh: the basis of every scenario; source it first. `run` has made the namespaces.
#
# A scenario is judged from outside: by the kernel's list, by amtguardctl, by the guard's messages to the journal,
# standard error, the bus and the service manager, and by its exit status. No claim depends on the speed of a machine:
# each result is waited for, generously.

set -Eeuo pipefail
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C

if [[ ${HOST_NETNS:-} == '' || $(readlink /proc/self/ns/net) == "$HOST_NETNS" ]]; then
    echo "this would change the list of the host itself: start it with Tests/system/run" >&2
    exit 1
fi

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
list=/proc/sys/net/ipv4/ip_local_reserved_ports
amt=623,664,16992-16995
work=/run/t
root=$work/root      # the guard's --root: an emulated /sys, a private /etc and /run
run=$root/run/amtguard
log=$work/guard.log  # the guard's standard error, since its last start
notify=$work/notify  # where the service manager listens
manager_log=$work/manager.log
guard=''
launch=()            # the command that starts the guard: setpriv …
arguments=()         # for the guard's command line
: "${PATIENCE:=20}"  # seconds

mount -t tmpfs -o mode=755 t /run
mkdir -p $work/bin $work/helpers /run/systemd/journal
# Bind mounts: the user nobody may not enter a checkout in a home directory.
mount --bind "$AMTGUARD_BIN" $work/bin
mount --bind "$HELPERS_BIN" $work/helpers
amtguardd=$work/bin/amtguardd amtguardctl=$work/bin/amtguardctl
cd $work

# --------------------------------------------------------------------------------------------------------------------
# Output

situation() {
    if [[ -e $log ]]; then printf '  the guard said last:\n'; tail -n 15 $log | cut -c 1-400 | indent; fi
    if [[ -e $run/state.json ]]; then printf '  its state:\n'; cut -c 1-1500 $run/state.json | indent; fi
}
# shellcheck source=Tests/claims.sh
source "$here/../claims.sh"

skip() { printf 'SKIPPED: %s\n' "$1"; exit 77; }  # REASON

# --------------------------------------------------------------------------------------------------------------------
# Further checks

says() { grep -qF -- "$1" $log; }  # TEXT: on the guard's standard error
says_times() { seen=$(grep -cF -- "$2" $log || true); [[ $seen == "$1" ]]; }
says_in_state() {  # TEXT: in the text of the state file
    seen=$(cat $run/state.json 2>&1) || return 1
    [[ $seen == *"$1"* ]]
}
told_manager() { grep -qE -- "$1" $manager_log; }  # PATTERN
runs() {  # PID: neither gone nor a zombie
    local state
    { read -r _ _ state _ <"/proc/$1/stat"; } 2>/dev/null && [[ $state != Z ]]
}

ctl() {  # ARGUMENT…: amtguardctl, its output in `said` and its exit status in `status`
    status=0
    said=$("$amtguardctl" --root $root "$@" 2>&1) || status=$?
}
exits() {  # STATUS ARGUMENT…: amtguardctl, in place of any command as in claims.sh
    local wanted=$1
    shift
    ctl "$@"
    seen="status $status: $said"
    [[ $status == "$wanted" ]]
}
json() {  # PATH VALUE: of amtguardctl --json
    ctl --json
    seen=$(perl "$here/json.pl" "$1" <<<"$said" 2>&1) || { seen="no $1 in $said"; return 1; }
    [[ $seen == "$2" ]]
}
reason() {  # ID: among the reasons in amtguardctl --json
    ctl --json
    seen=$said
    [[ $said == *'"reasons":'*'{"id":"'"$1"'"'* || $said == *'{"id": "'"$1"'"'* ]]
}

# --------------------------------------------------------------------------------------------------------------------
# The kernel's list

overwrite() { printf '%s\n' "$1" >$list; }  # PORTS: as `sysctl -w` does, and named "bash"

overwrite_and_stay() {  # PORTS: by a process that waits to be named, in `writer`; a process that is gone before the look-up has no name
    perl -e 'open my $f, ">", $ARGV[0] or die "$!"; syswrite $f, "$ARGV[1]\n" or die "$!"; sleep 1000' $list "$1" &
    writer=$!
}

write_whole() {  # FILE: a list of any length; the kernel takes 4,095 bytes per call, and later calls add
    perl -e 'open my $in, "<", $ARGV[0] or die; local $/; my $text = <$in>;
        open my $out, ">", $ARGV[1] or die "$!";
        while (length $text) { my $n = syswrite($out, $text) or die "$!"; substr($text, 0, $n) = "" }' "$1" $list
}

numbers() {  # FILE: each port of a list on its own line, sorted; the kernel answers only one read, so it is a large one
    perl -e 'sysread STDIN, my $text, 1 << 18;
        for (split /[,\n]/, $text) { my ($a, $b) = split /-/; print "$_\n" for $a .. $b // $a }' <"$1" | sort
}

write_elsewhere() {  # PORTS: through a procfs mount of another pid namespace, whose writes no watch of ours sees
    mkdir -p $work/elsewhere
    unshare --mount --pid --fork sh -c "mount -t proc proc $work/elsewhere && printf '%s\n' '$1' >$work/elsewhere${list#/proc}"
}

# --------------------------------------------------------------------------------------------------------------------
# The guard and its surroundings

diverting_card=$here/../../Tools/demo/diverting-card.sh  # DEVICE [TCP-PORTS]: prints its rules
emulate() { "$here/../../Tools/demo/emulated-sys.sh" $root "$1"; }  # amt|none

depart() { rm -rf $root/sys; emulate none; }  # the entries of emulate amt are gone

connect_host() {  # gives the host an interface, eth0, with the address 192.0.2.1; the other end of its cable is eth1
    ip link set lo up
    ip link add eth0 type veth peer name eth1
    ip link set eth0 up
    ip link set eth1 up
    ip addr add 192.0.2.1/24 dev eth0
}

connect_translator() {  # a container (in_container) behind the host's pod0, and a peer (in_peer) behind its host0, a card that diverts
    local name i
    [[ -x $DEMO_BIN/opener ]] || skip "$DEMO_BIN/opener is not built"
    mkdir -p /run/netns
    for name in peer container; do ip netns add $name; done
    in_peer=(ip netns exec peer) in_container=(ip netns exec container)
    ip link set lo up
    ip link add host0 type veth peer name eth0 netns peer
    ip link add pod0 type veth peer name eth0 netns container
    ip addr add 198.51.100.1/24 dev host0
    ip addr add 10.88.0.1/24 dev pod0
    ip link set host0 up
    ip link set pod0 up
    for name in peer container; do ip -n $name link set eth0 up; ip -n $name link set lo up; done
    ip -n peer addr add 198.51.100.2/24 dev eth0
    ip -n container addr add 10.88.0.2/24 dev eth0
    ip -n container route add default via 10.88.0.1
    sysctl -qw net.ipv4.ip_forward=1
    "${in_peer[@]}" "$DEMO_BIN/greeter" 0.0.0.0 7000-7099 &
    greeting() { "${in_peer[@]}" nc.openbsd -d -w 1 127.0.0.1 7099 2>/dev/null | grep -q hello; }
    eventually "the peer greets" greeting
}

ruleset() {  # [RULE]: the card, and this rule that translates, in place of all others, as nftables.service loads them
    local chains=''
    [[ ! ${1:-} ]] || chains=$(printf 'chain postrouting {\n type nat hook postrouting priority srcnat;\n %s\n }' "$1")
    nft -f - <<RULES
flush ruleset
$("$diverting_card" host0)
table ip nat {
    $chains
}
RULES
}

opens() {  # COUNT SECONDS [COMMAND…]: opens so many connections; sets opened, answered, refused, hung, slowest
    local line count=$1 patience=$2
    shift 2
    "$@" "$DEMO_BIN/opener" 198.51.100.2 7000-7099 "$count" "$patience" >opener.log
    while IFS= read -r line; do printf -v "${line%%=*}" %s "${line#*=}"; done <opener.log
    seen=$(tr '\n' ' ' <opener.log)
}

configure() {  # LINE…: below [Guard]
    mkdir -p $root/etc
    printf '%s\n' '[Guard]' "$@" >$root/etc/amtguard.conf
}

start_manager() {
    $work/helpers/service-manager $notify $manager_log &
    manager=$!
    eventually "the service manager listens" told_manager '^bound$'
}

start_unwatched() {  # in the background, nothing else
    umask 077  # the unit's
    NOTIFY_SOCKET=$notify "${launch[@]}" "$amtguardd" --root $root "${arguments[@]}" 2>$log &
    guard=$!
    umask 022
}

readies() { grep -c '^READY=1' $manager_log || true; }
is_ready() { runs $guard || fail "the guard ended before it was ready"; (($(readies) > $1)); }

start_guard() {  # [LINE…]: with these lines of configuration; without any, with the present configuration
    local before
    (($# == 0)) || configure "$@"
    [[ ${manager:-} ]] || start_manager
    before=$(readies)
    start_unwatched
    eventually "the guard is ready" is_ready "$before"
}

ended() { ! runs $guard; }
wait_guard() {  # its exit status in `status`
    eventually "the guard ended" ended
    status=0
    wait $guard || status=$?
}

stop_guard() {
    kill -TERM $guard
    wait_guard
    expect "it ended with exit status 0" is $status 0
}

kill_guard() { kill -KILL $guard; wait_guard; }

descriptors() { find /proc/$guard/fd -type l 2>/dev/null | wc -l; }  # how many the guard has
has_descriptors() { seen=$(descriptors); [[ $seen == "$1" ]]; }      # NUMBER: it may be writing a file at that moment
peak() { awk '/^VmHWM:/ { print $2 }' /proc/$guard/status; }         # the most memory that it had, in KiB
used() { awk '{ sub(/.*\) /, ""); print ($12 + $13) * 10 }' /proc/$guard/stat; }  # its processor time, in ms
is_release() { [[ ${RELEASE:-} == 1 || $(realpath "$AMTGUARD_BIN") == */release ]]; }  # a build as shipped
beats_more() { (($(grep -c WATCHDOG=1 $manager_log) > $1)); }        # COUNT: it has reported to the service manager that the loop turns

reload_guard() {
    local before
    before=$(readies)
    kill -HUP $guard
    eventually "the guard is ready again" is_ready "$before"
}

as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all)
need_nobody() {  # The user nobody can run the built programs: the toolchain may be in a home directory.
    "${as_nobody[@]}" "$amtguardd" --version >/dev/null 2>&1 || skip "the user nobody can't run $AMTGUARD_BIN/amtguardd"
}

mkdir -p $root
touch $manager_log

# --------------------------------------------------------------------------------------------------------------------
# A bus of our own, where the guard below --root looks for the system bus, with the installed policy

bus_socket=$root/run/dbus/system_bus_socket
bus_address=unix:path=$bus_socket

bus_limits=''  # further limits
start_bus() {
    mkdir -p ${bus_socket%/*}
    rm -f $bus_socket
    cat >bus.conf <<CONF
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>$bus_address</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus"/>
  </policy>
  <include>$here/../../systemd/org.amtguard1.conf</include>
  <policy user="root">
    <allow own="org.freedesktop.login1"/>
    <allow own="org.freedesktop.PolicyKit1"/>
    <allow send_destination="org.freedesktop.PolicyKit1"/>
  </policy>
  $bus_limits
  <limit name="max_connections_per_user">5000</limit>
  <limit name="max_completed_connections">5000</limit>
</busconfig>
CONF
    dbus-daemon --config-file=bus.conf --nofork --nopidfile 2>bus.log &
    bus=$!
    eventually "the bus listens" test -S $bus_socket
}
stop_bus() { kill -KILL $bus; wait $bus || true; }

object=(org.amtguard1 /org/amtguard1)
manager_interface=org.amtguard1.Manager
on_bus() { "${as[@]}" busctl --address=$bus_address --timeout=10 "$@" 2>&1; }  # busctl, as the user in `as`
as=()
calls() {  # PATTERN METHOD: the answer to a call of the manager
    seen=$(on_bus call "${object[@]}" $manager_interface "$2" || true)
    [[ $seen == $1 ]]
}
property() {  # NAME VALUE: as busctl prints it
    seen=$(on_bus get-property "${object[@]}" $manager_interface "$1" || true)
    [[ $seen == "$2" ]]
}
has_name() { seen=$(on_bus --no-legend list || true); [[ $seen == *org.amtguard1\ * && $seen != *'org.amtguard1 '*'(activatable)'* ]]; }
