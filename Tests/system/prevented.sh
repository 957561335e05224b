# No write takes the required ports away, and each writer is named: the program in the kernel, alone and armed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

object=$AMTGUARD_BIN/list.bpf.o
[[ -e $object ]] || skip "$object is not built (make bpf)"
export AMTGUARD_PROGRAM=$object
emulate amt
amt=623,664,16992-16995
configure AuditSec=1h

start_guard
ctl --json
[[ $said == *'"watch":"bpf"'* ]] || skip "no program on writes here: $(perl "$here/json.pl" .watchShortfall <<<"$said")"
expect "the program in the kernel is the watch" json .watch bpf
expect "and there is no better one" json .watchShortfall null
expect "the list is as required" holds $amt

# Whoever replaces the list gets it, and our ports stay.
prevented() { json .prevented.count "$1"; }
overwrite 5000
seen=$(<$list)
expect "after a write the required ports are there" like ",$seen," "*,623,664,*16992-16995*"
eventually "and so is what was asked for" holds 623,664,5000,16992-16995
eventually "it is told as prevented" prevented 1
expect "and not as a repair" json .repairs.count 0
expect "with its writer" json .prevented.last.writer.pid $$
expect "by name" json .prevented.last.writer.command bash
expect "and what it asked for" json .prevented.last.asked 5000
expect "and what stayed" json .prevented.last.kept $amt
expect "in words" says 'overwrote the list with 5000; 623,664,16992-16995 stayed in it all the time'
expect "the verdict is what it was" json .verdict protected
overwrite 5001
eventually "what the next one leaves out goes" holds 623,664,5001,16992-16995
write_more() { perl -e 'open my $f, "+<", $ARGV[0] or die; sysseek $f, 1, 0; syswrite $f, $ARGV[1] or die "$!"' $list "$1"; }
write_more 5002
overwrite 5003
write_more 5004
eventually "additions count from the last replacement on" holds 623,664,5003-5004,16992-16995

# The writer's own view, and writes that the kernel refuses.
perl -e 'open my $f, ">", $ARGV[0] or die; exit(syswrite($f, "5005\n") == 5 ? 0 : 1)' $list
expect "a writer is told the number of bytes that it passed" is $? 0
eventually "and gets what it asked for" holds 623,664,5005,16992-16995
eventually "which was prevented" prevented 4
for text in abc 5000-4000 99999 ,5 '5 6' -5 5-; do
    ! printf %s "$text" >$list 2>/dev/null || fail "the kernel took $text"
done
printf 0x1394 >$list
sleep 0.5
expect "nobody's ports are taken for a text that is refused or unknown" like "$(<$list)" '623,664,5005,5012,16992-16995'
expect "and nothing more was prevented" prevented 4
expect "which is told" says 'amtguard could not read all of the text: the ports that it left out stay reserved'
overwrite 5000-5005
eventually "the next replacement decides again" holds 623,664,5000-5005,16992-16995

# Writers that are gone before anybody looks, and one with its own mount of /proc in its own pid namespace.
for ((i = 0; i < 20; i++)); do
    perl -e 'open my $f, ">", $ARGV[0] or die; syswrite $f, "$ARGV[1]\n"' $list $((5100 + i))
done
eventually "each of twenty writers that ended at once is seen" prevented 25
expect "with its name" json .prevented.last.writer.command perl
expect "and its parent's" json .prevented.last.writer.parent.command bash
write_elsewhere 5200
eventually "so is one with its own mount of /proc" prevented 26
expect "by name" json .prevented.last.writer.command sh
eventually "and gets what it asked for" holds 623,664,5200,16992-16995

# While the list is overwritten without pause, no reading lacks a port.
perl -e 'open my $f, ">", $ARGV[0] or die; $SIG{ALRM} = sub { exit 0 }; alarm 60;
    for (;;) { sysseek $f, 0, 0; syswrite $f, "8080\n" or die "$!" }' $list &
overwriter=$!
perl -e 'open my $f, "<", $ARGV[0] or die;
    for (1 .. 100_000) { sysseek $f, 0, 0; sysread $f, my $text, 4096;
        $text =~ /^623,664,.*16992-16995$/ or die "read $text" }' $list
expect "of 100,000 readings meanwhile none lacks a required port" is $? 0
kill $overwriter
wait $overwriter 2>/dev/null || true
sleep 0.5  # The guard has read what it could.
overwrite 5300
eventually "and the list soon is what was asked for last" holds 623,664,5300,16992-16995

# Where amtguard does not write, it only shows.
configure Mode=observe AuditSec=1h
reload_guard
overwrite 5400
expect "with Mode=observe a write is left alone" holds 5400
eventually "and told" says 'overwrote the list: found 5400, which lacks'
configure AuditSec=1h
reload_guard
eventually "then the ports are there again" holds 623,664,5400,16992-16995
stop_guard
overwrite 5500
expect "after the stop nothing is left in the kernel" holds 5500

# What it needs and does not find: one line, and the next rung.
lacks() {  # PATTERN: why the watch is fanotify
    start_guard AuditSec=1h
    expect "without it the watch is the next one" json .watch fanotify
    ctl --json
    expect "and the status says why" like "$said" "*\"watchShortfall\":\"bpf: $1\"*"
    stop_guard
}
library=$(ldconfig -p | sed -n 's/.*libbpf\.so\.1 .*=> //p' | head -n 1)
mount --bind /dev/null "$(realpath "$library")"
lacks 'libbpf.so.1 is not installed'
umount "$(realpath "$library")"
mount -t tmpfs none /sys/kernel/btf
lacks 'the kernel does not describe its types*'
umount /sys/kernel/btf
mount -t tmpfs none /sys/fs/cgroup
lacks 'control groups of version 2 are not mounted'
umount /sys/fs/cgroup
AMTGUARD_PROGRAM=$work/none lacks '*/none: No such file or directory'
AMTGUARD_PROGRAM=$here/prevented.sh lacks '*'
rm -rf $root/run
printf '\n' >$list

# Armed, as the unit does it: killed and started again, the program stays, and its successor judges what came meanwhile.
need_nobody
rm -rf $root/run
install -d -o 65534 -g 65534 $run
: >armed.log
RESTARTS=5 $work/helpers/service-manager $work/armed armed.log "$amtguardd" --root $root --arm -- \
    setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all,+net_admin --ambient-caps=-all,+net_admin \
    --bounding-set=-all,+net_admin "$amtguardd" --root $root 2>$log &
supervisor=$!
armed() { seen=$(grep -c '^READY=1' armed.log || true); ((seen > $1)); }
eventually "the armed guard is ready" armed 0
eventually "a guard without privileges has the program" json .watch bpf
overwrite 5600
eventually "and what is asked for stays" holds 623,664,5600,16992-16995
for ((i = 1; i <= 5; i++)); do
    kill -KILL "$(sed -n 's/^main //p' armed.log | tail -n 1)"
    overwrite $((5600 + i))
    expect "killed: the list keeps the ports ($i)" like "$(<$list)" "623,664,*16992-16995"
    eventually "and its successor finds what was written meanwhile" armed "$i"
    eventually "which it judges" holds 623,664,$((5600 + i)),16992-16995
done
kill -TERM "$(sed -n 's/^main //p' armed.log | tail -n 1)"
wait $supervisor 2>/dev/null || true
overwrite 5700
eventually "when the service manager lets go of it, nothing is left in the kernel" eval 'overwrite 5700; holds 5700'
