# Without runtime directory, disk space, journal, bus, service manager or standard error, it guards all the same.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
configure AuditSec=1h

guards() {  # HOW
    eventually "$1, it guards" holds $amt
    overwrite 5000
    eventually "$1, it repairs" holds 623,664,5000,16992-16995
    expect "and runs" runs $guard
}
degraded_by_directory() {  # by its own messages, as no state file can show it
    eventually "the service manager hears why" told_manager "STATUS=Degraded: /run/amtguard/?.* can't be .*$1"
}
afresh() { rm -rf $root/run; printf '\n' >$list; }

mkdir -p $root/run
mount -t tmpfs -o ro none $root/run
start_guard
guards "with a read-only /run"
degraded_by_directory 'Read-only file system'
stop_guard
umount $root/run
afresh

touch $root/run
start_guard
guards "with a file in place of /run"
degraded_by_directory 'Not a directory'
stop_guard
rm $root/run
afresh

mkdir -p $root/run
mount -t tmpfs -o size=64k,nr_inodes=20 none $root/run
dd if=/dev/zero of=$root/run/full bs=4k 2>/dev/null || true
start_guard
guards "with a full disk"
degraded_by_directory 'No space left on device'
rm $root/run/full
overwrite 5001
eventually "and when there is room again, the state file is written" grep -q '"found": *"5001"' $run/state.json
eventually "and the verdict recovers" json .verdict protected
stop_guard
umount $root/run
afresh

# This namespace has no journal, no bus and no service manager anyway; standard error is closed as well.
"$amtguardd" --root $root 2>&- >&- <&- &
guard=$!
guards "with nothing at all"
stop_guard
afresh

# Standard error that accepts nothing.
before=$(readies)
NOTIFY_SOCKET=$notify "$amtguardd" --root $root 2>/dev/full &
guard=$!
eventually "with standard error on a full disk, it is ready" is_ready "$before"
guards "with standard error on a full disk"
stop_guard
afresh

# Standard error without a reading process, like a stopped terminal.
mkfifo pipe
exec 8<>pipe
timeout 20 dd if=/dev/zero of=pipe bs=4k oflag=nonblock 2>/dev/null || true
"$amtguardd" --root $root 2>&8 &
guard=$!
guards "with standard error that nobody reads"
stop_guard
afresh

# Standard error whose reader is gone, as with `| head`.
mkfifo gone
exec 9<>gone
"$amtguardd" --root $root 2>gone &
guard=$!
eventually "with a reader of standard error, it guards" holds $amt
exec 9>&-
guards "when that reader has gone"
expect "and runs" runs $guard
stop_guard
