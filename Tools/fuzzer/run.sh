#!/bin/sh
# The fuzzer on the parsers of foreign bytes; `make fuzz` and its like build it and set FUZZER to the program.
#   run.sh planted                finds the planted faults, or the fuzzer itself is broken
#   run.sh run TARGET|all         SECONDS (60) on each, or as many inputs as INPUTS says
#   run.sh keep TARGET|all        adds to Tests/Corpora what the runs found and it does not cover yet
# Inputs that break a promise are left in Tools/fuzzer/found.
set -eu
cd "$(dirname "$0")/../.."
: "${FUZZER:?make fuzz sets it to the program}"
corpora=Tests/Corpora work=Tools/fuzzer/.build/corpora found=Tools/fuzzer/found

# Otherwise Swift catches the signal first, prints a backtrace and leaves no file.
export SWIFT_BACKTRACE=enable=no

fuzzer() { # TARGET OPTION...
    AMTGUARD_FUZZ=$1 log=$work/$1.log
    export AMTGUARD_FUZZ
    shift
    "$FUZZER" -rss_limit_mb=1024 "$@" >"$log" 2>&1
}

statistic() { sed -n "s/^stat::$1: *//p" "$log"; }

targets() { # TARGET|all
    if [ "$1" = all ]; then
        for corpus in "$corpora"/*/; do basename "$corpus"; done
    elif [ -d "$corpora/$1" ]; then
        echo "$1"
    else
        echo "FUZZ=$1 is no target. Allowed: all $(targets all | tr '\n' ' ')" >&2
        exit 64
    fi
}

planted() {
    place=$(mktemp -d)
    trap 'rm -rf "$place"' EXIT
    for fault in trap:crash hang:timeout promise:crash; do
        target=planted-${fault%:*}
        if fuzzer "$target" -max_total_time=60 -timeout=2 -artifact_prefix="$place/$target-"; then
            echo "$target: not found" >&2
            exit 1
        fi
        for file in "$place/$target-${fault#*:}"-*; do
            if [ ! -s "$file" ]; then
                echo "$target: it left no file. The fuzzer said:" >&2
                tail -5 "$log" >&2
                exit 1
            fi
        done
        # The file is the proof: it must break the promise again.
        if fuzzer "$target" -timeout=2 -artifact_prefix="$place/again-" "$file"; then
            echo "$target: ${file##*/} does no harm" >&2
            exit 1
        fi
        echo "$target: found, ${file##*/} left"
    done
}

run() { # TARGET
    mkdir -p "$work/$1" "$found"
    # shellcheck disable=SC3028  # not the shell's: make sets it
    if [ -n "${INPUTS:-}" ]; then bound=-runs=$INPUTS; else bound=-max_total_time=${SECONDS:-60}; fi
    if fuzzer "$1" "$bound" -max_len=8192 -timeout=5 -print_final_stats=1 -artifact_prefix="$found/$1-" \
        "$work/$1" "$corpora/$1"; then
        echo "$1: $(statistic number_of_executed_units) inputs, $(statistic average_exec_per_sec) a second," \
            "$(statistic peak_rss_mb) MB"
        return 0
    fi
    file=$(sed -n 's/.*Test unit written to //p' "$log")
    grep -m 3 -E 'not kept: |ERROR: |Fatal error' "$log" >&2 || tail -5 "$log" >&2
    echo "$1: broken by ${file:-an input that left no file}" >&2
    echo "    SWIFT_BACKTRACE=enable=no AMTGUARD_FUZZ=$1 $FUZZER $file" >&2
    return 1
}

# The smallest number of files that covers the same code: -merge=1, or counters, would keep hundreds.
keep() { # TARGET
    mkdir -p "$work/$1"
    fuzzer "$1" -set_cover_merge=1 -use_counters=0 -timeout=5 "$corpora/$1" "$work/$1" || { tail -5 "$log" >&2; exit 1; }
    du -sb "$corpora/$1"
}

mkdir -p "$work"
case "${1:-}" in
    planted) planted ;;
    run | keep)
        list=$(targets "${2:?a target, or all}")
        failed=0
        for target in $list; do "$1" "$target" || failed=1; done
        exit $failed
        ;;
    *) sed -n '3,5s/^# *//p' "$0" >&2; exit 64 ;;
esac
