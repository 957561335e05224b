# With however few descriptors, the guard guards, or says in one line why it can't; it reports nothing unseen.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
configure AuditSec=200ms
start_manager

is_well() {  # apart from this test's own overwrites
    ctl --json
    [[ $said == *'"verdict":"protected"'* || $said == *'"reasons":[{"id":"contested"'* ]] || return 1
    [[ $said != *unread* && $said != *configuration-refused* ]]
}
is_settled() { ! runs $guard || holds $amt; }
guards=0
for ((limit = 6; limit <= 40; limit += limit < 24 ? 1 : 4)); do
    launch=(prlimit "--nofile=$limit:$limit")
    start_unwatched
    eventually "with $limit descriptors it guards, or ends" is_settled
    sleep 0.3
    if runs $guard; then
        guards=$((guards + 1))
        overwrite 5000
        eventually "with $limit it guards" holds 623,664,5000,16992-16995
        sleep 0.3
        if [[ -e $run/state.json ]]; then
            ctl --json
            expect "AMT is not said to be impossible" not like "$said" '*"state":"impossible"*'
            expect "nor the management engine to be gone" not like "$said" '*is gone*'
            expect "and the ports stay required" like "$said" "*\"required\":\"$amt\"*"
        fi
        # Without a descriptor for signals the kernel ends it.
        kill -TERM $guard
        wait_guard
        expect "with $limit it ends" like "$status" '@(0|143)'
    else
        ((guards == 0)) || fail "with $limit it does not run, and with fewer it did"
        wait_guard
        expect "with $limit it says in a line why it can't" is "$status $(grep -c '^amtguardd: ' $log)" '1 1'
    fi
    printf '\n' >$list
    rm -rf $run
done
expect "with some number it guards" at_least $guards 10

# Removed and restored while it runs: all, or all but a few.
launch=()
start_guard
used=$(find /proc/$guard/fd -mindepth 1 -printf '%f\n' | sort -n | tail -n 1)
for limit in 3 $((used + 1)) $((used + 2)) $((used + 3)); do
    prlimit --pid $guard --nofile=$limit:1024
    for port in 5001 5002; do
        overwrite $port
        eventually "without descriptors to be had, it repairs" holds 623,664,$port,16992-16995
        sleep 0.25
    done
    expect "it runs" runs $guard
    ctl --json
    expect "AMT is not said to be impossible" not like "$said" '*"state":"impossible"*'
    expect "nor the management engine to be gone" not like "$said$(<$log)" '*is gone*'
    prlimit --pid $guard --nofile=1024:1024
    eventually "given back, all is well" is_well
    expect "the management engine is there" like "$said" '*0000:00:16.0 is Intel*'
done

# A configuration file that could not be read.
prlimit --pid $guard --nofile=3:1024
configure AuditSec=200ms ExtraPorts=5900
kill -HUP $guard
eventually "it says that it can't read the configuration" says "/etc/amtguard.conf: can't be read: Too many open files"
sleep 0.5
expect "once" is "$(grep -c '^/etc/amtguard.conf: ' $log)" 1
prlimit --pid $guard --nofile=1024:1024
eventually "given back, the configuration is read without another reload" holds 623,664,5002,5900,16992-16995
eventually "and all is well" is_well
stop_guard
