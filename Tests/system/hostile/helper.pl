# helper.pl SOCKET: serves each connection as a hostile amtguard-firmware would, in the manner that the file `manner` names,
# and writes into `served` that it did.
use strict;
use warnings;
use Socket;

my ($path) = @ARGV;
my $good = "OUTCOME=answered\nDEVICE=mei0\nDEVICE_STATE=ENABLED\nAMTHI=answers\nPROVISIONING=post\nCONTROL_MODE=admin\n"
    . "AMT_VERSION=16.1.25\nEND=1\n";
my $shared = $good =~ s/END/WIRED_ENABLED=1\nWIRED_IPV4=127.0.0.1\nWIRED_DHCP=1\nWIRED_DHCP_MODE=passive\nWIRED_LINK=1\nWIRED_MAC=00:00:00:00:00:01\nEND/r;

sub say_all {  # TEXT: until nobody listens
    my ($text) = @_;
    while (length $text) {
        my $count = syswrite STDOUT, $text or return 0;
        substr($text, 0, $count) = '';
    }
    return 1;
}
sub drip { my ($pause, $text) = @_; say_all($_) && select(undef, undef, undef, $pause) || 1 for split //, $text }

my %manners = (
    good => sub { say_all($good) },
    loopback => sub { say_all($shared) },
    closes => sub { },
    gigabyte => sub { my $part = 'A' x 65536; for (1 .. 16384) { say_all($part) or last } },
    endless => sub { 1 while say_all("OUTCOME=answered\n") },
    line => sub { say_all('OUTCOME=' . 'x' x 70000) },
    bytes => sub { 1 while syswrite STDOUT, 'A' },
    half => sub { say_all(substr $good, 0, 60) },
    'no-end' => sub { say_all($good =~ s/END=1\n//r) },
    doubled => sub { say_all($good =~ s/END/AMTHI=answers\nEND/r) },
    keys => sub { say_all("OUTCOME=answered\n" . join('', map { "K$_=1\n" } 1 .. 5500) . "END=1\n") },
    'behind-end' => sub { say_all($good . $good) },
    binary => sub { say_all(join '', map { chr(($_ * 7919 >> 3) & 255) } 1 .. 3000) },
    nul => sub { say_all($good =~ s/16\.1\.25/16\0.1/r) },
    escape => sub { say_all($good =~ s/16\.1\.25/\e[2J\e]0;owned\a16/r) },
    bidi => sub { say_all($good =~ s/16\.1\.25/16\xe2\x80\xae1/r) },
    reason => sub { say_all("OUTCOME=failed\nOUTCOME_REASON=\e[31m" . 'x' x 270 . "\nEND=1\n") },
    words => sub { say_all("OUTCOME=failed\nOUTCOME_REASON=\$(reboot) %n%s \"\\ <b> ../../etc\nEND=1\n") },
    # A child that outlives the answer, or the helper, and keeps the connection open.
    children => sub { say_all($good); for (1 .. 20) { if (!fork) { sleep 100; exit } } },
    orphan => sub { if (!fork) { sleep 100; exit } },
    silent => sub { sleep 100 },
    slow => sub { drip(1, $good) },
);

socket my $server, AF_UNIX, SOCK_STREAM, 0 or die "socket: $!";
bind $server, pack_sockaddr_un($path) or die "bind: $!";
listen $server, 64 or die "listen: $!";
$SIG{CHLD} = 'IGNORE';
$SIG{PIPE} = 'IGNORE';
open my $log, '>', 'served' or die "served: $!";
select $log; $| = 1;
while (accept my $peer, $server) {
    my $manner = do { open my $file, '<', 'manner' or die "manner: $!"; readline $file };
    chomp $manner;
    print $log "$manner\n";
    next if fork;
    open STDOUT, '>&', $peer or die "dup: $!";
    close $peer;
    close $server;
    $manners{$manner}->();
    exit;
}
