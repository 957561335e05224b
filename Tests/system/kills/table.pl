# table.pl: the table of kills and failures. See kills.sh.
#   table.pl list DIRECTORY PROGRAMS [ACT…]   each injection, a line of it: KIND ACT NAME:ORDINAL FAULT
#   table.pl play DIRECTORY PROGRAMS          plays those that come on standard input, without KIND, for TABLE_TIME seconds;
#                                             what came of each: held, missed (it came to no such call), failed, late
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Acts;
use Faults;
use Host;

$| = 1;
my ($what, $directory, $programs, @names) = @ARGV;
my $end = Host::now() + ($ENV{TABLE_TIME} // 1e9);
my $host = Host->new($directory, $programs);

if ($what eq 'list') {
    for my $name (@names ? @names : @Acts::order) {
        my $act = $Acts::acts{$name} // die "no such act: $name. There are: @Acts::order\n";
        for (Acts::calls($host, $act)) {
            my ($call, $text) = @$_;
            my $error = Faults::error($text);
            for my $fault ('signal=KILL', defined $error ? "error=$error" : ()) {
                # What writes the list or the record is of a kind of its own.
                my $kind = $text =~ m{^pwrite64\(\d+<(?:/proc/|\S*/memory>)} ? "0/$name/$call" : "1/$act->{family}/$call";
                $kind =~ s/:\d+$// if $kind =~ /^1/;
                print "$kind/$fault $name $call $fault\n";
            }
        }
    }
} else {
    while (my $line = <STDIN>) {
        chomp $line;
        if (Host::now() > $end) { print "$line\tlate\n"; next }
        my ($name, $call, $fault) = split ' ', $line;
        my ($met, @wrong) = eval { Acts::suffer($host, $Acts::acts{$name}, $call, $fault) };
        ($met, @wrong) = (1, "the table can't play it: $@") if $@;
        print join("\t", $line, @wrong ? 'failed' : $met ? 'held' : 'missed', map { s/\s+/ /gr } @wrong), "\n";
    }
}
$host->kill_guard();
