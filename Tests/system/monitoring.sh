# check, metrics and their file, and the report for a bug, of the real daemon: each as its reader judges it.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

promtool=${PROMTOOL:-$(command -v promtool || echo "$here/../../.build/tools/promtool")}
judged() {  # promtool accepts the metrics without a remark
    [[ -x $promtool ]] || return 0
    seen=$("$amtguardctl" --root $root metrics | "$promtool" check metrics 2>&1) && [[ ! $seen ]]
}
metric() {  # NAME VALUE
    seen=$("$amtguardctl" --root $root metrics 2>&1)
    grep -qxF "$1 $2" <<<"$seen"
}
parsed() {  # LABEL VALUE: as the library of Debian's plugins reads it
    ctl check
    seen=$said
    perl -MMonitoring::Plugin::Performance -e '
        my ($text, $data) = split / \| /, shift;
        my %value = map { $_->label => $_->value } Monitoring::Plugin::Performance->parse_perfstring($data);
        exit(($value{$ARGV[0]} // "none") ne $ARGV[1])' "$said" "$1" "$2"
}
checks() {  # STATUS PATTERN [OPTION…]: of amtguardctl check
    local wanted=$1 pattern=$2
    shift 2
    ctl check "$@"
    seen="status $status: $said"
    [[ $status == "$wanted" && $said == $pattern && $said != *$'\n'* ]]
}

# Without a guard.
expect "without a guard the check is unknown" checks 3 'AMTGUARD UNKNOWN - amtguardd does not run*'
expect "which --problem makes a problem" checks 1 'AMTGUARD UNKNOWN*' --problem=1
expect "another number is refused" exits 64 check --problem=4
expect "and the metrics say so" metric amtguard_up 0
expect "and nothing else" is "$(grep -vc '^#' <<<"$seen")" 1
expect "as promtool accepts it" judged

emulate amt
connect_host
sysctl -qw net.ipv4.ip_local_port_range='1024 65535'
start_bus
start_guard Mode=always AuditSec=100ms
expect "with it all is well" checks 0 'AMTGUARD OK - protected: 6 ports reserved, AMT *|*exposed=0;;0' --problem=1
expect "the metrics are accepted by promtool" judged
for sample in 'amtguard_up 1' 'amtguard_verdict{verdict="protected"} 1' 'amtguard_verdict{verdict="exposed"} 0' \
    'amtguard_repairs_total 0' 'amtguard_ports{set="required"} 6' 'amtguard_holds{state="held"} 6' 'amtguard_victims 0' \
    'amtguard_contested 0' 'amtguard_mode{mode="always"} 1' 'amtguard_audit_interval_seconds 0.1'; do
    expect "they have $sample" metric "${sample% *}" "${sample##* }"
done
expect "no repair has no time" is "$(grep -c last_repair <<<"$seen" || true)" 0
overwrite 5000
eventually "a repair is counted" metric amtguard_repairs_total 1
expect "with its time" at_least "$(sed -n 's/^amtguard_last_repair_timestamp_seconds //p' <<<"$seen")" $(($(date +%s) - 60))
eventually "each look has its time" at_least \
    "$("$amtguardctl" --root $root metrics | sed -n 's/^amtguard_observed_timestamp_seconds //p')" $(($(date +%s) - 60))
if perl -MMonitoring::Plugin::Performance -e 1 2>/dev/null; then
    expect "the library of plugins reads the counter" parsed repairs 1
    expect "and what is exposed" parsed exposed 0
fi
nobody=("${as_nobody[@]}")
if "${nobody[@]}" "$amtguardctl" --version >/dev/null 2>&1; then
    expect "every user may ask" is "$("${nobody[@]}" "$amtguardctl" --root $root check | cut -c 1-11)" 'AMTGUARD OK'
fi

# A port that another program has taken out and that may not come back: exposed.
reload=(Mode=observe AuditSec=100ms)
configure "${reload[@]}"
reload_guard
overwrite 5000
eventually "an exposed port is critical" checks 2 'AMTGUARD CRITICAL - exposed: 16992-16995 not reserved |*exposed=4;;0'
expect "and one number for those that know two states" checks 1 'AMTGUARD CRITICAL*' --problem=1
expect "a liveness probe accepts it, since the guard reports it" checks 0 'AMTGUARD CRITICAL*' --accept 2
expect "one that accepts less does not" checks 2 'AMTGUARD CRITICAL*' --accept 1
expect "and a metric" metric 'amtguard_ports{set="exposed"}' 4
expect "promtool accepts that too" judged

# The file.
folder=$work/textfiles
file=$folder/amtguard.prom
mkdir $folder
written() { exits "$1" metrics --textfile "$2" && [[ $said == "${3:-}" ]]; }
alone() { seen=$(ls -A $folder); [[ $seen == "$1" ]]; }
(umask 077; "$amtguardctl" --root $root metrics --textfile $file)
expect "the file can be read by every collector" is "$(stat -c %a $file)" 644
expect "and is the same text" is "$(grep -v observed $file)" "$("$amtguardctl" --root $root metrics | grep -v observed)"
before=$(stat -c %i $file)
expect "a second time" written 0 $file
expect "it is another file" not is "$(stat -c %i $file)" "$before"
expect "and nothing is beside it" alone amtguard.prom
# As the unit does: root's identity and no capability.
confined=(setpriv --bounding-set=-all --inh-caps=-all --no-new-privs)
expect "root needs no capability for it" "${confined[@]}" "$amtguardctl" --root $root metrics --textfile $file
expect "and is answered as well" grep -qx 'amtguard_up 1' $file
expect "a missing folder is named" written 1 $work/nowhere/a.prom "Error: $work/nowhere/a.prom: there is no directory $work/nowhere"
expect "a directory is no file" written 1 $folder "Error: $folder: this is a directory. Allowed: the path of a file"
ln -s amtguard.prom $folder/link.prom
expect "a link is not replaced" exits 1 metrics --textfile $folder/link.prom
rm $folder/link.prom
mount -t tmpfs -o size=4k t $folder
head -c 4096 /dev/zero >$folder/amtguard.prom
expect "a full folder is reported in one line" written 1 $file "Error: $file: No space left on device"
expect "with nothing left behind" alone amtguard.prom
expect "and the former file as it was" is "$(stat -c %s $file)" 4096
mount -o remount,ro $folder
expect "so is one that can't be written" written 1 $file "Error: $file: Read-only file system"
umount $folder
(for ((i = 0; i < 50; i++)); do "$amtguardctl" --root $root metrics --textfile $file; done) &
writers=$!
whole=0
while runs $writers; do
    [[ $(tail -n 1 $file) =~ ^amtguard_[a-z_]+(\{.*\})?' '[0-9.]+$ && $(tail -c 1 $file | od -An -c) == *'\n'* ]] ||
        fail "a reader saw a part"
    whole=$((whole + 1))
done
expect "a reader never sees a part, in $whole looks" at_least $whole 3
if [[ $(stat -c %a $folder) ]] && "${nobody[@]}" "$amtguardctl" --version >/dev/null 2>&1; then
    status=0
    said=$("${nobody[@]}" "$amtguardctl" --root $root metrics --textfile $file 2>&1) || status=$?
    expect "who may not write there hears so" is "$status $said" "1 Error: $file: Permission denied"
fi

# The report.
mkdir $work/reports
cd $work/reports || exit
mkdir -p $root/etc/sysctl.d $root/etc/amtguard.conf.d
echo 'net.ipv4.ip_local_port_range = 1024 65535 ; 81.2.69.142' >$root/etc/sysctl.d/50-wide.conf
echo '# of eno1, 00:1b:21:aa:bb:cc' >$root/etc/amtguard.conf.d/10-x.conf
expect "a report is written" exits 0 report bug.txt
expect "after it said where" like "$said" 'This goes to bug.txt, and nowhere else:*'
expect "it is for its owner" is "$(stat -c %a bug.txt)" 600
expect "and the only file" is "$(ls -A)" bug.txt
for text in 'amtguardctl:   ' '==== status:' 'exposed' '==== kernel settings:' 'ip_local_port_range = 1024 65535' \
    '==== configuration:' 'Mode=observe' '50-wide.conf:1: net.ipv4.ip_local_port_range = 1024 65535 ; 192.0.2.' \
    '00:1b:21:xx:xx:01' '==== journal:' '"schema":1'; do
    expect "it has $text" grep -qF -- "$text" bug.txt
done
expect "without the address" not grep -q 81.2.69 bug.txt
expect "without the rest of the MAC address" not grep -qi aa:bb:cc bug.txt
former=$(sha256sum bug.txt)
expect "an existing file is not overwritten" exits 1 report bug.txt
expect "which is said" like "$said" '*bug.txt: File exists*'
ln -s elsewhere link
expect "nor is a link followed" exits 1 report link
expect "to nowhere" not test -e elsewhere
expect "the first one is as it was" is "$(sha256sum bug.txt)" "$former"
expect "a missing folder is reported before the work" exits 1 report $work/nowhere/x
expect "the name has a default" exits 0 report
expect "with its time" like "$(ls)" "*amtguard-report-20*T*Z.txt*"
"$amtguardctl" --root $root report - 2>/dev/null >out
expect "standard output has it whole" grep -q '"schema":1' out
expect "and no progress where there is no terminal" not grep -q $'\r' out
if command -v script >/dev/null; then
    script -qec "stty cols 60; $amtguardctl --root $root report tty.txt" typescript >/dev/null
    expect "a terminal sees that it goes on" grep -q $'\rreport: ' typescript
    expect "and the report has none of that" not grep -q $'\r' tty.txt
fi
mount -t tmpfs -o size=4k t $work/reports
expect "a full folder is reported" exits 1 report $work/reports/full.txt
expect "with nothing left behind" is "$(ls -A $work/reports)" ''
umount $work/reports
if "${nobody[@]}" "$amtguardctl" --version >/dev/null 2>&1; then
    said=$("${nobody[@]}" "$amtguardctl" --root $root report - 2>&1)
    expect "every user may write one" like "$said" '*If root runs this, the file also has*==== status:*'
    expect "with a line for what needs root" like "$said" '*==== firmware now:*Not available: only root may*'
fi

# A guard that hangs is down for monitoring.
kill -STOP $guard
expect "one that does not answer is down" metric amtguard_up 0
expect "and the check looks at the list itself" checks 2 'AMTGUARD CRITICAL - exposed: 16992-16995 not reserved | exposed=4;;0'
expect "which no liveness probe accepts: the guard hangs" checks 2 'AMTGUARD CRITICAL*' --accept 2
kill -CONT $guard
stop_guard

[[ -x $promtool ]] || skip "all held, but promtool did not judge it: run Tools/dependencies.sh test"
