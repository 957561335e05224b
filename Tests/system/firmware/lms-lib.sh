# lms-lib.sh: a host with Intel LMS beside the guard; source it first. LMS is Tools/mei-emulator's lms-like, by the name
# of the real one: it connects to LME, which tells it to listen, and makes the real one's binds.
source "$(dirname "${BASH_SOURCE[0]}")/emulator.sh"

mkdir $work/lms
cp "$EMULATOR_BIN/lms-like" $work/lms/lms
address=192.168.1.20

# Control groups of our own, named like units: the only thing that outlives the namespaces. Empty ones that are old were
# left by a scenario that was killed.
groups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
[[ $groups && -w $groups/cgroup.procs ]] || skip "no control groups of version 2 that can be written"
find "$groups" -mindepth 1 -maxdepth 2 -path '*/amtguard-test-*' -type d -mmin +30 -delete 2>/dev/null || true
groups=$groups/amtguard-test-$(readlink /proc/self/ns/pid | tr -dc 0-9)
mkdir "$groups"
leave_groups() {
    [[ ! ${lms:-} ]] || kill -KILL $lms 2>/dev/null || true
    # A group is empty when its last process has been waited for.
    for ((n = 0; n < 50; n++)); do
        rmdir "$groups"/*/ "$groups" 2>/dev/null || true
        [[ -d $groups ]] || return 0
        sleep 0.1
    done
}
trap leave_groups EXIT

start_lms_machine() {
    ip link set lo up
    start_machine - < <(
        cat $machines/provisioned-acm.machine
        printf '\n[lme]\nports = 16992 623 16993 664 16994 16995\n'
    )
}
start_lms() {  # UNIT|'' [OPTION…]: in the control group of that unit, or in none
    local unit=$1
    shift
    [[ ! $unit ]] || mkdir -p "$groups/$unit"
    (
        [[ ! $unit ]] || echo $BASHPID >"$groups/$unit/cgroup.procs"
        exec $work/lms/lms "$@" $root/dev/mei0 >lms.log 2>&1
    ) &
    lms=$!
}
stop_lms() {
    kill -KILL $lms
    { wait $lms || true; } 2>/dev/null
    lms=''
}
lms_says() { seen=$(<lms.log); [[ $seen == *"$1"* ]]; }
# For each port 0.0.0.0 and [::]; without IPv6 on the host, LMS leaves the second out.
families=$([[ -e /proc/net/if_inet6 ]] && echo 2 || echo 1)
listeners() {
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -cE ': 0+:(026F|0298|426[0-3]) [0-9A-F:]+ 0A ' || true
}
listens_everywhere() { seen="$(listeners) listeners"; [[ $(listeners) == $((6 * families)) ]]; }
listens_nowhere() { seen="$(listeners) listeners"; [[ $(listeners) == 0 ]]; }
answered_at() {  # ADDRESS
    seen=$(printf 'GET / HTTP/1.0\r\n\r\n' | timeout 5 nc.openbsd -N "$1" 16992 || true)
    [[ $seen == *'401 Unauthorized'* ]]
}
states() {  # STATE NUMBER: this many holds have this state
    ctl --json
    seen=$(grep -o '"state": *"[a-z]*"' <<<"$said" | grep -c "\"$1\"" || true)
    [[ $seen == "$2" ]]
}
