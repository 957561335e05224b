# An audit repairs the list before it looks at /sys: a repair waits for nothing.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

command -v strace >/dev/null || skip "strace is not installed"
emulate amt
launch=(strace -qq -y -s 256 -o "$work/trace" -e trace=epoll_wait,openat,openat2,pwrite64)
start_guard AuditSec=500ms
# No watch shows these writes: an audit finds them.
for port in 5000 5001 5002; do
    write_elsewhere $port
    eventually "what was written elsewhere is repaired ($port)" holds 623,664,$port,16992-16995
done
# For each addition: which files of /sys were opened since the loop woke up.
before_additions() {
    awk '/^epoll_wait/ { opened = 0 } /"\/sys\// { opened++ }
        /^pwrite64\(.*ip_local_reserved_ports>/ { if (additions++) print opened }' "$work/trace"
}
expect "there were three additions after the first" is "$(before_additions | wc -l)" 3
expect "and before none of them anything of /sys was opened" is "$(before_additions | sort -u)" 0
expect "which audits do all the same" at_least "$(grep -c '"/sys/bus/pci/devices"' "$work/trace")" 3
kill -KILL "$(pgrep -P $guard)"
wait $guard || true
