# service.sh: the guard as a service. A service manager arms it, starts it when it ends, and keeps its descriptors.

clock=()  # a command that starts the service in another time namespace
# A copy: other guards on this machine share no page of it, and do not change the memory that is counted as this one's.
mkdir $work/own
cp "$amtguardd" $work/own/
amtguardd=$work/own/amtguardd
# amtguardctl has the guard's clock: it tells from it how old a status is.
cat >$work/own/amtguardctl <<CTL
#!/bin/sh
exec nsenter --time=/proc/\$(cat $work/service)/ns/time $amtguardctl "\$@"
CTL
chmod +x $work/own/amtguardctl
amtguardctl=$work/own/amtguardctl

start_service() {  # with the watch in `rung`
    local before
    before=$(readies)
    export RESTARTS=1000000
    unset AMTGUARD_PROGRAM
    [[ $rung != bpf ]] || export AMTGUARD_PROGRAM=$program
    "${clock[@]}" $work/helpers/service-manager $notify $manager_log \
        "$amtguardd" --root $root --arm -- "$amtguardd" --root $root 2>>$log &
    service=$!
    echo $service >$work/service
    guard=''
    eventually "a guard with the watch $rung is ready" is_up "$before"
    ctl --json
    watch=$(perl "$here/json.pl" .watch <<<"$said")  # the kernel may have no better one
}
is_up() { (($(readies) > $1)) && find_guard; }
find_guard() {
    local found
    found=$(sed -n "s/^main //p" $manager_log | tail -n 1)
    guard=${found:-$guard}
}

# SIGKILL: everything that the service manager keeps ends with it, and so does the guard. One that has just been forked
# may not have asked for that yet, and is ended here.
stop_service() {
    kill -KILL $service
    wait $service 2>/dev/null || true
    eventually "no guard is left" has_ended_all
}
has_ended_all() {
    local process
    seen="$(pgrep -x amtguardd || true) $(pgrep -x service-manager || true)"
    for process in $seen; do kill -KILL $process 2>/dev/null || true; done
    [[ $seen == ' ' ]]
}

# A moment for what comes next to meet it at work, at most of this many milliseconds.
moment() { sleep "$(printf '0.%03d' $((RANDOM % $1)))"; }
