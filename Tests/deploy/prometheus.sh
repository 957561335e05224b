#!/usr/bin/env bash
# The alert rules have tests that notice a changed duration, and promtool accepts them and each query of the dashboard.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

rules=$top/deploy/prometheus/amtguard.rules.yml
tests=$top/deploy/prometheus/amtguard.rules.test.yml
board=$top/deploy/prometheus/amtguard.dashboard.json
promtool=$tools/promtool
need "$promtool" python3

expect "promtool accepts the rules" succeeds "$promtool" check rules "$rules"
expect "and the scrape configuration" succeeds "$promtool" check config "$top/deploy/prometheus/scrape.yml"
# The labels as Prometheus joins them, and the expression as it anchors it.
dropped=$(sed -n 's/ *regex: //p' "$top/deploy/prometheus/scrape.yml")
kept() { grep -hv '^#' "$@" | sed -E 's/^(\w+)(\{verdict="([^"]*)"\})?.*/\1;\3/' | grep -vxE "$dropped"; }  # FILE…
expect "which keeps 16 series of a machine's file" is "$(kept "$top/Tests/Monitoring/protected.prom" | wc -l)" 16
asked() { grep -ohE '\bamtguard_[a-z_]+' "$@" | sort -u; }  # FILE…: the metrics in it
expect "each that an alert asks for among them" is \
    "$(asked "$rules" | comm -23 - <(kept "$top"/Tests/Monitoring/*.prom | cut -d ';' -f 1 | sort -u))" ''
expect "there are five alerts at most" at_most "$(grep -c 'alert:' "$rules")" 5
expect "their tests hold" succeeds "$promtool" test rules "$tests"
expect "a change of any duration is noticed" succeeds python3 "$here/changed-rules.py" "$rules" "$tests" "$promtool"
while read -r name; do
    expect "the runbook has a section on $name" grep -qx "## $name" "$top/docs/RUNBOOK.md"
    expect "to which it points" grep -q "runbook_url: .*/RUNBOOK.md#${name,,}$" "$rules"
done < <(sed -n 's/.*- alert: //p' "$rules")

expect "the dashboard has queries" succeeds python3 "$here/dashboard-queries.py" "$board"
printf '%s\n' "$seen" >"$scratch/queries.yml"
expect "and promtool accepts each" succeeds "$promtool" check rules "$scratch/queries.yml"

# A metric that is renamed would leave an alert that never fires and a panel that stays empty.
expect "amtguardctl metrics tells each metric that they ask for" is \
    "$(asked "$rules" "$board" | comm -23 - <(asked "$top"/Tests/Monitoring/*.prom))" ''

python=$tools/grafana/bin/python
need "$python"
expect "the dashboard is what its script makes" succeeds \
    diff "$board" <("$python" "$top/deploy/prometheus/dashboard.py" || echo "the script failed")
