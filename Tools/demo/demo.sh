#!/usr/bin/env bash
# demo.sh: shows what Intel AMT does to a host's connections, and what amtguard does about it, in half a minute.
#
# Everything happens in private network, mount, process (and, for an ordinary user, user) namespaces with a private
# /run: the script reads nothing of importance on the host, writes nothing there, and leaves nothing to clean up. Every
# sentence that begins with "held" was checked at that moment. Exit status 0 only if all of them held.
#
#   AMTGUARDD, AMTGUARDCTL, AMTGUARD_FIRMWARE   the programs to show
#   MEI_EMULATOR                                the emulator that answers for the firmware
#   DEMO_BIN                                    the build directory of this package's opener and greeter
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C

fail() { printf 'demo: %s\n' "$1" >&2; exit 2; }

# ---------------------------------------------------------------------------------------------------------------------
# Outside: the requirements, and the way into the namespaces

need() {  # PROGRAM PACKAGE
    command -v "$1" >/dev/null || fail "$1 is missing; on Debian: apt install $2"
}

enter() {
    local built
    need unshare util-linux
    need nsenter util-linux
    need ip iproute2
    need ss iproute2
    need nft nftables
    need nc.openbsd netcat-openbsd
    need nc.traditional netcat-traditional
    need sysctl procps
    need systemd-socket-activate systemd

    if [[ -z ${AMTGUARDD:-} || -z ${AMTGUARDCTL:-} || -z ${AMTGUARD_FIRMWARE:-} ]]; then
        built=$(swift build --package-path "$here/../.." -c release --show-bin-path)
        : "${AMTGUARDD:=$built/amtguardd}" "${AMTGUARDCTL:=$built/amtguardctl}"
        : "${AMTGUARD_FIRMWARE:=$built/amtguard-firmware}"
    fi
    : "${MEI_EMULATOR:=$(swift build --package-path "$here/../mei-emulator" -c release --show-bin-path)/mei-emulator}"
    DEMO_BIN=${DEMO_BIN:-$(swift build --package-path "$here" -c release --show-bin-path)}
    for program in "$AMTGUARDD" "$AMTGUARDCTL" "$AMTGUARD_FIRMWARE" "$MEI_EMULATOR" "$DEMO_BIN"/{opener,greeter}; do
        [[ -x $program ]] || fail "$program is not built; 'make demo' builds it"
    done
    AMTGUARDD=$(realpath "$AMTGUARDD") AMTGUARDCTL=$(realpath "$AMTGUARDCTL") DEMO_BIN=$(realpath "$DEMO_BIN")
    AMTGUARD_FIRMWARE=$(realpath "$AMTGUARD_FIRMWARE") MEI_EMULATOR=$(realpath "$MEI_EMULATOR")
    export AMTGUARDD AMTGUARDCTL AMTGUARD_FIRMWARE MEI_EMULATOR DEMO_BIN DEMO_INSIDE=1

    local namespaces=(--net --mount --pid --fork --kill-child --mount-proc)
    if [[ $EUID -eq 0 ]] && unshare "${namespaces[@]}" true 2>/dev/null; then
        :
    elif unshare --map-root-user "${namespaces[@]}" true 2>/dev/null; then
        namespaces+=(--map-root-user)
    else
        fail "run it as root: this system lets ordinary users have no user namespace of their own"
    fi
    exec unshare "${namespaces[@]}" bash "${BASH_SOURCE[0]}"
}

[[ ${DEMO_INSIDE:-} ]] || enter

# ---------------------------------------------------------------------------------------------------------------------
# Inside: the output

[[ -t 1 && -z ${NO_COLOR:-} ]] && color=yes || color=
paint() { if [[ $color ]]; then printf '\033[%sm%s\033[0m' "$1" "$2"; else printf '%s' "$2"; fi; }

step_number=0
step() { step_number=$((step_number + 1)); printf '\n%s\n' "$(paint 1 "$step_number. $1")"; }
say() { printf '   %s\n' "$@"; }
show() { printf '   %s\n' "$(paint 2 "\$ $*")"; }  # a command, as a user types it
quote() { while IFS= read -r line; do printf '   %s\n' "$(paint 36 "| $line")"; done; }

