#!/usr/bin/env bash
# A real guard, node_exporter and Prometheus: the guard stops, and the right alert fires within its time, and no other.
#
# The rules are those that are delivered, with a minute as a second and an hour as thirty: `faster` below.
if [[ ! ${HOST_NETNS:-} ]]; then
    export HELPERS_BIN=${HELPERS_BIN:-$AMTGUARD_BIN} BENCH_BIN=${BENCH_BIN:-$AMTGUARD_BIN} PLAY_TIME=${PLAY_TIME:-170}
    exec "$(dirname "$0")/../system/run" ../deploy/prometheus-alerts.sh
fi
source "$(dirname "${BASH_SOURCE[0]}")/../system/lib.sh"
top=$here/../..
tools=$top/.build/tools
for program in prometheus prometheus-node-exporter promtool; do
    [[ -x $tools/$program ]] || skip "there is no $program: run Tools/dependencies.sh deploy"
done

faster() { sed -E 's/\b([0-9]+)m\b/\1s/; s/\b1h\b/30s/; s/> 600$/> 10/'; }
faster <$top/deploy/prometheus/amtguard.rules.yml >$work/rules.yml
cat >$work/prometheus.yml <<'CONF'
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yml]
scrape_configs:
  - job_name: node
    static_configs: [{targets: ['127.0.0.1:9100']}]
CONF
textfiles=$work/textfiles
mkdir $textfiles

write_metrics() {  # what amtguard-metrics.timer does each minute, each second
    while sleep 1; do $amtguardctl --root $root metrics --textfile $textfiles/amtguard.prom 2>>writer.log || true; done
}
start_writer() { write_metrics & writer=$!; }
stop_writer() { kill -KILL $writer; wait $writer 2>/dev/null || true; }
guard_now() { $amtguardd --root $root 2>$log & guard=$!; }  # without a service manager
asks() { seen=$($tools/promtool query instant http://127.0.0.1:9090 "$1" 2>&1); }  # EXPRESSION
answers() { asks "$1" && [[ $seen == *"=> $2 @"* ]]; }                              # EXPRESSION VALUE
firing() { asks 'count by (alertname) (ALERTS{alertstate="firing"})' && [[ $seen == "{alertname=\"$1\"} => 1 @"* && $seen != *$'\n'* ]]; }
quiet() { asks 'ALERTS'; [[ $seen == '' ]]; }
fires() {  # ALERT FEWEST: it alone, and not before so many seconds
    local began=$SECONDS
    eventually "$1 fires" firing "$1"
    printf '    after %d s\n' $((SECONDS - began))
    expect "not before its time" at_least $((SECONDS - began + 1)) "$2"
}
PATIENCE=60

ip link set lo up
emulate amt
start_bus
configure Mode=always AuditSec=1s
guard_now
start_writer
$tools/prometheus-node-exporter --collector.disable-defaults --collector.textfile \
    --collector.textfile.directory=$textfiles --web.listen-address=127.0.0.1:9100 2>exporter.log &
$tools/prometheus --config.file=$work/prometheus.yml --storage.tsdb.path=$work/data \
    --web.listen-address=127.0.0.1:9090 2>prometheus.log &
eventually "Prometheus hears that the guard is up" answers amtguard_up 1
expect "node_exporter takes the file whole" answers node_textfile_scrape_error 0
expect "the guard is well" answers 'amtguard_verdict{verdict="protected"}' 1
expect "no alert is pending" quiet

stop_guard
fires AmtguardNoNews 5
guard_now
eventually "it ends when the guard is back" quiet

stop_writer
fires AmtguardNoNews 14
start_writer
eventually "it ends when the metrics are written again" quiet

eventually "an hour has passed, and the guard was up then" answers 'amtguard_up offset 30s' 1
stop_writer
rm $textfiles/amtguard.prom
fires AmtguardNoNews 4
start_writer
eventually "it ends when the file is back" quiet

(while sleep 0.2; do overwrite 5000; done) &
overwriter=$!
disown $overwriter
fires AmtguardContested 15
kill -KILL $overwriter

sysctl -qw net.ipv4.ip_local_port_range='1024 65535'
configure Mode=observe AuditSec=1s
kill -HUP $guard
eventually "the guard only observes" json .mode observe
overwrite 5000
also_exposed() { asks 'ALERTS{alertname="AmtguardExposed",alertstate="firing",severity="critical"}'; [[ $seen == *'=> 1 @'* ]]; }
eventually "AmtguardExposed fires where the guard may not write" also_exposed
stop_writer
stop_guard
