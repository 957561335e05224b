# Whatever is mounted over the list, no program waits for it, writes to it, or takes it for a whole list.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
configure AuditSec=200ms
start_manager
overwrite 5000

lies() {  # NAME: makes it in `over`, and leaves in `before` what must not change
    rm -rf over
    case $1 in
        empty) : >over ;;
        whole) printf '%s\n' $amt >over ;;
        separators) printf ',,,---,,\n' >over ;;
        reversed) printf '664-623\n' >over ;;
        huge-number) printf '99999999999999999999999\n' >over ;;
        binary) head -c 1000000 /dev/urandom >over ;;
        sparse) truncate -s 3G over ;;
        long) perl -e 'print "1," x 200000' >over ;;
        fifo) mkfifo over ;;
        zeros) mknod over c 1 5 ;;
        full) mknod over c 1 7 ;;
        socket) perl -MSocket -e 'socket S, AF_UNIX, SOCK_STREAM, 0; bind S, pack_sockaddr_un $ARGV[0] or die "$!"' over ;;
        # Files that procfs serves as well.
        range) over=/proc/sys/net/ipv4/ip_local_port_range ;;
        kernel-log) over=/proc/kmsg ;;
        text) over=/proc/version ;;
        memory) over=/proc/self/mem ;;
    esac
}
content() { if [[ -f $over && $over != /proc/kmsg && $over != */mem ]]; then stat -c %s "$over"; head -c 2000000 "$over" | cksum; fi; }
ends() {  # SENTENCE COMMAND…: it ends soon, whatever it prints
    status=0
    timeout 10 "${@:2}" >out 2>&1 || status=$?
    expect "$1 ends" at_most $status 3
}
unharmed() { seen=$(content); [[ $seen == "$before" ]]; }
not_protected() { ctl --json; seen=$(perl "$here/json.pl" .verdict <<<"$said"); [[ $seen != protected && $seen != not-needed ]]; }

for name in empty whole separators reversed huge-number binary sparse long fifo zeros full socket range kernel-log text memory; do
    over=over
    lies $name
    before=$(content)
    mount --bind $over $list
    ends "$name: --dry-run" "$amtguardd" --root $root --dry-run
    ends "$name: --release" "$amtguardd" --root $root --release
    ends "$name: amtguardctl" "$amtguardctl" --root $root
    start_guard
    ends "$name: amtguardctl ports" "$amtguardctl" --root $root ports
    sleep 0.3
    eventually "$name: nothing is said to be protected" not_protected
    expect "nothing is written there" unharmed
    expect "it runs" runs $guard
    # The next audit repairs the list, perhaps before it is read here.
    kill -STOP $guard
    umount --lazy $list
    expect "nor to the list" holds 5000
    kill -CONT $guard
    eventually "$name: when it has gone, the list is guarded" holds 623,664,5000,16992-16995
    eventually "and all is well" json .verdict protected
    stop_guard
    overwrite 5000
    rm -rf $run
done
