# events.sh: what happens, one function each. None waits for the guard: what comes next meets it wherever it is.

declare -A others=()  # the ports that others reserved, since one of them last replaced the list
jobs=()               # what goes on beside the following events
start_job() { "$@" >/dev/null 2>&1 & jobs+=($!); }  # COMMAND…

# --------------------------------------------------------------------------------------------------------------------
# Writes of the list

draw_ports() {  # one to three ranges, into `ports`, and into `others` as well
    local first last i
    ports=''
    for ((i = RANDOM % 3; i >= 0; i--)); do
        first=$((20000 + RANDOM % 9000)) last=$((first + RANDOM % 5))
        ports+=${ports:+,}$first-$last
        while ((first <= last)); do others[$((first++))]=1; done
    done
}
play_overwrite() { others=(); draw_ports; overwrite "$ports"; }
play_elsewhere() { others=(); draw_ports; write_elsewhere "$ports"; }
play_add() {
    draw_ports
    perl -e 'open my $f, "+<", $ARGV[0] or die; sysseek $f, 1, 0; syswrite $f, $ARGV[1] or die "$!"' $list "$ports"
}
write_many() {  # COUNT: as fast as it goes, the last one is `ports`
    perl -e 'my ($list, $count, $last) = @ARGV;
        for (1 .. $count) {
            open my $f, ">", $list or die "$!";
            syswrite $f, ($_ < $count ? 6000 + $_ % 1000 : $last) . "\n" or die "$!";
        }' \
        $list "$1" "$ports"
}
play_burst() { others=(); draw_ports; write_many $((1 + RANDOM % 60)); }
play_backlog() {  # fanotify queues 16,384
    others=()
    draw_ports
    kill -STOP $guard 2>/dev/null || true
    write_many 20000
    kill -CONT $guard 2>/dev/null || true
}

# --------------------------------------------------------------------------------------------------------------------
# The process

