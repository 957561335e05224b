# service.sh: the guard as a service: a service manager arms it, starts it again whenever it ends, and keeps its descriptors.

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
    eventually "a guard whose watch is $rung is ready" is_up "$before"
}
is_up() { find_guard; (($(readies) > $1)); }
find_guard() {
    local found
    found=$(sed -n "s/^main //p" $manager_log | tail -n 1)
    guard=${found:-$guard}
}

# SIGKILL: the guard ends with it, and so does everything that the service manager keeps.
stop_service() {
    kill -KILL $service
    wait $service 2>/dev/null || true
    eventually "the guard ended with its service manager" ended
}

# A moment for what comes next to meet it at work, at most of this many milliseconds.
moment() { sleep "$(printf '0.%03d' $((RANDOM % $1)))"; }
