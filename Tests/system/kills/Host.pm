# Host.pm: one host with one guard, for the table of kills: the kernel's list of this network namespace, an
# emulated /sys with an AMT, a service manager's socket, and the guard that is started, traced, ended and started again.
package Host;
use strict;
use warnings;
use POSIX qw(:sys_wait_h _exit);
use Socket;

my $list = '/proc/sys/net/ipv4/ip_local_reserved_ports';
our $patience = 20;  # seconds

sub new {  # CLASS, DIRECTORY with the emulated root in it, where the PROGRAMS are
    my ($class, $directory, $programs) = @_;
    my $self = bless {
        root => "$directory/root", run => "$directory/root/run/amtguard", log => "$directory/guard.log", said => "$directory/said",
        trace => "$directory/trace", notify => "$directory/notify",
        amtguardd => "$programs/amtguardd", amtguardctl => "$programs/amtguardctl",
    }, $class;
    socket($self->{manager}, AF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
    unlink $self->{notify};
    bind($self->{manager}, pack_sockaddr_un $self->{notify}) or die "bind: $!";
    $ENV{NOTIFY_SOCKET} = $self->{notify};
    return $self;
}

# ----------------------------------------------------------------------------------------------------------------------
# Time, and ports as sets

sub now { (POSIX::times())[0] / POSIX::sysconf(&POSIX::_SC_CLK_TCK) }
sub pause { select undef, undef, undef, 0.01 }

sub eventually {  # SECONDS CHECK: whether it came about
    my ($seconds, $check) = @_;
    my $end = now() + $seconds;
    until ($check->()) {
        return 0 if now() > $end;
        pause();
    }
    return 1;
}

# A set is a string of 65,536 bits, so that `|` is the union.
my ($last, $parsed) = ('', "\0" x 8192);
sub ports {  # TEXT
    my ($text) = @_;
    return $parsed if $text eq $last;
    my $set = "\0" x 8192;
    for (split /[,\s]+/, $text) {
        my ($first, $end) = split /-/;
        vec($set, $_, 1) = 1 for $first .. $end // $first;
    }
    ($last, $parsed) = ($text, $set);
    return $set;
}
sub without { my ($set, $other) = @_; return $set & ~$other }
sub is_empty { $_[0] !~ /[^\0]/ }
sub told {  # SET: the first few
    my ($set) = @_;
    my @ports = grep { vec $set, $_, 1 } 0 .. 65535;
    return @ports > 8 ? "@ports[0 .. 7] … (" . @ports . ')' : "@ports";
}

# ----------------------------------------------------------------------------------------------------------------------
# The list and the configuration

sub reserved {
    open my $file, '<', $list or die "$list: $!";
    sysread $file, my $text, 1 << 18;
    return ports($text);
}

sub write_list {  # TEXT of any length: the kernel takes 4,095 bytes a call, and what follows adds
    my ($self, $text) = @_;
    open my $file, '>', $list or die "$list: $!";
    $text .= "\n";
    while (length $text) { substr($text, 0, syswrite($file, $text) || die("$list: $!")) = '' }
}

sub configure {  # LINE…: below [Guard]
    my ($self, @lines) = @_;
    mkdir "$self->{root}/etc";
    open my $file, '>', "$self->{root}/etc/amtguard.conf" or die $!;
    print $file "$_\n" for '[Guard]', @lines;
}

sub forget { my ($self) = @_; system 'rm', '-rf', $self->{run} }  # a fresh boot

# ----------------------------------------------------------------------------------------------------------------------
# Processes

sub spawn {  # FILE for what it says, COMMAND…: its pid
    my ($self, $said, @command) = @_;
    unlink $said;
    my $pid = fork // die "fork: $!";
    return $pid if $pid;
    umask 077;  # the unit's
    open STDIN, '<', '/dev/null';
    open STDOUT, '>>', $said;
    open STDERR, '>>', $said;
    exec(@command) or _exit(127);
}

sub ended {  # PID SECONDS: its wait status, or nothing where it goes on
    my ($self, $pid, $seconds) = @_;
    my $status;
    eventually($seconds, sub { return waitpid($pid, WNOHANG) == $pid ? defined($status = $?) : 0 });
    return $status;
}

sub run {  # COMMAND…: its wait status and what it printed
    my ($self, @command) = @_;
    my $pid = $self->spawn($self->{said}, @command);
    my $status = $self->ended($pid, $patience);
    if (!defined $status) { kill KILL => $pid; waitpid $pid, 0; $status = -1 }
    return ($status, slurp($self->{said}));
}

sub slurp {  # FILE
    open my $file, '<', $_[0] or return '';
    local $/;
    return scalar(<$file>) // '';
}

# strace runs as a grandchild (-D), so that the traced process stays our child, for which we can wait.
sub strace { my ($self, @how) = @_; return ('strace', '-q', '-o', $self->{trace}, @how) }

sub start {  # [HOW strace traces it]: the guard; whether it became ready
    my ($self, @how) = @_;
    my @command = ($self->{amtguardd}, '--root', $self->{root});
    $self->hear();
    unlink $self->{trace};
    $self->{guard} = $self->spawn($self->{log}, @how ? $self->strace('-D', @how) : (), @command);
    $self->{status} = undef;
    return eventually($patience, sub { $self->hear() =~ /READY=1/ || $self->is_gone() }) && !$self->is_gone();
}

sub hear {  # what the service manager was told since
    my ($self) = @_;
    my $told = '';
    while (defined recv($self->{manager}, my $text, 65536, MSG_DONTWAIT)) { $told .= "$text\n" }
    return $told;
}

sub is_gone {
    my ($self) = @_;
    return 1 if defined $self->{status};
    $self->{status} = $? if waitpid($self->{guard}, WNOHANG) == $self->{guard};
    return defined $self->{status};
}

sub is_idle {  # its loop waits
    my ($self) = @_;
    return slurp("/proc/$self->{guard}/wchan") =~ /poll/ || $self->is_gone();
}

sub attach {  # HOW strace traces the guard
    my ($self, @how) = @_;
    unlink $self->{trace};
    eventually($patience, sub { $self->is_idle() }) or die 'the guard never rests';
    pipe my $said, my $says or die $!;
    $self->{tracer} = fork // die "fork: $!";
    if (!$self->{tracer}) {
        open STDERR, '>&', $says;
        exec('strace', '-o', $self->{trace}, @how, '-p', $self->{guard}) or _exit(127);
    }
    close $says;
    readline($said) =~ /attached/ or die 'strace can\'t trace the guard';
    $self->{tracer_said} = $said;  # closed, it would end strace at its next word
}

sub detach {
    my ($self) = @_;
    my $tracer = delete $self->{tracer} or return;
    kill TERM => $tracer;
    waitpid $tracer, 0;
    delete $self->{tracer_said};
}

sub signal { my ($self, $name) = @_; kill $name => $self->{guard} if !$self->is_gone() }

sub stop {  # [SECONDS]: whether it ended by itself
    my ($self, $seconds) = @_;
    $self->signal('TERM');
    return 1 if eventually($seconds // $patience, sub { $self->is_gone() });
    $self->kill_guard();
    return 0;
}

sub kill_guard {
    my ($self) = @_;
    return if !$self->{guard} || $self->is_gone();
    kill KILL => $self->{guard};
    waitpid $self->{guard}, 0;
    $self->{status} = $?;
}

sub trace {  # [HOW strace traces it] ARGUMENT…: the wait status of amtguardd, and what it said
    my ($self, $how, @arguments) = @_;
    unlink $self->{trace};
    return $self->run(@$how ? $self->strace('-D', @$how) : (), $self->{amtguardd}, '--root', $self->{root}, @arguments);
}

sub status {  # the exit status of amtguardctl --json, and its JSON
    my ($self) = @_;
    my ($status, $json) = $self->run($self->{amtguardctl}, '--root', $self->{root}, '--json');
    return ($status >> 8, $json);
}

1;
