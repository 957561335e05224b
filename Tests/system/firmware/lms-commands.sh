# A starting Intel LMS asks AMT 34 times, with a connection for each. Beside our questions to a slow firmware it loses
# none of them.
source "$(dirname "${BASH_SOURCE[0]}")/emulator.sh"
PATIENCE=60

start_machine - < <(cat $machines/provisioned-acm.machine; printf '\n[machine]\nlatency = 250\n')
ask() { $work/bin/amtguard-firmware --root $root --uuid --json >answer.json 2>answer.log || true; }
loses_nothing() { seen=$(<lms.log); [[ $seen == *'34 asked, 0 lost'* ]]; }
asked_by_now() { grep -c ' ask [0-9]* amthi ' $asked; }
at_least_asked() { at_least "$(asked_by_now)" "$1"; }
longest() {  # for how many milliseconds a program held the connection
    awk '$3 == "connect" && $5 == "amthi" { at[$4] = $1 }
        $3 == "close" && $4 in at && $1 - at[$4] > most { most = $1 - at[$4] }
        END { print most + 0 }' $asked
}

ask
expect "alone, the firmware answers all questions" grep -qF '"outcome":"answered"' answer.json
expect "each of them" is "$(asked_by_now)" 11
expect "in several turns, none longer than a second" at_most "$(longest)" 1000
expect "one turn is not enough" at_least "$(opened)" 3

# How long LMS does something else between two commands, and how long it has been at it when we ask.
for phase in '0 0.4' '30 1' '90 0' '270 0.2'; do
    read -r gap delay <<<"$phase"
    : >$asked
    $work/emulator/lms-like --gap $gap --no-listen $root/dev/mei0 >lms.log 2>&1 &
    lms=$!
    sleep $delay
    for ((n = 0; n < 3; n++)); do runs $lms || break; ask; done
    wait $lms || true
    expect "with $gap ms between its commands LMS loses none" loses_nothing
    expect "we held the connection for at most a second" at_most "$(longest)" 1000
    printf '  %s; our last answer: %s\n' "$(<lms.log)" "$(grep -o '"outcome":"[a-z-]*"' answer.json)"
done

# We come first: LMS starts when we have asked so many questions.
for already in 1 3 6; do
    : >$asked
    ask &
    asking=$!
    eventually "we have begun" at_least_asked $already
    $work/emulator/lms-like --commands 34 --gap 10 --no-listen $root/dev/mei0 >lms.log 2>&1 || true
    expect "started after our question $already, LMS loses none" loses_nothing
    wait $asking
    expect "and we have an answer" grep -qF '"outcome":"answered"' answer.json
done