claims=0 broken=0
claim() {  # SENTENCE CHECK [ARGUMENT…]
    local sentence=$1
    shift
    claims=$((claims + 1))
    if "$@"; then
        printf '   %s  %s\n' "$(paint 32 held)" "$sentence"
    else
        broken=$((broken + 1))
        printf '   %s  %s\n' "$(paint '1;31' 'DID NOT HOLD')" "$sentence"
    fi
}

# ---------------------------------------------------------------------------------------------------------------------
# The checks

list=/proc/sys/net/ipv4/ip_local_reserved_ports
amt=(623 664 16992 16993 16994 16995)

reserves() {  # PORT…: each of them is in the kernel's list
    local port part
    for port; do
        for part in $(tr ',' ' ' <$list); do
            ((port >= ${part%-*} && port <= ${part#*-})) && continue 2
        done
        return 1
    done
}

within() {  # SECONDS CHECK…: it becomes true in time
    local end=$((SECONDS + $1 + 1))
    shift
    until "$@"; do
        ((SECONDS < end)) || return 1
        sleep 0.02
    done
}

alive() {  # PID: neither gone nor a zombie
    local state
    { read -r _ _ state _ <"/proc/$1/stat"; } 2>/dev/null && [[ $state != Z ]]
}
gone() { ! alive "$1"; }
is() { [[ $1 == "$2" ]]; }

# ---------------------------------------------------------------------------------------------------------------------

host=198.51.100.1 peer=198.51.100.2 port=22
count=33000  # more than half of 1024-65535: connect() walks the ports of one parity first

began=$SECONDS
mount -t tmpfs -o mode=755 demo /run
[[ -x $AMTGUARDD && -x $MEI_EMULATOR && -x $DEMO_BIN/opener ]] || fail "move the checkout: below /run the demo hides it from itself"
mkdir -p /run/demo/root /run/systemd/journal
cd /run/demo
export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/demo/no-bus  # not on the host's bus

# The kernel names the writer only to root of the host's own user namespace.
read -r _ _ ids </proc/self/uid_map
[[ $ids == 4294967295 ]] && names_writers=yes || names_writers=

printf '%s\n' "$(paint 1 'amtguard, a demonstration')"
say "In namespaces of its own: no setting, interface, process or file of this machine is changed."

moved() { [[ $(readlink /proc/$elsewhere/ns/net) != "$(readlink /proc/self/ns/net)" ]]; }
namespace() {  # another network namespace, in `elsewhere`: the process that keeps it
    unshare --net sleep 600 &
    elsewhere=$!
    within 5 moved || fail "a namespace did not come up"
}

step "A host whose network card serves Intel AMT, and a peer"
namespace
ip link set lo up
ip link add host0 address 02:00:5e:10:00:01 type veth peer name peer0 netns $elsewhere
ip address add $host/24 dev host0
ip link set host0 up
nsenter --target $elsewhere --net ip address add $peer/24 dev peer0
nsenter --target $elsewhere --net ip link set peer0 up
nsenter --target $elsewhere --net "$DEMO_BIN/greeter" $peer $port &
greeter=$!
nsenter --target $elsewhere --net "$DEMO_BIN/greeter" $peer 7000-7099 &

# The card's treatment of AMT's ports: the firmware gets the packets, the host never sees them.
"$here/diverting-card.sh" host0 '623, 664, 16992-16995' '623, 664' | nft -f - \
    || fail "nft could not make the diverting card: the kernel lacks nf_tables' netdev ingress hook"
if [[ -r /dev/fuse && -w /dev/fuse ]]; then
    "$MEI_EMULATOR" "$here/shared.machine" --root /run/demo/root >emulator.log 2>&1 &
    emulator=$!
    emulated() { alive $emulator || fail "$(cat emulator.log)"; grep -q ready emulator.log; }
    within 5 emulated || fail "the emulated firmware is not ready: $(cat emulator.log)"
    systemd-socket-activate --accept --inetd -l /run/demo/root/run/amtguard-firmware.socket \
        "$AMTGUARD_FIRMWARE" --root /run/demo/root --answer 2>socket.log &
    firmware="a FUSE file that answers like /dev/mei0 for the firmware"
else
    "$here/emulated-sys.sh" /run/demo/root amt
    emulator='' firmware="an emulated /sys for the firmware"
fi
say "host $host, card host0: what arrives for TCP 623, 664, 16992-16995 or UDP 623, 664 goes to" \
    "the firmware, and the host never sees it. So it is on a machine with AMT; here a packet filter" \
    "stands in for the card, and $firmware." \
    "peer $peer, port $port: says hello to everybody."
greets() { [[ $(nc.openbsd -d -w 2 $peer $port) == hello ]]; }
claim "the peer answers" within 5 greets

step "The fault: a local port of AMT never hears an answer"
hears() { [[ $(nc.openbsd -d -w 2 -p "$1" $peer $port) == hello ]]; }
deaf() { ! hears "$1" && alive $greeter; }
show "nc -p 16991 $peer $port"
claim "from local port 16991 the peer answers" hears 16991
show "nc -p 16992 $peer $port"
claim "from local port 16992 nothing comes back; nc gave up after 2 s, and nothing says why" deaf 16992

step "Nobody chooses such a port: the kernel does, when the range is widened"
show "sysctl -w net.ipv4.ip_local_port_range='1024 65535'"
sysctl -qw net.ipv4.ip_local_port_range='1024 65535'

open_them() {  # COMMAND…: an opener; sets opened, answered, refused, hung, ports, seconds, slowest
    local line
    opened=0 answered=0 refused=0 hung=0 ports='' seconds=0 slowest=0
    timeout 40 "$@" >opened || return 1
    while IFS= read -r line; do
        printf -v "${line%%=*}" %s "${line#*=}"
    done <opened
    printf -v seconds %.1f "$seconds"
}
open_many() { open_them "$DEMO_BIN/opener" $peer $port $count 2; }
only_amt() {  # PORT…: at least one, and all of them AMT's
    local port
    (($# > 0)) || return 1
    for port; do
        ((port >= 16992 && port <= 16995)) || return 1
    done
}
some_hung() { open_many && ((opened == count && refused == 0 && hung > 0 && answered + hung == opened)); }
none_hung() { open_many && ((opened == count && refused == 0 && hung == 0 && answered == opened)); }

say "opening $count connections, each from a local port of the kernel's choice ..."
if some_hung; then result=yes; else result=no; fi
say "$opened opened, $answered answered, $hung hung${ports:+, from local ports: $ports} (${seconds} s)"
say "(The kernel tries the even ports of the range first.)"
claim "some of $count connections hung" is $result yes
# shellcheck disable=SC2086
claim "every one that hung sat on a port of AMT, and on nothing else" only_amt $ports

step "A container behind the host: the kernel draws a port for it, and does not look at any list"
namespace
container=(nsenter --target "$elsewhere" --net)
ip link add pod0 type veth peer name eth0 netns $elsewhere
ip address add 10.88.0.1/24 dev pod0
ip link set pod0 up
"${container[@]}" ip address add 10.88.0.2/24 dev eth0
"${container[@]}" ip link set eth0 up
"${container[@]}" ip route add default via 10.88.0.1
sysctl -qw net.ipv4.ip_forward=1
# Connections that hang here are soon forgotten, and are not reported by the guard that starts below.
sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_syn_sent=2 2>/dev/null || true
rule='ip saddr 10.88.0.0/24 oifname "host0" meta l4proto tcp masquerade to :16970-17001 fully-random'
translate() {
    nft -f - <<RULES
table ip nat {
    chain postrouting {
        type nat hook postrouting priority srcnat;
        $rule
    }
}
RULES
}
container_calls() { open_them "${container[@]}" "$DEMO_BIN/opener" $peer 7000-7099 100 "$1"; }
some_of_its_hung() { container_calls 1 && ((opened == 100 && hung > 0)); }
none_of_its_hung() { container_calls 10 && ((opened == 100 && hung == 0)); }
show "nft add rule ip nat postrouting '$rule'"
say "(Usually it draws from 1024-65535. Here it draws from 32 ports, so that a few connections are enough.)"
translate
say "opening 100 connections in the container ..."
if some_of_its_hung; then result=yes; else result=no; fi
say "$opened opened, $answered answered, $hung hung"
claim "some of the container's connections hung, and nothing in the container or on the host says why" is $result yes
nft delete table ip nat

step "amtguardd starts"
journal=
if [[ -x /lib/systemd/systemd-journald && -s /etc/machine-id ]] && command -v journalctl >/dev/null; then
    mkdir -p /run/systemd/journald.conf.d /run/log/journal
    printf '[Journal]\nStorage=volatile\nAudit=no\nReadKMsg=no\nForwardToWall=no\nForwardToSyslog=no\n' \
        >/run/systemd/journald.conf.d/demo.conf
    /lib/systemd/systemd-journald >journald.log 2>&1 &
    within 3 test -S /run/systemd/journal/socket && journal=yes
fi
mkdir -p /run/demo/root/etc
printf '[Guard]\nAuditSec=1s\n' >/run/demo/root/etc/amtguard.conf  # it looks at sockets each second, not each half minute
show "amtguardd"
"$AMTGUARDD" --root /run/demo/root 2>amtguardd.log &
guard=$!
if within 5 reserves "${amt[@]}"; then result=yes; else result=no; fi
show "sysctl -n net.ipv4.ip_local_reserved_ports"
quote <$list
claim "AMT's six ports are reserved" is $result yes

step "It has asked the firmware"
knows() { "$AMTGUARDCTL" --root /run/demo/root firmware --json 2>/dev/null | grep -q "$1"; }
if [[ $emulator ]]; then
    if within 5 knows '"address": *"shared"'; then result=yes; else result=no; fi
    show "amtguardctl firmware"
    "$AMTGUARDCTL" --root /run/demo/root firmware 2>&1 | grep -E '^(AMT|Provis|Control|Wired|Address|Listens)' | quote
    claim "AMT is provisioned, in admin control mode: nobody told amtguardd" knows '"controlMode": *"admin"'
    claim "it shares the address $host with host0, found by the card's MAC address" is $result yes
else
    say "This user may not open /dev/fuse, so there is no firmware to ask, and nothing is claimed about it."
fi

step "A program that chooses such a port by itself"
in_use() { [[ $(nc.openbsd -d -w 2 -p "$1" $peer $port 2>&1) == *'Address already in use' ]]; }
listens_nowhere() { alive $guard && [[ -z $(ss -H -l -t -u -n) ]]; }
if [[ $emulator ]]; then
    show "nc -p 16992 $peer $port"
    { nc.openbsd -d -w 2 -p 16992 $peer $port 2>&1 || true; } | quote
    claim "it is told at once, instead of waiting for minutes" in_use 16992
    claim "by a socket that keeps the port and listens on none" listens_nowhere
    show "nc -p 16991 $peer $port"
    claim "from 16991 the peer answers as before" hears 16991
    say "A program that sets SO_REUSEADDR still gets through, as Intel LMS must; so it hears nothing:"
    show "nc.traditional -p 16994 $peer $port"
    nc.traditional -w 30 -p 16994 $peer $port </dev/null >/dev/null 2>&1 &
    deaf=$!
    named() { [[ $("$AMTGUARDCTL" --root /run/demo/root victims 2>/dev/null) == *:16994* ]]; }
    if within 5 named; then result=yes; else result=no; fi
    show "amtguardctl victims"
    set +e
    "$AMTGUARDCTL" --root /run/demo/root victims 2>&1 | quote
    set -e
    claim "but it is named" is $result yes
    kill $deaf
    wait $deaf 2>/dev/null || true
else
    say "AMT's address is not known without its firmware: nothing is held."
fi

step "The same connections again"
say "opening $count connections again ..."
if none_hung; then result=yes; else result=no; fi
say "$opened opened, $answered answered, $hung hung${ports:+, from local ports: $ports} (${seconds} s)"
claim "of the same number of connections none hung" is $result yes

step "The container's connections again"
if [[ $emulator ]]; then
    show "nft add rule ip nat postrouting '$rule'"
    translate
    has_table() { nft list table ip amtguard >/dev/null 2>&1; }
    if within 5 has_table; then result=yes; else result=no; fi
    claim "amtguardd sees that addresses are translated, and loads a table of its own" is $result yes
    say "opening 100 connections in the container again ..."
    if none_of_its_hung; then result=yes; else result=no; fi
    say "$opened opened, $answered answered, $refused refused, $hung hung (the slowest took $slowest s)"
    claim "none hung: another port was drawn, or the connection was refused at once" is $result yes
    redrew() { "$AMTGUARDCTL" --root /run/demo/root status --json 2>/dev/null | grep -qE '"redrawn": *[1-9]'; }
    if within 5 redrew; then result=yes; else result=no; fi
    show "amtguardctl nat"
    { "$AMTGUARDCTL" --root /run/demo/root nat 2>&1 || true; } | sed '/^$/,$d' | quote
    claim "amtguardctl counts them" is $result yes
    nft delete table ip nat
else
    say "AMT's address is not known without its firmware: nothing is loaded."
fi

step "Another program overwrites the list"
mark=$(wc -l <amtguardd.log)
entries() {
    journalctl --directory /run/log/journal --quiet --output export \
        --output-fields MESSAGE,AMTGUARD_FOUND,AMTGUARD_RESTORED,AMTGUARD_WRITER_PID,AMTGUARD_WRITER_COMM \
        AMTGUARD_FOUND=5000-5010 2>/dev/null | grep -aE '^(MESSAGE|AMTGUARD_[A-Z_]+)=' || true
}
lines() { tail -n "+$((mark + 1))" amtguardd.log; }
field() { entries | sed -n "s/^$1=//p" | head -n 1; }
told() { if [[ $journal ]]; then entries | grep -q ^AMTGUARD_RESTORED=; else lines | grep -q 5000-5010; fi; }

show "sysctl -w net.ipv4.ip_local_reserved_ports=5000-5010"
sysctl -qw net.ipv4.ip_local_reserved_ports=5000-5010 &
writer=$!
wait $writer
whole_again() { reserves "${amt[@]}" 5000 5005 5010; }
if within 2 whole_again; then result=yes; else result=no; fi
show "sysctl -n net.ipv4.ip_local_reserved_ports"
quote <$list
claim "the list is whole again, and what the other program reserved is still there" is $result yes

if within 2 told; then result=yes; else result=no; fi
if [[ $journal ]]; then
    say "the journal:"
    entries | quote
    same_ports() { [[ $(field AMTGUARD_FOUND) == 5000-5010 && $(field AMTGUARD_RESTORED) == "$(cat $list)" ]]; }
    claim "the journal has an entry for it" is $result yes
    claim "its fields name what was found and what was restored" same_ports
else
    say "its own words (no journal in this sandbox):"
    lines | quote
    claim "amtguardd says what it found" is $result yes
fi
if [[ $journal && $names_writers ]]; then
    names_it() { [[ $(field AMTGUARD_WRITER_PID) == "$writer" ]]; }
    claim "and who did it: process $writer, which was that sysctl" names_it
else
    say "Who did it the kernel tells root alone: in a user namespace nothing is claimed about it."
fi

step "What the administrator sees"
show "amtguardctl ports"
{ COLUMNS=100 "$AMTGUARDCTL" --root /run/demo/root ports 2>&1 || true; } | quote
show "amtguardctl status"
set +e
"$AMTGUARDCTL" --root /run/demo/root status >said 2>&1
status=$?
set -e
quote <said
claim "amtguardctl says so with exit status 0" is $status 0
# make picture: what a terminal shows, for README.
if [[ ${PICTURE:-} ]]; then
    LC_ALL=C.UTF-8 TERM=xterm COLUMNS=96 script -qec "'$AMTGUARDCTL' --root /run/demo/root status" /dev/null |
        tr -d '\r' >"$PICTURE"
fi
claim "the guard listens on no port" listens_nowhere

step "amtguardd is stopped"
result=no
if alive $guard; then
    kill -TERM $guard
    within 5 gone $guard && wait $guard && result=yes
fi
claim "it ends at once, with exit status 0" is $result yes
claim "and leaves the ports reserved: a stopped guard is no hole" reserves "${amt[@]}" 5000 5005 5010

printf '\n'
took=$((SECONDS - began))
if ((broken == 0)); then
    printf '%s\n' "$(paint '1;32' "$claims claims, all held") ($took s)."
else
    printf '%s\n' "$(paint '1;31' "$broken of $claims claims did not hold") ($took s)."
    if [[ -s amtguardd.log ]]; then
        printf 'amtguardd said:\n'
        tail -n 20 amtguardd.log | quote
    fi
    exit 1
fi
