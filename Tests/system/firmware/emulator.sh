# emulator.sh: a machine with a firmware that answers, Tools/mei-emulator; sourced first, in place of lib.sh.
#
# The guard asks the real helper behind a real socket, which opens what the emulator serves: nothing between them is made
# up. What the firmware was asked stands in the emulator's log, so that is judged from the other side.
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

[[ -x ${EMULATOR_BIN:-}/mei-emulator ]] || skip "Tools/mei-emulator is not built: make test-emulator"
[[ -c /dev/fuse && -w /dev/fuse ]] || skip "no /dev/fuse"

machines=$(cd "$here/../../Tools/mei-emulator/machines" && pwd)
mkdir $work/emulator
mount --bind "$EMULATOR_BIN" $work/emulator
asked=$work/asked.log                           # what the firmware was asked, with milliseconds
socket=$root/run/amtguard-firmware.socket
helper=("$work/bin/amtguard-firmware" --root "$root" --answer)

# --------------------------------------------------------------------------------------------------------------------
# The firmware, and the way to it

start_machine() {  # NAME|-: the emulated machine of that name, or of standard input, and the interfaces of its host
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

serve() {  # [COMMAND…]: who connects to the helper's socket gets this; without it the real helper
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
# Checks: each leaves in `seen` what it found

outcome() { json .amt.firmware.outcome "$1"; }  # WORD: of the last question
was_asked() { not json .amt.firmware null; }    # and it came to an end
opened() { grep -c '^[0-9]* mei[0-9]* open ' $asked 2>/dev/null || true; }
asked_times() { seen="$(opened) times"; [[ $(opened) == "$1" ]]; }  # COUNT: where AMTHI answers, each opens it once
address() { json ".amt.interfaces.$([[ $1 == wired ]] && echo 0 || echo 1).$2" "$3"; }  # wired|wireless KEY VALUE
shows() {  # TEXT: `amtguardctl firmware`
    ctl firmware
    seen=$said
    [[ $said == *"$1"* ]]
}