play_freeze() {
    kill -STOP $guard 2>/dev/null || true
    ((RANDOM % 2)) || play_overwrite
    moment 400
    kill -CONT $guard 2>/dev/null || true
    moment 50
}
play_kill() { moment 200; kill -KILL $guard 2>/dev/null || true; }
play_terminate() { moment 200; kill -TERM $guard 2>/dev/null || true; }
is_renewed=0
renew_service() { is_renewed=1; stop_service; start_service; }
play_rung() { rung=${rungs[RANDOM % ${#rungs[@]}]}; renew_service; }
play_clock() {  # ahead or back, by hours; a clock of the boot can't begin before the boot
    clock=()
    ((RANDOM % 3 == 0)) || clock=(unshare --time --boottime $((RANDOM * 10)) --monotonic $((RANDOM * 10)))
    renew_service
}
# As the login manager tells it. libasleep.so can't be used here: the guard's timers follow the kernel's clock, which it
# does not move, so that they come as late as the machine would have slept.
play_sleep() { start_job sleep_for_a_moment $((RANDOM % 10)); }
sleep_for_a_moment() {  # TENTHS
    { echo true; sleep 0.$1; echo false; } | timeout 10 $work/helpers/login-manager $bus_address
}
play_reload() {
    local lines=("ExtraPorts=59$((10 + RANDOM % 90))" Mode=auto OnStop=release AuditSec=$((1 + RANDOM % 5))s
        RepairsPerSec=5 $'[Hold]\nHold=strict' $'[Hold]\nHold=off' $'[NAT]\nRedraw=no' $'[NAT]\nRedraw=yes'
        Mode=nonsense Ports=66666 Unknown=1)
    configure Mode=always AuditSec=500ms "${lines[RANDOM % ${#lines[@]}]}"
    kill -HUP $guard 2>/dev/null || true
    moment 200
}

# --------------------------------------------------------------------------------------------------------------------
# The network

play_addresses() {  # three of them are held: the service manager of the scenarios stores no more than 64 descriptors
    local i address count=$((50 + RANDOM % 200))
    ip link add come$round group 7 type veth peer name go$round group 7
    for ((i = 0; i < count; i++)); do
        address=169.254.$((i / 200)).$((i % 200 + 1))/32
        ((i >= 3)) || address=198.18.0.$((i + 1))/32
        echo "address add $address dev come$round"
        ((i % 3)) || echo "address add 2001:db8::$i/128 dev come$round"
        ((i % 4)) || echo "address del $address dev come$round"
    done >addresses.$round
    start_job ip -batch addresses.$round
}
pass_namespaces() {  # NAME COUNT: the links go with their namespaces
    local i
    for ((i = 0; i < $2; i++)); do
        ip netns add $1.$i
        ip link add $1.$i group 7 type veth peer name eth0 netns $1.$i
        ip address add 198.19.0.1/30 dev $1.$i
        ip link set $1.$i up
        ip -n $1.$i link set eth0 up
        ip netns del $1.$i
    done
}
play_namespaces() { start_job pass_namespaces pass$round $((1 + RANDOM % 5)); }
move_links() {  # COUNT
    local i
    for ((i = 0; i < $1; i++)); do
        ip link add cable$i group 7 type veth peer name plug$i group 7
        ip link set cable$i up
        ip link set plug$i up
        ip address add 198.51.$((101 + i)).1/24 dev cable$i
        ip link set cable$i down
        ip link set cable$i up
        ip link del cable$i
    done
}
play_links() { start_job move_links $((1 + RANDOM % 10)); }
load_rules() { local i; for ((i = 0; i < $1; i++)); do ruleset "$narrow"; done; }  # COUNT
play_rules() { ((! translates)) || start_job load_rules $((1 + RANDOM % 20)); }

# --------------------------------------------------------------------------------------------------------------------
# The bus, and strangers on it: users without a privilege where that is possible

play_bus() {
    if ((RANDOM % 3 == 0)); then kill -STOP $bus; return; fi
    stop_bus 2>/dev/null
    moment 200
    start_bus
}
stranger=("$work/helpers/stranger")
! "${as_nobody[@]}" "$amtguardd" --version >/dev/null 2>&1 || stranger=("${as_nobody[@]}" "${stranger[@]}")
kinds=(Describe Check Reload Ask RecordProbe Missing Nameless Get GetAll Introspect Ping LogLevel PrepareForSleep \
    NameOwnerChanged NameLost Disconnected) unasked=(Noise Answer) readers=(read deaf)
play_flood() {
    start_job timeout 10 "${stranger[@]}" flood $bus_address ${kinds[RANDOM % ${#kinds[@]}]} 1 5000 \
        $((1 + RANDOM % 200)) ${readers[RANDOM % 2]}
}
play_noise() {  # what nobody asked for, texts of a mebibyte, descriptors, and bytes that are no message
    start_job timeout 10 "${stranger[@]}" flood $bus_address ${unasked[RANDOM % 2]} 1 5000 20
    start_job timeout 10 "${stranger[@]}" huge $bus_address RecordProbe 3 1
    start_job timeout 10 "${stranger[@]}" attach $bus_address Check memory 16 1
    start_job timeout 10 perl -MIO::Socket::UNIX -e 'my $s = IO::Socket::UNIX->new($ARGV[0]) or die;
        print $s "\0AUTH EXTERNAL 30\r\nBEGIN\r\n", map { chr rand 256 } 1 .. 5000' $bus_socket
}
play_many() {
    kill -CONT $bus
    : >many
    "${stranger[@]}" flood $bus_address Describe 2 5000 10000 deaf >many 2>&1 &
    jobs+=($!)
    eventually "10,000 strangers are connected" grep -q ^connected many
}

# --------------------------------------------------------------------------------------------------------------------
# What else the guard talks to, until the end of the round

play_journal() {
    [[ $journal ]] || return 0
    if ((RANDOM % 2)); then kill -STOP $journal; return; fi
    kill -KILL $journal
    wait $journal 2>/dev/null || true
    moment 200
    start_journal
}
play_manager() {
    if ((RANDOM % 2)); then kill -STOP $service; elif [[ -e $notify ]]; then mv $notify $notify.away; fi
}
play_disk() { dd if=/dev/zero of=$root/run/full bs=4k 2>/dev/null || true; }
play_device() { depart; moment 100; rm -rf $root/sys; emulate amt; }
play_firmware() {
    local manners=(good silent endless gigabyte half closes binary line no-end)
    manner ${manners[RANDOM % ${#manners[@]}]}
    kill -HUP $guard 2>/dev/null || true
}
play_hanging() { hangs=1; }  # see come_to_rest
play_calm() { calms=1; }     # see judge
hangs=0 calms=0
