# No write is missed, however soon it follows another one that needs no repair.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
start_guard AuditSec=1h RepairBurst=1000000

# An addition by another program needs no repair, but wakes the guard. While it looks, the list is overwritten, after a
# time that grows from round to round. With audits an hour apart, only its watch can show that.
status=0
perl -e '
    use strict;
    my ($list, $rounds) = @ARGV;
    sub add { sysopen my $f, $list, 1 or die; sysseek $f, 1, 0; syswrite $f, shift or die "$!" }
    sub overwrite { sysopen my $f, $list, 1 or die; syswrite $f, shift or die "$!" }
    sub whole { open my $f, "<", $list or die; (my $text = <$f>) =~ tr/\n//d; $text eq shift }
    for my $round (1 .. $rounds) {
        add(5000);
        for (my $i = 0; $i < 5 * ($round % 500); $i++) { }
        overwrite("6000\n");
        my $end = time + 5;
        until (whole("623,664,6000,16992-16995")) {
            if (time > $end) { print "round $round: slept through\n"; exit 1 }
        }
    }' $list 2000 || status=$?
expect "none of 2,000 overwrites" is $status 0
stop_guard
