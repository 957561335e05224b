# claims.sh: the claims of scenarios and stages, which end at the first claim that does not hold. The lib.sh of each
# sources it. Before that, lib.sh sets `list` and the seconds of PATIENCE; afterwards it defines `situation`, which
# shows the state if a claim does not hold.

indent() { sed 's/^/    | /'; }

fail() {  # SENTENCE: ends it
    trap - ERR
    printf 'NOT SO: %s\n' "$1"
    [[ ! ${seen+x} ]] || printf '  seen: %s\n' "${seen:0:2000}"
    printf '  the list: %s\n' "$(cut -c 1-300 $list 2>&1)"
    situation
    exit 1
}
trap 'fail "line $LINENO of $(basename "$0"): $BASH_COMMAND"' ERR

expect() {  # SENTENCE CHECK [ARGUMENT…]: it is true
    local sentence=$1
    shift
    unset seen
    "$@" || fail "$sentence ($*)"
    printf 'so: %s\n' "$sentence"
}

eventually() {  # SENTENCE CHECK [ARGUMENT…]: it becomes true
    local sentence=$1 end=$((SECONDS + PATIENCE))
    shift
    unset seen
    until "$@"; do
        ((SECONDS < end)) || fail "$sentence, within $PATIENCE s ($*)"
        sleep 0.02
    done
    printf 'so: %s\n' "$sentence"
}

# Checks: each leaves its finding in `seen`

not() { ! "$@"; }
is() { seen=$1; [[ $1 == "$2" ]]; }
at_most() { seen=$1; (($1 <= $2)); }
at_least() { seen=$1; (($1 >= $2)); }
like() { seen=$1; [[ $1 == $2 ]]; }  # TEXT PATTERN
holds() { seen=$(<$list); [[ $seen == "$1" ]]; }  # PORTS: the list, no more and no less
exits() {  # STATUS COMMAND…: with its output in `said`
    local wanted=$1 status=0
    shift
    said=$("$@" 2>&1) || status=$?
    seen="status $status: $said"
    [[ $status == "$wanted" ]]
}
