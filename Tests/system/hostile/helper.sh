# helper.sh: a guard that asks a hostile helper, helper.pl; source it first, instead of lib.sh.
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

emulate amt
configure AuditSec=1h
mkdir -p $root/run
: >manner
perl "$here/hostile/helper.pl" $root/run/amtguard-firmware.socket &
eventually "the hostile helper listens" test -S $root/run/amtguard-firmware.socket

descriptors() { find /proc/$guard/fd -mindepth 1 | wc -l; }
peak() { sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' /proc/$guard/status; }
was_served() { (($(wc -l <served) > $1)); }
outcome() {  # PATTERN
    ctl --json
    seen=$(perl "$here/json.pl" .amt.firmware.outcome <<<"$said" 2>/dev/null || echo none)
    [[ $seen == $1 ]]
}
no_more_open() { seen=$(descriptors); ((seen <= $1)); }

served=0
suffers() {  # MANNER OUTCOME: a guard that starts now; its descriptors are in `open`, its peak memory in `high`
    printf '%s\n' "$1" >manner
    served=$(wc -l <served)
    WATCHDOG_USEC=400000 start_guard
    eventually "$1: it is asked" was_served $served
    overwrite 5000
    eventually "$1: meanwhile an overwritten list is whole again" holds 623,664,5000,16992-16995
    eventually "$1: the outcome is $2" outcome "$2"
    expect "the ports stay required" json .ports.required $amt
    expect "AMT is not impossible" not json .amt.state impossible
    expect "amtguardctl shows it" exits 0 firmware
    expect "without a control character" not grep -q $'[\x01-\x08\x0b-\x1f\x7f]\|\xe2\x80\xae' <<<"$said"
    overwrite 5001
    eventually "and again" holds 623,664,5001,16992-16995
    expect "it runs" runs $guard
    high=$(peak)
}
parts() { stop_guard; printf '\n' >$list; rm -rf $run; }

next_to_nothing() { seen=$high; ((high <= usual + 1536)); }  # of the received bytes was kept
suffers good answered
usual=$high open=$(descriptors)
parts
