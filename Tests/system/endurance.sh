# The events of a day, all at once, round after round, break no promise; the guard's memory and descriptors don't grow.
#
# endurance.sh [SECONDS [SEED]]: for about this long; `make torture` plays an hour. In the first quarter the guard is
# killed, stopped and started again as well; from then on one process has to last. From five minutes on, rare and
# expensive events are played too, and the memory is judged. The seed decides which events come, in which order and with
# which values, and the watch of the lasting process: the program in the kernel (odd) or fanotify (even). It does not
# decide how events meet.
#
# One thing is left out: the time of day set back and forth. No namespace has a time of day of its own, and a test must
# not set the host's. The guard decides by the clock of the boot alone, and that one jumps here (play_clock).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$here/endurance/service.sh"
source "$here/endurance/surroundings.sh"
source "$here/endurance/events.sh"
source "$here/endurance/promises.sh"

duration=${1:-25} seed=${2:-1}
RANDOM=$seed
is_long() { ((duration >= 300)); }
! is_long || PATIENCE=60
printf 'seed %s, %s s\n' "$seed" "$duration"

make_surroundings
program=$AMTGUARD_BIN/list.bpf.o
if [[ -e $program ]]; then rungs=(fanotify bpf); else rungs=(fanotify); fi
rung=${rungs[0]} lasting=${rungs[seed % ${#rungs[@]}]}

always=(overwrite overwrite burst elsewhere elsewhere add add freeze reload reload firmware
    addresses namespaces links bus journal manager disk flood noise rules device sleep)
endings=(kill kill terminate) renewals=(clock rung)
is_long && rare=(many hanging backlog calm) || rare=()
declare -A counts
for event in "${always[@]}" "${endings[@]}" "${renewals[@]}" many hanging backlog calm; do counts[$event]=0; done

shuffle() {  # EVENT…: into `order`
    local i j last
    order=("$@")
    for ((i = $# - 1; i > 0; i--)); do
        j=$((RANDOM % (i + 1))) last=${order[i]}
        order[i]=${order[j]} order[j]=$last
    done
}

round=0
play_round() {  # EVENT…: these, in any order, and then what must hold
    local event
    round=$((round + 1))
    shuffle "$@"
    printf 'round %s, after %s s: %s\n' $round $((SECONDS - began)) "${order[*]}"
    for event in "${order[@]}"; do
        find_guard
        "play_$event"
        counts[$event]=$((counts[$event] + 1))
    done
    come_to_rest
    judge
}

began=$SECONDS lasts=''
start_service
until ((round > 0 && SECONDS - began >= duration / 4)); do
    more=()
    ((round % 2)) || more=("${renewals[RANDOM % 2]}")
    play_round "${always[@]}" "${endings[@]}" "${more[@]}"
done

# From here on one process.
rung=$lasting clock=()
renew_service
lasts=$guard first_round=$round
come_to_rest
judge
descriptors_first=$usual_descriptors pss_at_rest=("$pss")
while ((SECONDS - began < duration)); do
    more=() i=$((round - first_round))
    ((${#rare[@]} == 0 || i % 4)) || more=("${rare[i / 4 % ${#rare[@]}]}")
    play_round "${always[@]}" "${more[@]}"
    expect "it is the same process" is "$guard" "$lasts"
    pss_at_rest+=("$pss")
done
descriptors_last=$(descriptors)

# From one round to the next the memory differs by how much of its code the guard has just used. So medians are
# compared: of some rounds after each rare event has come once, and of the last ones.
warm=16 few=15
if ((${#pss_at_rest[@]} < warm + 2 * few)); then warm=0 few=1; fi
pss_first=$(median "${pss_at_rest[@]:warm:few}") pss_last=$(median "${pss_at_rest[@]: -few}")
ctl --json
repairs=$(perl "$here/json.pl" .repairs.count <<<"$said")
prevented=$(perl "$here/json.pl" .prevented.count <<<"$said")
((few == 1)) || expect "its memory has not grown, within 2 %" at_most $((pss_last * 100)) $((pss_first * 102))
conclude

figures="rounds=$round seconds=$((SECONDS - began)) seed=$seed watch=$watch repairs=$repairs prevented=$prevented"
for event in $(printf '%s\n' "${!counts[@]}" | sort); do figures+=" $event=${counts[$event]}"; done
printf '%s pss_first=%s pss_last=%s descriptors_first=%s descriptors_last=%s\n' \
    "$figures" "$pss_first" "$pss_last" "$descriptors_first" "$descriptors_last"
