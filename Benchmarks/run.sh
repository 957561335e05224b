#!/usr/bin/env bash
# run.sh [latency|memory|wakeups|ready|flood|interleave|sockets|connections|prevented|translated]…: measures amtguardd against its
# targets; without an argument it measures everything, in about a quarter of an hour. It runs in private network, mount and process
# namespaces, with an emulated /sys, and never touches the host's own list. Exit status 0 only if every target was met.
#
#   AMTGUARDD   the daemon: a release build with --static-swift-stdlib, as installed
#   BENCH_BIN   the build directory of this package
#   AMTGUARDCTL the tool, for sockets                (beside the daemon)
#   DEMO_BIN    the build directory of Tools/demo, for connections, prevented and translated
#   HELPERS_BIN the build directory of Tests/system, for prevented and translated
#   ALTERNATIONS=5 OVERWRITES=2000 STARTS=100 AUDITS=10 FLOOD_SECONDS=70 ROUNDS=1000 SEED=1 SOCKETS=100000 ASKINGS=20
#   CONNECTIONS=60000 READINGS=1000000 TRANSLATED=28000 RESTARTS=50 PAIRS=9
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C

fail() { printf 'bench: %s\n' "$1" >&2; exit 2; }

enter() {
    AMTGUARDD=${AMTGUARDD:-$(swift build --package-path "$here/.." -c release --static-swift-stdlib --show-bin-path)/amtguardd}
    BENCH_BIN=${BENCH_BIN:-$(swift build --package-path "$here" -c release --static-swift-stdlib --show-bin-path)}
    for program in "$AMTGUARDD" "$BENCH_BIN"/{bare-loop,overwriter,ready-time,interleave,many-sockets}; do
        [[ -x $program ]] || fail "$program is not built; 'make bench' builds it"
    done
    AMTGUARDD=$(realpath "$AMTGUARDD") BENCH_BIN=$(realpath "$BENCH_BIN")
    AMTGUARDCTL=$(realpath "${AMTGUARDCTL:-${AMTGUARDD%/*}/amtguardctl}")
    DEMO_BIN=$(realpath "${DEMO_BIN:-$(swift build --package-path "$here/../Tools/demo" -c release --show-bin-path)}")
    HOST_NETNS=$(readlink /proc/self/ns/net)
    HELPERS_BIN=$(realpath "${HELPERS_BIN:-$(swift build --package-path "$here/../Tests/system" -c release --show-bin-path)}")
    export AMTGUARDD AMTGUARDCTL BENCH_BIN DEMO_BIN HELPERS_BIN HOST_NETNS BENCH_INSIDE=1

    local namespaces=(--net --mount --pid --fork --kill-child --mount-proc)
    if [[ $EUID -eq 0 ]] && unshare "${namespaces[@]}" true 2>/dev/null; then
        :
    elif unshare --map-root-user "${namespaces[@]}" true 2>/dev/null; then
        namespaces+=(--map-root-user)
    else
        fail "run it as root: this system lets ordinary users have no user namespace of their own"
    fi
    exec unshare "${namespaces[@]}" bash "${BASH_SOURCE[0]}" "$@"
}

[[ ${BENCH_INSIDE:-} ]] || enter "$@"

# ---------------------------------------------------------------------------------------------------------------------

list=/proc/sys/net/ipv4/ip_local_reserved_ports
work=/run/bench
missed=0

row() { printf '  %-46s %18s   %s\n' "$1" "$2" "${3:-}"; }
target() {  # NAME VALUE UNIT LIMIT: VALUE must not exceed LIMIT
    local verdict=met
    awk -v value="$2" -v limit="$4" 'BEGIN { exit !(value <= limit) }' || { verdict=MISSED; missed=$((missed + 1)); }
    row "$1" "$2 $3" "target <= $4: $verdict"
}
title() { printf '\n%s\n' "$1"; }

