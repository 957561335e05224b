# amtguardd --release removes what the last guard of this boot owned, and nothing else; the package calls it last.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
release() { status=0; said=$("$amtguardd" --root $root --release 2>&1) || status=$?; }

release
expect "where no daemon guarded, there is nothing to do" is "$status $said" '0 '
expect "and nothing is made for it" not test -e $run

overwrite 664,5000-5010
start_guard OnStop=keep AuditSec=1h
release
expect "while a guard runs it is refused, in one line" is "$status $said" \
    '1 amtguardd: amtguardd runs and would add the ports again, so nothing is released. Stop it first: systemctl stop amtguardd'
expect "and nothing is done" holds 623,664,5000-5010,16992-16995
stop_guard
expect "OnStop=keep leaves all" holds 623,664,5000-5010,16992-16995
release
expect "then what was owned is released" holds 664,5000-5010
stays="These ports stay reserved: 664. They were reserved before amtguard, or another program has written the list since. To remove them: sysctl -w net.ipv4.ip_local_reserved_ports='5000-5010'"
expect "it says so, and what stays" is "$status $said" "0 Released 623,16992-16995; the list holds 664,5000-5010.
$stays"
release
expect "it is released once, and what stays is said again" is "$status $said" "0 $stays"

# As another user than the owner of the record, like the package.
start_guard Mode=observe
stop_guard
start_guard Mode=auto OnStop=keep
kill_guard
chown -R 65534:65534 $run
release
expect "what a killed guard of another user left is released" holds 664,5000-5010
expect "the record stays that user's" is "$(stat -c %u $run/memory)" 65534
chown -R 0:0 $run

# In doubt, not owned.
start_guard
kill_guard
overwrite 623,664,7000,16992-16995
release
expect "after another program wrote the list, no port is removed from it" holds 623,664,7000,16992-16995
expect "and the message names the ports that stay, and how to remove them" is "$status $said" "0 These ports stay reserved: $amt. They were reserved \
before amtguard, or another program has written the list since. To remove them: sysctl -w net.ipv4.ip_local_reserved_ports='7000'"

# A program that reads the list and writes the same ports back ends amtguard's ownership of them.
printf '\n' >$list
start_guard AuditSec=1h
overwrite "7000,$(<$list)"
eventually "it is said" says "Another program wrote the list with $amt in it"
eventually "in the status" json .ports.unowned $amt
expect "with the reason" reason not-owned
overwrite "7001,$(<$list)"
overwrite "7002,$(<$list)"
expect "the journal has it once" says_times 1 'Another program wrote the list with'
stop_guard
release
expect "and --release names all six" like "$status $said" "0 These ports stay reserved: $amt. *reserved_ports='7000-7002'"

# Hostile records. root reads them, but another user may have written them.
owns() {  # PORTS: a record that says so of the present list
    printf '\n' >$list
    rm -rf $run
    start_guard
    kill_guard
}
damaged() {  # WHAT STATUS
    release
    expect "$1: status $2" is "$status" "$2"
    expect "$1: nothing is taken out" holds $amt
    expect "$1: at most one line is said" at_most "$(grep -c . <<<"$said" || true)" 1
}
owns
head -c 3000000 /dev/zero >$run/memory
damaged "a record of 3 MB" 1
owns
printf 'amtguard-memory=1 boot=x namespace=y owned=1-65535 list= csme=0\n' >$run/memory
damaged "a record of another boot" 1
owns
mv $run/memory $work/elsewhere.txt
ln -s $work/elsewhere.txt $run/memory
damaged "a link" 1
owns
ln $run/memory $run/other
damaged "a record with two names" 1
owns
rm $run/memory
mkfifo $run/memory
damaged "a pipe" 1
owns
rm $run/memory
damaged "no record" 0
expect "none is made" not test -e $run/memory

# The kernel refuses.
owns
mount --bind $list $list
mount -o remount,bind,ro $list
release
expect "a list that can't be written is reported" like "$status $said" '1 *read-only*16992-16995 are still reserved*'
umount $list
release
expect "and it can be tried again" holds ''
