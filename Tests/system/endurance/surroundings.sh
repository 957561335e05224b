# surroundings.sh: what is around the guard and can break: bus, journal, firmware helper, disk, translated connections.

journald=/lib/systemd/systemd-journald
base=(Mode=always AuditSec=500ms '[Detect]' RefreshSec=1min)
# A quarter of these draws is a port of AMT's.
narrow='oifname "host0" meta l4proto tcp masquerade to :16990-17005 fully-random'
translates=0

make_surroundings() {
    emulate amt
    # A disk of its own, so that it can be full.
    mount -t tmpfs -o mode=755,size=256k,nr_inodes=100 t $root/run
    if [[ -x $DEMO_BIN/opener ]] && command -v nft >/dev/null; then
        connect_translator
        ruleset "$narrow"
        translates=1
    else
        connect_host
    fi
    configure "${base[@]}"
    start_bus
    start_journal
    start_helper
}

# More connections than lib.sh's limits allow. With `exec`, `$!` is the bus.
dbus-daemon() {
    sed -i 's/>5000</>12000</' bus.conf
    exec "$(type -P dbus-daemon)" "$@"
}

start_journal() {
    journal=''
    [[ -x $journald && -s /etc/machine-id ]] || return 0
    mkdir -p /run/systemd/journald.conf.d /run/log/journal
    printf '%s\n' '[Journal]' Storage=volatile Audit=no ReadKMsg=no ForwardToWall=no ForwardToSyslog=no \
        RateLimitBurst=0 RuntimeMaxUse=16M >/run/systemd/journald.conf.d/test.conf
    rm -f /run/systemd/journal/socket
    $journald >journald.log 2>&1 &
    journal=$!
    eventually "the journal listens" test -S /run/systemd/journal/socket
}

start_helper() {  # in the manner of the file `manner`: see hostile/helper.pl
    manner good
    rm -f $root/run/amtguard-firmware.socket
    perl "$here/hostile/helper.pl" $root/run/amtguard-firmware.socket &
    helper=$!
    eventually "the helper listens" test -S $root/run/amtguard-firmware.socket
}

# Takes away whatever is in the guard's way, and waits until the guard has seen that.
come_to_rest() {
    local process
    rm -f $root/run/full
    [[ -e $notify ]] || mv $notify.away $notify
    for process in $service $bus $journal $guard; do kill -CONT "$process" 2>/dev/null || true; done
    ((${#jobs[@]} == 0)) || wait "${jobs[@]}" || true
    jobs=()
    manner good
    pkill -KILL -P $helper || true
    ip link delete group 7 2>/dev/null || true
    ((! translates)) || ruleset "$narrow"
    configure "${base[@]}"
    eventually "it has its name on the bus" has_name
    eventually "it takes the ordinary configuration" calls '' Reload
    find_guard
    # A helper that hangs is ended before, except in some rounds: then the guard has to abandon it.
    ((hangs)) || return 0
    hangs=0
    manner silent
    eventually "it asks a helper that hangs" calls '' Reload
    eventually "and abandons it" json .amt.firmware.outcome abandoned
    manner good
    pkill -KILL -P $helper || true
    eventually "it asks again" calls '' Reload
}
manner() { echo "$1" >manner.new; mv manner.new manner; }  # NAME: of the helper's answers from now on
