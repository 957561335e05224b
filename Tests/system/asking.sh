# amtguardctl answers every user, also if SIGSTOP has stopped the guard, the list is hidden, or nothing runs.
# root and nobody ask it about a guard that answers, is stopped, can't read the list, has lost its files, or does not
# run: verdict and exit status follow the list, and each JSON has one shape.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

ctl() {  # ARGUMENT…: amtguardctl, as the user in `as`
    status=0
    said=$("${as[@]}" "$amtguardctl" --root $root "$@" 2>&1) || status=$?
}
callers=(root)
! "${as_nobody[@]}" "$amtguardctl" --version >/dev/null 2>&1 || callers+=(nobody)
become() { as=(); [[ $1 == root ]] || as=("${as_nobody[@]}"); }  # root|nobody

declare -A shape=()
shaped() {  # COMMAND: `said` has the same keys as before
    seen=$(perl "$here/json.pl" --keys <<<"$said") || return 1
    [[ ${shape[$1]:=$seen} == "$seen" ]]
}
asked() {  # SENTENCE STATUS PORTS VICTIMS FIRMWARE: the exit status of each command, for each user; all at once, since a silence takes time
    local caller form command wanted=([0]=status:$2 [1]=ports:$3 [2]=victims:$4 [3]=firmware:$5)
    for caller in "${callers[@]}"; do
        become "$caller"
        for form in '' --json; do
            for command in status ports victims firmware; do
                { ctl $command $form; printf '%s\n%s\n' "$status" "$said" >"said.$caller.$command$form"; } &
                asking+=($!)
            done
        done
    done
    as=()
    wait "${asking[@]}"
    asking=()
    for caller in "${callers[@]}"; do
        for form in '' --json; do
            for command in "${wanted[@]}"; do
                { read -r status; said=$(cat); } <"said.$caller.${command%:*}$form"
                expect "$1: ${command%:*} $form ($caller)" is "${command%:*} $status: $said" "${command%:*} ${command#*:}: $said"
                [[ ! $form ]] || expect "in the shape that it always has" shaped "${command%:*}"
            done
        done
    done
}
asking=()
told() {  # COMMAND PATTERN: what root was told at the last time
    seen=$(tail -n +2 "said.root.$1")
    [[ $seen == $2 ]]
}
told_json() {  # PATH VALUE: of status --json
    seen=$(tail -n +2 said.root.status--json | perl "$here/json.pl" "$1")
    [[ $seen == "$2" ]]
}

emulate amt
printf '400\n' >/proc/sys/net/ipv4/ip_unprivileged_port_start
printf '400 65535\n' >/proc/sys/net/ipv4/ip_local_port_range
start_bus
asked "before there is a guard, with exposed ports" 2 2 3 3
expect "it says so, and why" told status "*exposed: the kernel may choose $amt: amtguardd does not run*systemctl enable --now amtguardd*"
expect "in JSON as well" told_json .verdict exposed

start_guard AuditSec=1h
eventually "the guard is on the bus" has_name
has_looked() { ctl victims; seen=$said; ((status == 0)); }
eventually "and has looked at the sockets, which comes after the list" has_looked
asked "while it answers" 0 0 0 0
expect "times are those of the reader" like "$(TZ=AMT-5:30 "$amtguardctl" --root $root)" '*protected: *Since: *20*+05:30*Seen: *+05:30 by *'
expect "and in JSON those of everybody" like "$(TZ=AMT-5:30 "$amtguardctl" --root $root --json)" '*"at":"20*Z",*'

# Another network namespace has another list. The guard's own list decides about the guard.
expect "elsewhere the guard's word counts" like "$(unshare --net "$amtguardctl" --root $root; echo $?)" '*protected: *0'

# SIGSTOP: the guard has its name, its lock and a state file that is fresh for two hours.
kill -STOP $guard
asked "stopped, with a whole list" 1 3 3 3
expect "it says what is so, and what to do" told status '*degraded*amtguardd runs but does not answer (within 3 s)*systemctl restart amtguardd*'
overwrite 5001
asked "stopped, with an overwritten list" 2 2 3 3
expect "it shows the list as it is, not as it was" told status \
    "*exposed: the kernel may choose $amt: amtguardd runs but does not answer*none of $amt; beside them 5001*required ports are missing: $amt;*"
