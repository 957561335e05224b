# A day's events in fast motion, all at once and again and again, break no promise, and the guard's memory and descriptors do not grow.
#
# endurance.sh [SECONDS [SEED]]: for about this long; `make torture` plays an hour. In the first quarter the guard is also
# killed, stopped and started again; afterwards one process has to last. From five minutes on, the rare and expensive events
# are played too, and the memory is judged. The seed decides which events come in which order and with which values, and
# whether the watch of the lasting process is the program in the kernel (odd) or fanotify (even). How the events meet is
# up to the machine.
#
# One thing is left out: the time of day set back and forth. No namespace has one of its own, and a test must not set the
# host's. The guard decides by the clock of the boot alone; that one jumps here (play_sleep, play_clock).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
for part in service surroundings events promises; do source "$here/endurance/$part.sh"; done

duration=${1:-25} seed=${2:-1}
RANDOM=$seed
is_long() { ((duration >= 300)); }
! is_long || PATIENCE=60
printf 'seed %s, %s s\n' "$seed" "$duration"

make_surroundings
program=$AMTGUARD_BIN/list.bpf.o
if [[ -e $program ]]; then rungs=(fanotify bpf); else rungs=(fanotify); fi
rung=${rungs[0]} lasting=${rungs[seed % ${#rungs[@]}]}

often=(overwrite overwrite burst elsewhere elsewhere add add freeze reload reload firmware)
once=(addresses namespaces links bus journal manager disk flood noise rules device sleep)
declare -A counts
for event in "${often[@]}" "${once[@]}" kill terminate clock rung many hanging backlog; do counts[$event]=0; done

shuffle() {  # EVENT…: into `order`
    local i j kept
    order=("$@")
    for ((i = $# - 1; i > 0; i--)); do
        j=$((RANDOM % (i + 1))) kept=${order[i]}
        order[i]=${order[j]} order[j]=$kept
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

began=$SECONDS
start_service
come_to_rest
judge
while ((SECONDS - began < duration / 4)); do
    play_round "${often[@]}" "${once[@]}" kill terminate kill "$([[ $((RANDOM % 2)) == 0 ]] && echo clock || echo rung)"
done

# From here on one process. Each rare event comes for the first time before the memory is compared.
rung=$lasting clock=()
stop_service
start_service
find_guard
rare=() lasts=$guard warm=12 first_round=$round
! is_long || rare=(many hanging backlog)
come_to_rest
judge
pss_first=$pss descriptors_first=$(descriptors) repairs=0
while ((SECONDS - began < duration)); do
    more=()
    ((${#rare[@]} == 0 || (round - first_round) % 4)) || more=("${rare[(round - first_round) / 4 % ${#rare[@]}]}")
    play_round "${often[@]}" "${once[@]}" "${more[@]}"
    expect "it is the same process" is "$guard" "$lasts"
    ((round != first_round + warm)) || pss_first=$pss
done
descriptors_last=$(descriptors)
ctl --json
repairs=$(perl "$here/json.pl" .repairs.count <<<"$said") prevented=$(perl "$here/json.pl" .prevented.count <<<"$said")
if is_long; then
    PATIENCE=90 eventually "after a minute without an overwrite, nothing is left to say" json .verdict protected
    expect "its memory is what it was after $warm rounds, within 2 %" at_most $((pss * 100)) $((pss_first * 102))
fi
conclude

figures="rounds=$round seconds=$((SECONDS - began)) seed=$seed watch=$lasting repairs=$repairs prevented=$prevented"
for event in $(printf '%s\n' "${!counts[@]}" | sort); do figures+=" $event=${counts[$event]}"; done
printf '%s pss_first=%s pss_last=%s descriptors_first=%s descriptors_last=%s\n' \
    "$figures" "$pss_first" "$pss" "$descriptors_first" "$descriptors_last"
