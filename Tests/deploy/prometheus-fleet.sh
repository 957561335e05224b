#!/usr/bin/env bash
# A real Prometheus scrapes 1,000 simulated machines: the rules and each query of the dashboard take less than a second.
#
#   MACHINES=1000   HISTORY=25200 (seconds of the past, which the rules and the dashboard's queries find)
#
# MACHINES=4000 PLAY_TIME=1200 Tests/deploy/prometheus-fleet.sh shows how that grows.
if [[ ! ${HOST_NETNS:-} ]]; then
    export HELPERS_BIN=${HELPERS_BIN:-$AMTGUARD_BIN} BENCH_BIN=${BENCH_BIN:-$AMTGUARD_BIN} PLAY_TIME=${PLAY_TIME:-300}
    exec "$(dirname "$0")/../system/run" ../deploy/prometheus-fleet.sh
fi
source "$(dirname "${BASH_SOURCE[0]}")/../system/lib.sh"
top=$here/../.. deploy=$here/../deploy
tools=$top/.build/tools
for program in prometheus promtool; do
    [[ -x $tools/$program ]] || skip "there is no $program: run Tools/dependencies.sh deploy"
done
: "${MACHINES:=1000}" "${HISTORY:=25200}"
situation() { tail -n 5 prometheus.log 2>/dev/null | cut -c 1-300 | indent; }
PATIENCE=90

# What a sample costs on disk: every metric of 20 machines, in the blocks that Prometheus keeps.
"$deploy/simulated-fleet.py" history 20 7200 >samples
"$tools/promtool" tsdb create-blocks-from openmetrics samples blocks >/dev/null
samples=$(($(wc -l <samples) - 1)) bytes=$(du -cb blocks/*/index blocks/*/chunks/* | awk 'END { print $1 }')
chunks=$(du -cb blocks/*/chunks/* | awk 'END { print $1 }')
printf 'bytes a sample in blocks of two hours: %s, of which %s are the values and the rest is the index\n' \
    "$(awk "BEGIN { printf \"%.2f\", $bytes / $samples }")" "$(awk "BEGIN { printf \"%.2f\", $chunks / $samples }")"
expect "a sample takes less than four bytes on disk" at_most "$bytes" $((4 * samples))
rm -rf samples blocks

# The past, as far as the dashboard looks at it over time.
"$deploy/simulated-fleet.py" history "$MACHINES" "$HISTORY" \
    'amtguard_(up|verdict|contested|victims|translated_victims|amt_state|watch|\w+_total)\b' >samples
"$tools/promtool" tsdb create-blocks-from openmetrics samples data >/dev/null
rm samples

ip link set lo up
"$deploy/dashboard-queries.py" $top/deploy/prometheus/amtguard.dashboard.json >queries.yml
{
    printf 'global: {scrape_interval: 15s, evaluation_interval: 5s}\nrule_files: [%s]\n' \
        "$(realpath $top/deploy/prometheus/amtguard.rules.yml)"
    "$deploy/simulated-fleet.py" config 9000 "$MACHINES"
} >prometheus.yml
"$deploy/simulated-fleet.py" serve 9000 &
server=$!
"$tools/prometheus" --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address=127.0.0.1:9090 \
    2>prometheus.log &
prometheus=$!
scraped() {  # the rules too have seen each machine
    seen=$("$tools/promtool" query instant http://127.0.0.1:9090 'sum(up) + 0 * count(ALERTS)' 2>&1)
    [[ $seen == *"=> $MACHINES @"* ]]
}
eventually "all $MACHINES machines are scraped" scraped
remembers() {  # nearly each machine has a report of an hour ago; some are off
    seen=$("$tools/promtool" query instant http://127.0.0.1:9090 'count(amtguard_up offset 1h)' 2>&1)
    local count=${seen#*=> }
    ((${count%% *} >= MACHINES * 9 / 10))
}
expect "an hour ago they were, too" remembers
figures() { "$deploy/fleet-figures.py" http://127.0.0.1:9090 "$MACHINES" queries.yml ; }
expect "the rules and the queries take less than a second each" figures
printf 'memory of Prometheus: %d MB\n' "$(awk '/^VmRSS:/ { print int($2 / 1024) }' /proc/$prometheus/status)"
kill $prometheus $server