# Milliseconds or microseconds from a column of nanoseconds: min, median, p99, max and the number of -1.
summary() {  # DIVISOR FILE…: sets min, median, p99, max, lost, count
    local divisor=$1
    shift
    read -r min median p99 max lost count < <(sort -n "$@" | awk -v d="$divisor" '
        $1 < 0 { lost++; next }
        { a[++n] = $1 }
        function at(q) { i = int(q * n + 0.999999); return a[i < 1 ? 1 : i > n ? n : i] / d }
        END { printf "%.1f %.1f %.1f %.1f %d %d\n", at(0), at(.5), at(.99), at(1), lost, n + lost }')
}

whole() { grep -q '16992-16995' $list && grep -q '623' $list && grep -q '664' $list; }
within() {  # SECONDS CHECK…
    local end=$((SECONDS + $1 + 1))
    shift
    until "$@"; do
        ((SECONDS < end)) || return 1
        sleep 0.02
    done
}

guard='' log=$work/guard.log
launch=()  # the command that starts it
begin() {  # amt|none LINE…: starts the guard on such a machine with these lines of configuration
    local kind=$1
    shift
    rm -rf $work/root
    "$here/../Tools/demo/emulated-sys.sh" $work/root "$kind"
    printf '%s\n' '[Guard]' "$@" >$work/root/etc/amtguard.conf
    printf '\n' >$list
    "${launch[@]}" "$AMTGUARDD" --root $work/root >/dev/null 2>$log &
    guard=$!
    if [[ $kind == amt ]]; then
        within 5 whole || { tail -n 5 $log >&2; fail "amtguardd did not reserve the ports"; }
    fi
}
end() {
    kill -TERM $guard 2>/dev/null || { tail -n 5 $log >&2; fail "amtguardd ended by itself"; }
    wait $guard || true
}

fast=(RepairBurst=100000 RepairsPerSec=100000)  # these do not measure the pace

# A program that polls for the result on the processor of the guard sees it only when the guard sleeps again. By then
# the guard has also looked for the writer: two thirds of such a figure are not the repair. So each gets a processor of
# its own; the figures with the scheduler's own choice are shown beside it.
latency() {
    title "From an overwriting write() to the whole list, microseconds ($ALTERNATIONS x $OVERWRITES overwrites each, in turn)"
    printf '  %-12s %10s %10s %10s %10s %8s\n' '' min median p99 max lost
    if (($(nproc) > 1)); then
        latency_on "a processor each" "taskset -c 1" "taskset -pc 0"
        target "amtguardd's median / the bare loop's" "$ratio" '' 3
    fi
    latency_on "as scheduled" "" ""
    row "amtguardd's median / the bare loop's" "$ratio"
    target "overwrites not repaired within 1 s" "$all_lost" '' 0
}
ratio='' all_lost=0
latency_on() {  # PLACEMENT PREFIX PIN: sets ratio, adds to all_lost
    local placement=$1 prefix=$2 pin=$3 turn floor
    rm -f $work/floor.* $work/guard.[0-9]*
    for ((turn = 1; turn <= ALTERNATIONS; turn++)); do
        "$BENCH_BIN/bare-loop" &
        guard=$!
        [[ ! $pin ]] || $pin $guard >/dev/null
        within 5 whole
        $prefix "$BENCH_BIN/overwriter" repairs "$OVERWRITES" >"$work/floor.$turn"
        kill $guard
        wait $guard || true

        begin amt "${fast[@]}"
        [[ ! $pin ]] || $pin $guard >/dev/null
        $prefix "$BENCH_BIN/overwriter" repairs "$OVERWRITES" >"$work/guard.$turn"
        end
    done
    printf '  %s\n' "$placement"
    summary 1000 $work/floor.*
    printf '  %-12s %10s %10s %10s %10s %8s\n' 'bare loop' "$min" "$median" "$p99" "$max" "$lost of $count"
    floor=$median
    summary 1000 $work/guard.[0-9]*
    printf '  %-12s %10s %10s %10s %10s %8s\n' amtguardd "$min" "$median" "$p99" "$max" "$lost of $count"
    ratio=$(awk "BEGIN { printf \"%.2f\", $median / $floor }")
    all_lost=$((all_lost + lost))
}

memory_of() {  # WHEN
    local field
    for field in Rss Pss Private_Dirty; do
        row "$field, $1" "$(awk -v f="$field:" '$1 == f { print $2 }' /proc/$guard/smaps_rollup) KiB"
    done
    row "threads, $1" "$(find /proc/$guard/task -mindepth 1 -maxdepth 1 | wc -l)"
}

memory() {
    title "Memory"
    begin amt "${fast[@]}"
    sleep 5
    memory_of "idle for 5 s"
    "$BENCH_BIN/overwriter" repairs 10000 >$work/many
    summary 1000 $work/many
    sleep 5
    memory_of "after $((count - lost)) repairs and 5 s"
    end
}

switches() { cat /proc/"$guard"/task/*/status | awk '/^voluntary_ctxt_switches/ { sum += $2 } END { print sum }'; }
wakeups_in() {  # SECONDS: how often the guard woke up without a cause in that time
    local before after
    before=$(switches)
    sleep "$1"
    after=$(switches)
    echo $((after - before))
}

wakeups() {
    title "Wake-ups when nothing happens ($AUDITS s, AuditSec=1s)"
    begin amt AuditSec=1s
    sleep 8  # after the work that follows a start
    # One per audit, and one more audit may fall at the edges of the time.
    target "wake-ups in $AUDITS audits" "$(wakeups_in "$AUDITS")" '' $((AUDITS + 1))
    end
    begin none AuditSec=1s
    sleep 8
    target "wake-ups where AMT is impossible" "$(wakeups_in "$AUDITS")" '' 0
    end
}

ready() {
    title "From fork and exec to READY=1, milliseconds ($STARTS starts)"
    begin amt
    end
    "$BENCH_BIN/ready-time" "$STARTS" "$AMTGUARDD" --root $work/root >$work/ready
    summary 1000000 $work/ready
    row "fastest" "$min ms"
    target "median" "$median" ms 10
    row "slowest" "$max ms"
    target "starts without READY=1" "$lost" '' 0
}

ticks() { sed 's/.*) //' /proc/$guard/stat | awk '{ print $12 + $13 }'; }  # utime + stime

flood() {
    local before after hertz written
    title "A program that overwrites the list 1,000 times a second and never stops ($FLOOD_SECONDS s, the ordinary pace)"
    hertz=$(getconf CLK_TCK)
    begin amt
    sleep 1
    before=$(ticks)
    written=$("$BENCH_BIN/overwriter" flood 1000 "$FLOOD_SECONDS")
    after=$(ticks)
    row "overwrites" "$written"
    target "of one core" \
        "$(awk "BEGIN { printf \"%.2f\", 100 * ($after - $before) / $hertz / $FLOOD_SECONDS }")" % 1
    row "lines told in that time" "$(wc -l <$log)"
    row "of them, that the list is repeatedly overwritten" "$(grep -c 'is repeatedly overwritten' $log || true)"
    if within 2 whole; then after=0; else after=1; fi
    target "list not whole 2 s after the last" $after '' 0
    end
}

interleave() {
    local result=0
    title "Random interleavings: other writers, and a guard that is killed and started again ($ROUNDS, seed $SEED)"
    begin amt
    end
    "$BENCH_BIN/interleave" "$ROUNDS" "$SEED" $work/root "$AMTGUARDD" --root $work/root >$work/rounds || result=$?
    number() { sed -n "s/^$1=//p" $work/rounds; }
    [[ $(number rounds) == "$ROUNDS" ]] || fail "interleave ended with status $result"
    row "SIGKILLs" "$(number kills)"
    target "rounds that lost a required port" "$(number required_lost)" '' 0
    target "rounds that lost a port of others" "$(number others_lost)" '' 0
    target "rounds in which the guard ended by itself" "$(number died)" '' 0
    row "took" "$(number seconds) s"
}

private_memory() { awk '/^Private_Dirty:/ { print $2 }' /proc/"$guard"/smaps_rollup; }
asked() {  # FILE: how long amtguardctl victims takes, with a look of the guard at the sockets each time
    local turn before
    for ((turn = 0; turn < ASKINGS; turn++)); do
        sleep 1.1  # the guard's report is never older than a second
        before=${EPOCHREALTIME/./}
        "$AMTGUARDCTL" victims >$work/victims 2>&1 || (($? == 1)) || fail "amtguardctl victims: $(tail -n 1 $work/victims)"
        echo $((${EPOCHREALTIME/./} - before))
    done >"$1"
}

sockets() {
    local bus crowd victims before after
    title "Who is a victim among $SOCKETS open sockets, milliseconds ($ASKINGS askings)"
    [[ -x $AMTGUARDCTL ]] || fail "$AMTGUARDCTL is not built; 'make bench' builds it"
    ip link add here type veth peer name there
    ip link set here up
    ip link set there up
    ip address add 192.0.2.20/24 dev here
    printf '%s' '<busconfig><type>session</type><listen>unix:path='$work'/bus</listen><auth>EXTERNAL</auth>' \
        '<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>' >bus.conf
    dbus-daemon --config-file=bus.conf --nofork --nopidfile 2>bus.log &
    bus=$!
    within 5 test -S $work/bus || fail "dbus-daemon: $(tail -n 1 bus.log)"
    export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$work/bus
    begin amt Mode=always
    asked none
    before=$(private_memory)
    "$BENCH_BIN/many-sockets" "$SOCKETS" >crowd.log &
    crowd=$!
    "$BENCH_BIN/many-sockets" victims 192.0.2.20 16992 16994 16995 >victims.log &
    victims=$!
    within 60 grep -q open crowd.log || fail "the sockets could not be opened"
    within 5 grep -q open victims.log || fail "the three sockets could not be opened"
    row "sockets" "$(awk '/^TCP:/ { print $3 }' /proc/net/sockstat)"
    asked many
    [[ $(awk '/^Victims:/ { print $2 }' $work/victims) == 3 ]] || fail "amtguardctl found: $(head -n 1 $work/victims)"
    summary 1000 none
    row "amtguardctl victims, with none open: median" "$median ms"
    summary 1000 many
    target "amtguardctl victims: median" "$median" ms 50
    row "the slowest" "$max ms"
    sleep 5
    after=$(private_memory)
    row "Private_Dirty before and after" "$before, $after KiB"
    target "more memory than before" $((after > before ? after - before : 0)) KiB 64
    kill $crowd $victims
    end
    kill $bus
    wait $crowd $victims $bus || true
}

opened() {  # COUNT: sets opened, hung, ports, seconds of so many connections that the kernel chooses the local ports of
    local line
    opened=0 hung=0 ports='' seconds=0
    timeout 900 "$DEMO_BIN/opener" 198.51.100.2 22 "$1" 3 >$work/opened || fail "opener: $(tail -n 1 $work/opened)"
    while IFS= read -r line; do printf -v "${line%%=*}" %s "${line#*=}"; done <$work/opened
}

peer='' greeter=''
meet_peer() {  # a neighbour behind a card that diverts, who greets
    [[ -x $DEMO_BIN/opener ]] || fail "$DEMO_BIN/opener is not built; 'make bench' builds it"
    unshare --net sleep 1000 &
    peer=$!
    elsewhere() { [[ $(readlink /proc/$peer/ns/net) != "$(readlink /proc/self/ns/net)" ]]; }
    within 5 elsewhere || fail "the peer's namespace did not come up"
    ip link add host0 type veth peer name peer0 netns $peer
    ip address add 198.51.100.1/24 dev host0
    ip link set host0 up
    nsenter --target $peer --net ip address add 198.51.100.2/24 dev peer0
    nsenter --target $peer --net ip link set peer0 up
    "$here/../Tools/demo/diverting-card.sh" host0 | nft -f - || fail "the kernel lacks nf_tables' netdev ingress hook"
    sysctl -qw net.ipv4.ip_local_reserved_ports=''
    nsenter --target $peer --net "$DEMO_BIN/greeter" 198.51.100.2 22 &
    greeter=$!
}
part_from_peer() {
    kill $greeter $peer
    wait $greeter $peer 2>/dev/null || true
}

connections() {
    local writer
    title "Connections from the range 1024-65535 over a card that diverts, while the list is overwritten 1,000 times a second (minutes: past half of the range the kernel walks all of it for each)"
    meet_peer
    sysctl -qw net.ipv4.ip_local_port_range='1024 65535'
    opened 64512
    row "without amtguard, until the range is exhausted" "$opened opened" "$hung hung, from $ports"
    [[ $ports == '16992 16993 16994 16995' ]] || fail "without amtguard all four ports should have hung"
    begin amt Mode=always
    holding() { grep -q '^Holding 198.51.100.1 tcp 623,664,16992-16995' $log; }
    within 5 holding || fail "nothing is held: $(tail -n 1 $log)"
    "$BENCH_BIN/overwriter" flood 1000 900 >$work/written &
    writer=$!
    opened "$CONNECTIONS"
    row "with amtguard" "$opened opened" "in $seconds s"
    target "connections that were not opened" $((CONNECTIONS - opened)) '' 0
    target "connections that hung" "$hung" '' 0
    kill $writer
    end
    wait $writer 2>/dev/null || true
    part_from_peer
}

# Armed, as the unit does it: a step as root, then the guard with what the step hands over.
supervisor=''
begin_armed() {  # fanotify|bpf LINE…: sets guard, supervisor
    rm -rf $work/root
    "$here/../Tools/demo/emulated-sys.sh" $work/root amt
    local -x AMTGUARD_PROGRAM=/nonexistent
    [[ $1 != bpf ]] || AMTGUARD_PROGRAM=${AMTGUARDD%/*}/list.bpf.o
    printf '%s\n' '[Guard]' "${@:2}" >$work/root/etc/amtguard.conf
    printf '\n' >$list
    : >$work/armed.log
    "$HELPERS_BIN/service-manager" $work/armed $work/armed.log "$AMTGUARDD" --root $work/root --arm -- \
        "$AMTGUARDD" --root $work/root >/dev/null 2>$log &
    supervisor=$!
    ready_again() { grep -q '^READY=1' $work/armed.log; }
    within 5 ready_again || { tail -n 5 $log >&2; fail "the armed amtguardd is not ready"; }
    guard=$(sed -n 's/^main //p' $work/armed.log)
    grep -q "watching by $1" $log || fail "it does not watch by $1: $(grep watching $log)"
}
end_armed() {
    kill -TERM $guard
    wait $supervisor || true
}

# The range is so small that the kernel meets the required ports soon. Nothing is held, so only the list keeps them free.
prevented() {
    local rung writer elsewhere run before
    title "No write takes the ports away: connections from the range 16000-20000 over a card that diverts, nothing held, while the list is overwritten without pause"
    meet_peer
    sysctl -qw net.ipv4.ip_local_port_range='16000 20000'
    for rung in fanotify bpf; do
        begin_armed $rung Mode=always '[Hold]' Hold=off
        "$BENCH_BIN/overwriter" flood 10000000 900 >$work/written &
        writer=$!
        for run in 1 2 3; do
            opened 3500
            row "$rung, run $run" "$opened opened" "$hung hung${ports:+, from $ports}"
            [[ $rung == fanotify ]] || target "connections that hung" "$hung" '' 0
        done
        row "$rung, readings that lacked a required port" "$("$BENCH_BIN/overwriter" lacks 100000) of 100000"
        kill $writer
        end_armed
    done
    begin_armed bpf Mode=always '[Hold]' Hold=off
    unshare --mount --pid --fork --kill-child --mount-proc "$BENCH_BIN/overwriter" flood 10000000 900 >$work/written &
    elsewhere=$!
    opened 3500
    target "overwritten through another mount of /proc: connections that hung" "$hung" '' 0
    target "of $READINGS readings those that lacked a required port" "$("$BENCH_BIN/overwriter" lacks "$READINGS")" '' 0
    kill -KILL $elsewhere  # It ignores SIGTERM while its child runs.
    wait $writer $elsewhere 2>/dev/null || true
    end_armed
    part_from_peer

    title "What that costs, without and with the program in the kernel"
    "$BENCH_BIN/overwriter" writes 2000 >$work/writes
    summary 1000 $work/writes
    row "a write, µs, without amtguard" "$median" "p99 $p99"
    for rung in fanotify bpf; do
        begin_armed $rung Mode=always "${fast[@]}"
        sleep 3
        memory_of "by $rung"
        "$BENCH_BIN/overwriter" writes 2000 >$work/writes
        summary 1000 $work/writes
        row "a write, µs, by $rung" "$median" "p99 $p99"
        before=$(ticks)
        "$BENCH_BIN/overwriter" flood 1000 20 >$work/written
        row "processor time at 1,000 overwrites a second, by $rung" "$((($(ticks) - before) * 10)) ms in 20 s"
        end_armed
    done
}

# What makes amtguardd use an ordinary table, as on a kernel without tables that have an owner.
without_owners=(env AMTGUARD_UNOWNED_TABLE=1)

namespace() {  # NAME: makes a network namespace; sets the variable NAME to the command that enters it
    local pid
    unshare --net sleep 10000 &
    pid=$!
    elsewhere() { [[ $(readlink /proc/$pid/ns/net) != "$(readlink /proc/self/ns/net)" ]]; }
    within 5 elsewhere || fail "the namespace $1 did not come up"
    printf -v "$1" %s "nsenter --target $pid --net"
    namespaces+=("$pid")
}

# The card that diverts, and this rule of the host's, in one transaction, as nftables.service does it.
ruleset() {  # RULE
    nft -f - <<RULES || fail "nf_tables refused: $1"
flush ruleset
$("$here/../Tools/demo/diverting-card.sh" host0)
table ip nat {
    chain postrouting {
        type nat hook postrouting priority srcnat;
        $1
    }
}
RULES
}

calls() {  # SECONDS COUNT PORTS [LOCAL-PORTS]: as many connections to each of the seven destinations, by `caller`; sums up
    local line destination
    local -A sum=([opened]=0 [answered]=0 [refused]=0 [hung]=0)
    slowest=0
    for destination in 198.51.100.{2..8}; do
        # shellcheck disable=SC2086  # a command of several words
        timeout 900 $caller "$DEMO_BIN/opener" $destination "$3" "$2" "$1" ${4:-} >calls.log || fail "opener: $(tail -n 1 calls.log)"
        while IFS= read -r line; do
            case ${line%%=*} in
            opened | answered | refused | hung) sum[${line%%=*}]=$((${sum[${line%%=*}]} + ${line#*=})) ;;
            slowest) slowest=$(printf '%s\n' "$slowest" "${line#*=}" | sort -g | tail -n 1) ;;
            esac
        done <calls.log
    done
    opened=${sum[opened]} answered=${sum[answered]} refused=${sum[refused]} hung=${sum[hung]}
}
unguarded() {  # WHAT COUNT PORTS [LOCAL-PORTS]
    calls 2 "${@:2}"
    row "$1, without amtguard" "$opened opened" "$hung hung"
    ((hung > 0)) || fail "without amtguard none hung, so this run proves nothing: try it again"
}
guarded() {  # WHAT COUNT PORTS [LOCAL-PORTS]
    calls 8 "${@:2}"  # a connection that is dropped twice is refused after three seconds
    row "$1, with amtguard" "$opened opened" "$refused refused, slowest $slowest s"
    target "connections that hung" $((opened - answered - refused)) '' 0
}
has_table() { nft list tables 2>/dev/null | grep -qx 'table ip amtguard'; }
no_table() { ! has_table; }
redrawing() {  # LINE…: starts the guard, and waits for its table
    begin amt Mode=always AuditSec=1s "$@" '[Hold]' Hold=off
    within 5 has_table || { tail -n 5 $log >&2; fail "amtguardd loaded no table"; }
}
counter() { nft list counter ip amtguard "$1" | awk '/packets/ { print $2 }'; }

translated() {
    local namespaces=() peer container caller range restarts manager flusher kept rate pair with without i
    title "Connections whose source is translated, over a card that diverts"
    namespace peer
    namespace container
    ip link add host0 type veth peer name peer0 netns "${namespaces[0]}"
    ip link add pod0 type veth peer name eth0 netns "${namespaces[1]}"
    ip address add 198.51.100.1/24 dev host0
    ip address add 10.88.0.1/24 dev pod0
    ip link set host0 up
    ip link set pod0 up
    for i in 2 3 4 5 6 7 8; do $peer ip address add 198.51.100.$i/24 dev peer0; done
    $peer ip link set peer0 up
    $container ip address add 10.88.0.2/24 dev eth0
    $container ip link set eth0 up
    $container ip link set lo up
    $container ip route add default via 10.88.0.1
    sysctl -qw net.ipv4.ip_forward=1
    # A wide one: past half of the range the kernel would walk all of it for each connection.
    range='1024 65535'
    sysctl -qw net.ipv4.ip_local_port_range="$range"
    $container sysctl -qw net.ipv4.ip_local_port_range="$range"
    $peer "$DEMO_BIN/greeter" 0.0.0.0 7000-7100 &
    namespaces+=("$!")
    caller=$container

    local random='oifname "host0" masquerade fully-random'
    ruleset "$random"
    # A connection that has hung stays in connection tracking, with its port. None is left when the next runs begin.
    sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_syn_sent=5
    unguarded "a container behind fully-random" "$TRANSLATED" 7000
    unguarded "from ports 600-1023" 720 7001-7025 600-1023
    caller=''
    unguarded "the host's own behind fully-random" "$TRANSLATED" 7000
    caller=$container
    ruleset 'oifname "host0" masquerade'
    $container sysctl -qw net.ipv4.ip_local_port_range='16990 17000'
    unguarded "plain, a range of 16990-17000 in the container" 150 7001-7100
    $container sysctl -qw net.ipv4.ip_local_port_range="$range"

    sleep 6
    ruleset "$random"
    redrawing
    guarded "a container behind fully-random" "$TRANSLATED" 7000
    guarded "from ports 600-1023" 720 7001-7025 600-1023
    caller=''
    guarded "the host's own behind fully-random" "$TRANSLATED" 7000
    caller=$container
    row "first packets that were dropped, to be drawn anew" "$(counter redrawn)"
    ruleset 'oifname "host0" masquerade'
    $container sysctl -qw net.ipv4.ip_local_port_range='16990 17000'
    guarded "plain, a range of 16990-17000 in the container" 150 7001-7100
    ((refused > 0)) || fail "no port of AMT's was tried, so this run proves nothing"
    target "seconds until the slowest was answered or refused" "$slowest" s 2.5
    $container sysctl -qw net.ipv4.ip_local_port_range="$range"

    title "The same while nf_tables' rules are flushed and loaded ten times a second"
    kept=$(nft -a list table ip amtguard | sed -n 1p)
    while sleep 0.1; do ruleset "$random"; done &
    flusher=$!
    guarded "a container behind fully-random" "$TRANSLATED" 7000
    kill $flusher
    wait $flusher || true
    row "the table of before is there" "$([[ $(nft -a list table ip amtguard | sed -n 1p) == "$kept" ]] && echo yes || echo no)"
    end
    within 5 no_table || fail "the table is still there after the end"

    title "The same while amtguardd is restarted $RESTARTS times, its socket in the service manager's store"
    ruleset "$random"
    : >manager.log
    RESTARTS=$RESTARTS "$HELPERS_BIN/service-manager" $work/manager manager.log "$AMTGUARDD" --root $work/root --check \
        -- "$AMTGUARDD" --root $work/root 2>$log &
    manager=$!
    within 5 has_table || { tail -n 5 $log >&2; fail "amtguardd loaded no table"; }
    kept=$(nft -a list table ip amtguard | sed -n 1p)
    "$BENCH_BIN/table-gaps" amtguard >gaps &
    restarts=$!
    calls_done() { [[ -e called ]]; }
    rm -f called
    { guarded "a container behind fully-random" "$TRANSLATED" 7000; echo $missed >called; } &
    flusher=$!
    for ((i = 1; i <= RESTARTS; i++)); do
        ready() { (($(grep -c '^READY=1' manager.log) >= i)); }
        within 10 ready || fail "the daemon did not start for the $i. time: $(tail -n 1 $log)"
        sleep 0.3
        kill -TERM "$(sed -n 's/^main //p' manager.log | tail -n 1)"
    done
    wait $flusher
    missed=$(<called)
    kill -TERM $restarts
    wait $restarts
    row "restarts" "$(($(grep -c '^main' manager.log) - 1))"
    target "moments without the table" "$(wc -l <gaps)" '' 0
    row "the table of before is there" "$([[ $(nft -a list table ip amtguard | sed -n 1p) == "$kept" ]] && echo yes || echo no)"
    kill -KILL $manager
    wait $manager || true
    within 5 no_table || fail "the table is still there without the service manager"

    title "Without tables that have an owner: for how long the table is gone when the rules are flushed (100 times)"
    launch=("${without_owners[@]}")
    redrawing RepairBurst=1000 RepairsPerSec=1000
    launch=()
    "$BENCH_BIN/table-gaps" amtguard >gaps &
    restarts=$!
    for ((i = 0; i < 100; i++)); do
        sleep 0.1
        ruleset "$random"
    done
    within 5 has_table || fail "the table did not come back"
    kill -TERM $restarts
    wait $restarts
    summary 1000000 gaps
    row "times that it was gone" "$count"
    ((count >= 90)) || fail "it was seldom gone: does this daemon use an ordinary table?"
    target "milliseconds, median" "$median" ms 100
    row "the longest" "$max ms"
    target "times that it did not come back" "$lost" '' 0
    end

    # With, without, without, with: so a machine that becomes slower or faster in the meantime favours neither.
    title "The rate of new translated connections with the table and without ($PAIRS times two of each)"
    # From ports that are not AMT's: one connection that hangs would take longer than all others.
    ruleset 'oifname "host0" meta l4proto tcp masquerade to :20000-65535 fully-random'
    begin amt Mode=always '[Hold]' Hold=off '[NAT]' Redraw=no
    rate() {  # yes|no DESTINATION: connections a second, on standard output
        printf '[Guard]\nMode=always\n[Hold]\nHold=off\n[NAT]\nRedraw=%s\n' "$1" >$work/root/etc/amtguard.conf
        kill -HUP $guard
        if [[ $1 == yes ]]; then within 5 has_table; else within 5 no_table; fi || fail "Redraw=$1 had no effect"
        sleep 1
        $container "$DEMO_BIN/opener" 198.51.100."$2" 7000 16000 8 |
            awk -F = '{ v[$1] = $2 } END { printf "%.0f\n", v["opened"] / (v["seconds"] + 0.000001) }'
    }
    for ((pair = 0; pair < PAIRS; pair++)); do
        # Each run has a destination whose ports no run before it has just used.
        with=$(rate yes $((2 + 4 * pair % 7)))
        without="$(rate no $((2 + (4 * pair + 1) % 7))) $(rate no $((2 + (4 * pair + 2) % 7)))"
        echo "$with $(rate yes $((2 + (4 * pair + 3) % 7))) $without"
    done >rates
    middle() { awk "{ print $1 }" rates | sort -g | awk '{ a[NR] = $1 } END { printf "%.5g", a[int((NR + 1) / 2)] }'; }
    row "with the table, median" "$(middle '($1 + $2) / 2') a second"
    row "without" "$(middle '($3 + $4) / 2') a second"
    rate=$(middle '($1 + $2) / ($3 + $4)')
    row "with / without, median" "$rate"
    target "less than without" "$(awk "BEGIN { printf \"%.3f\", 1 - $rate }")" '' 0.03
    end
    kill "${namespaces[@]}"
    wait "${namespaces[@]}" 2>/dev/null || true
}

mount -t tmpfs -o mode=755 bench /run
[[ -x $AMTGUARDD ]] || fail "move the checkout: below /run the benchmark hides it from itself"
mkdir -p $work
cd $work
export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$work/no-bus
ip link set lo up 2>/dev/null || true
: "${ALTERNATIONS:=5}" "${OVERWRITES:=2000}" "${STARTS:=100}" "${AUDITS:=10}" "${FLOOD_SECONDS:=70}" "${ROUNDS:=1000}"
: "${SEED:=1}" "${SOCKETS:=100000}" "${ASKINGS:=20}" "${CONNECTIONS:=60000}" "${READINGS:=1000000}"
: "${TRANSLATED:=28000}" "${RESTARTS:=50}" "${PAIRS:=9}"

printf 'amtguardd %s bytes; %s cores; Linux %s\n' "$(stat -Lc %s "$AMTGUARDD")" "$(nproc)" "$(uname -r)"
(($# > 0)) || set -- latency memory wakeups ready flood interleave sockets connections prevented translated
for part; do
    case $part in
    latency | memory | wakeups | ready | flood | interleave | sockets | connections | prevented | translated) $part ;;
    *) fail "there is no part '$part'" ;;
    esac
done

printf '\n'
if ((missed > 0)); then
    printf '%s targets missed.\n' "$missed"
    exit 1
fi
printf 'Every target was met.\n'
