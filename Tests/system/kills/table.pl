# table.pl: the table of kills and failures. See kills.sh.
#   table.pl list DIRECTORY PROGRAMS ACT…    each injection, a line of it: ACT NAME:ORDINAL FAULT
#   table.pl play DIRECTORY PROGRAMS         plays those that come on standard input, a line of what came of each
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Acts;
use Faults;
use Host;

$| = 1;
my ($what, $directory, $programs, @names) = @ARGV;
my $host = Host->new($directory, $programs);

if ($what eq 'list') {
    for my $name (@names) {
        for (Acts::calls($host, $Acts::acts{$name})) {
            my ($call, $text) = @$_;
            # What touches the list or the record is never left out.
            my $weight = $text =~ m{^\w+\(\d+<(?:/proc/sys/net/ipv4/ip_local_res|\S*/memory)} ? 'always' : 'often';
            my $error = Faults::error($text);
            print "$weight $name $call signal=KILL\n";
            print "$weight $name $call error=$error\n" if defined $error;
        }
    }
} else {
    while (my $line = <STDIN>) {
        chomp $line;
        my ($name, $call, $fault) = split ' ', $line;
        my ($met, @wrong) = eval { Acts::suffer($host, $Acts::acts{$name}, $call, $fault) };
        ($met, @wrong) = (1, "the table can't play it: $@") if $@;
        print join("\t", $line, @wrong ? 'failed' : $met ? 'held' : 'missed', map { s/\s+/ /gr } @wrong), "\n";
    }
}
$host->kill_guard();
