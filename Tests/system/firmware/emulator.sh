# emulator.sh: a machine with a firmware that answers, Tools/mei-emulator; source it first, instead of lib.sh.
#
# The guard asks the real helper behind a real socket, and the helper opens the emulator's device: nothing between them
# is faked. The emulator's log has the questions to the firmware, so the other side shows them.
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

[[ -x ${EMULATOR_BIN:-}/mei-emulator ]] || skip "Tools/mei-emulator is not built: make test-emulator"
[[ -c /dev/fuse && -w /dev/fuse ]] || skip "no /dev/fuse"

machines=$(cd "$here/../../Tools/mei-emulator/machines" && pwd)
mkdir $work/emulator
mount --bind "$EMULATOR_BIN" $work/emulator
asked=$work/asked.log                           # the questions to the firmware, with milliseconds
socket=$root/run/amtguard-firmware.socket
helper=("$work/bin/amtguard-firmware" --root "$root" --answer)

# --------------------------------------------------------------------------------------------------------------------
# The firmware, and the way to it

start_machine() {  # NAME|-: the emulated machine of that name, or from standard input, and the interfaces of its host
    local file=$work/machine
    if [[ $1 == - ]]; then cat >$file; else cp "$machines/$1.machine" $file; fi
    $work/emulator/mei-emulator $file --root $root --log $asked >emulator.out 2>&1 &
    emulator=$!
    eventually "the machine is there" grep -q '^ready$' emulator.out
    $work/emulator/mei-emulator --host $file | bash -e
}

stop_machine() {
    sed -n 's/^\[host \(.*\)\]$/ip link delete \1/p' $work/machine | tac | bash -e
    kill -TERM $emulator
    wait $emulator || fail "the emulator ended with status $?"
}

serve() {  # [COMMAND…]: a connection to the helper's socket starts this; without it, the real helper
    rm -f $socket
    systemd-socket-activate --accept --inetd -l $socket "${@:-"${helper[@]}"}" 2>>helper.log &
    server=$!
    eventually "the helper's socket is there" test -S $socket
}

stop_serving() {
    kill -KILL $server
    { wait $server || true; } 2>/dev/null
    rm -f $socket
}

# The guard as its unit starts it: first a step that may read SMBIOS and hands it over.
start_armed_guard() {
    $work/helpers/service-manager $notify $manager_log "$amtguardd" --root $root --arm -- \
        "$amtguardd" --root $root 2>$log &
    eventually "the armed guard is ready" told_manager '^READY=1'
    guard=$(sed -n 's/^main //p' $manager_log)
}

# --------------------------------------------------------------------------------------------------------------------
# Checks: each leaves its finding in `seen`

outcome() { json .amt.firmware.outcome "$1"; }  # WORD: of the last question
was_asked() { not json .amt.firmware null; }    # and an answer came
opened() { grep -c '^[0-9]* mei[0-9]* connect [0-9]* amthi' $asked 2>/dev/null || true; }
asked_times() { seen="$(opened) times"; [[ $(opened) == "$1" ]]; }  # COUNT: a fast AMTHI is connected once each time
address() { json ".amt.interfaces.$([[ $1 == wired ]] && echo 0 || echo 1).$2" "$3"; }  # wired|wireless KEY VALUE
shows() {  # TEXT: `amtguardctl firmware`
    ctl firmware
    seen=$said
    [[ $said == *"$1"* ]]
}