expect "in JSON as well" told_json .verdict exposed
expect "the list" told_json .ports.reserved 5001
expect "the ports" told_json .ports.exposed $amt
expect "each of them" told_json .ports.each.0.exposure exposed
expect "and since when is not known" told_json .since null
expect "ports shows it" told ports '*The present list:*16992  exposed*'
rm $run/state.json
asked "stopped, without a state file" 2 2 3 3
expect "that is said, and not that it does not run" told status \
    "*exposed: *: amtguardd runs but does not answer within 3 s*/run/amtguard/state.json is missing*none of $amt; beside them 5001*"
kill -CONT $guard
eventually "once it goes on, it repairs" holds 623,664,5001,16992-16995

# A write that no watch shows: the guard is asked to look, and then reports it.
write_elsewhere 5000
expect "a write that it was not shown is no reason to call it unprotected" exits 0
expect "since it is repaired" holds 623,664,5000,16992-16995

# Its directory is gone, but it runs.
kill -STOP $guard
rm -rf $run
expect "stopped and without a directory, it is not called" exits 3
expect "one that does not run" like "$said" '*amtguardd runs but does not answer*'
kill -CONT $guard
expect "without a directory it is asked on the bus" not exits 3
expect "and tells" like "$said" '*Verdict: *ed: *Since: *'
stop_guard

# Without a bus, only files are left.
stop_bus
start_guard AuditSec=1h
eventually "the guard has looked at the sockets" has_looked
asked "without a bus its file is read" 0 0 0 0
kill -STOP $guard
overwrite 5002
asked "and the list" 2 2 0 0
rm $run/state.json
asked "without a bus and a file nobody tells" 2 2 3 3
kill -CONT $guard
eventually "once it goes on, it repairs" holds 623,664,5002,16992-16995
expect "which is said" told status '*amtguardd runs, but there is no bus to ask it on, and /run/amtguard/state.json is missing*'
stop_guard
expect "after its end it does not run" exits 3
expect "as far as can be seen" like "$said" '*amtguardd does not run*'

# A list that neither can read counts neither as reserved nor as not reserved.
start_bus
mkdir hidden
for file in ip_local_port_range ip_unprivileged_port_start ip_autobind_reuse; do cat /proc/sys/net/ipv4/$file >hidden/$file; done
mount --bind hidden /proc/sys/net/ipv4
start_guard AuditSec=1h
eventually "a guard without a list is on the bus" has_name
expect "ports does not know" exits 3 ports
expect "of any port" is "$(grep -c '^[0-9]\+  *unknown ' <<<"$said")" 6
expect "whether it is reserved" not like "$said" '*not reserved*'
expect "as JSON" exits 3 ports --json
expect "in the same shape" shaped ports
expect "with null for the list" is "$(perl "$here/json.pl" .ports.reserved <<<"$said")" null
stop_guard
expect "without a guard neither" exits 3 ports
expect "of any port, too" is "$(grep -c '^[0-9]\+  *unknown ' <<<"$said")" 6
umount /proc/sys/net/ipv4

# A process whose name reverses the line.
ip link set lo up
ip link add here type veth peer name there
ip link set here up
ip address add 192.0.2.20/24 dev here
perl -MSocket -e 'socket my $s, PF_INET, SOCK_STREAM, 0 or die "$!"; setsockopt $s, SOL_SOCKET, SO_REUSEADDR, 1;
    bind $s, sockaddr_in(16994, inet_aton("192.0.2.20")) or die "$!"; listen $s, 5 or die "$!";
    open my $f, ">", "/proc/self/comm"; syswrite $f, "\xE2\x80\xAE1174[x\xE2\x80\x8B"; sleep 1000' &
deceiver=$!
named() { ctl victims; seen=$said; [[ $said == *'?1174[x?['$deceiver']'* ]]; }
eventually "its name is shown without what can't be seen" named
expect "in JSON it is escaped" exits 3 victims --json
expect "as it is" like "$said" '*"command":"\\u202e1174[x\\u200b"*'
expect "and nothing else of it is sent to a terminal" not grep -q $'\xE2\x80' <<<"$said"
kill -KILL $deceiver
