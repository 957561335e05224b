# Acts.pm: the acts of a guard, and what must be true afterwards, at whatever point of an act the guard ended.
package Acts;
use strict;
use warnings;
use Faults;
use Host;

my $amt = '623,664,16992-16995';
my $short = '5000-5010';
my $long = join ',', map { 20001 + 2 * $_ } 0 .. 1499;  # 9 kB: three writes

# `others` are ports of other programs. A guard with `lines` of configuration does its `act`, which leaves `required`. strace
# runs on the starting guard, on the running one, or on another `program`. Acts of one `family` have much in common.
our @order = qw(start restart repair audit grow shrink keep stop release bridge shrink-long stop-long release-long);
our %acts = (
    start => { traced => 'start' },
    restart => { traced => 'start', before => \&die_guarding, family => 'start' },
    repair => { traced => 'guard', act => \&overwrite },
    audit => { traced => 'guard', act => sub { }, lasts => 1.3, family => 'repair' },
    grow => { traced => 'guard', act => \&reload, then => ['ExtraPorts=5900'], required => "$amt,5900", family => 'repair' },
    shrink => { traced => 'guard', act => \&reload, lines => ['ExtraPorts=5900'], family => 'repair' },
    keep => { traced => 'guard', act => \&end, ends => 1, family => 'stop' },
    stop => { traced => 'guard', act => \&end, ends => 1, lines => ['OnStop=release'] },
    release => { traced => 'program', program => ['--release'], before => sub { $_[0]->start(); $_[0]->stop() } },
    bridge => {
        traced => 'program', program => [qw(--during sleep 0.02)],  # it looks every 2 ms
        before => sub { $_[0]->write_list('6000'); &die_guarding; &overwrite },
    },
);
# The rest of a long list does not fit one write, so nothing is removed from it: owned ports stay, and this is reported.
$acts{"$_-long"} = { %{$acts{$_}}, others => $long, stays => "$amt,5900", family => $acts{$_}{family} // $_ }
    for qw(shrink stop release);
for my $name (keys %acts) {
    $acts{$name} = { others => $short, required => $amt, lines => [], then => [], lasts => 0.3, stays => '', family => $name, %{$acts{$name}} };
}

sub die_guarding { my ($host) = @_; $host->start(); $host->kill_guard() }
sub overwrite { my ($host) = @_; $host->write_list($short) }
sub end { my ($host) = @_; $host->signal('TERM') }
sub reload {
    my ($host, $act) = @_;
    configure($host, @{$act->{then}});
    $host->signal('HUP');
}

sub configure { my ($host, @lines) = @_; $host->configure('AuditSec=1s', @lines) }

# Plays an act under strace.
sub play {  # HOST ACT HOW…
    my ($host, $act, @how) = @_;
    $host->kill_guard();
    $host->forget();
    $host->write_list($act->{others});
    configure($host, @{$act->{lines}});
    $act->{before}->($host) if $act->{before};
    if ($act->{program}) { return $host->trace([@how], @{$act->{program}}) }
    if ($act->{traced} eq 'start') { $host->start(@how); return }
    $host->start() or die 'the guard does not start';
    $host->attach(@how);
    $act->{act}->($host, $act);
    return;
}

# Each call of an act, as `NAME:ORDINAL`, and the text of it.
sub calls {  # HOST ACT
    my ($host, $act) = @_;
    play($host, $act, '-y');
    Host::eventually($act->{lasts}, sub { $host->is_gone() }) if !$act->{program};
    $host->detach();
    my ($own, %count, @calls) = ($act->{traced} eq 'guard');
    for (split /\n/, Host::slurp($host->{trace})) {
        my ($name) = /^(\w+)\(/ or next;
        $count{$name}++;
        # The loader's calls come first.
        $own ||= $name ne 'execve' && (/^rt_sigaction\(SIGPIPE/ || index($_, $host->{root}) >= 0);
        next if !$own || $name =~ /^(?:execve|exit_group|rt_sigreturn|restart_syscall)$/;
        push @calls, ["$name:$count{$name}", $_];
    }
    return @calls;
}

# Plays an act in which one call fails, or before which the guard is killed.
#
# Returns whether the fault occurred, and what was wrong then or afterwards.
sub suffer {  # HOST ACT NAME:ORDINAL FAULT
    my ($host, $act, $call, $fault) = @_;
    my ($name, $ordinal) = split /:/, $call;
    my ($status, $said) = play($host, $act, '-e', "trace=$name", '-e', "inject=$name:$fault:when=$ordinal");
    my $failed = sub { Host::slurp($host->{trace}) =~ /INJECTED/ };
    my @wrong;
    if ($act->{program}) {
        @wrong = ending($act, $name, $fault, $status, $said);
        push @wrong, 'it ends with 0 and has not released'
            if $act->{family} eq 'release' && !$status && differs($host, Host::ports($act->{others}));
    } else {
        Host::eventually($act->{lasts}, sub { $host->is_gone() || $failed->() });
        push @wrong, 'it does not end' if $act->{ends} && !Host::eventually(3, sub { $host->is_gone() });
        $host->detach();
    }
    my $met = $fault =~ /KILL/ ? ($status // $host->{status} // 0) == 9 : $failed->();
    return $met, @wrong, aftermath($host, $act, $name, $fault, $ordinal);
}

# The allowed endings of a guard that was killed, or whose call failed.
sub ending {  # ACT SYSCALL FAULT STATUS SAID
    my ($act, $name, $fault, $status, $said) = @_;
    my ($signal, $exit) = ($status & 127, $status >> 8);
    return if $fault =~ /KILL/ && $signal == 9 || ($act->{ends} || $act->{program}) && !$status || Faults::may_break($name);
    # The call that failed may be the one that prints the line.
    my $explained = $exit == 1 && ($name eq 'write' || $said =~ /^amtguardd: \S/m);
    return if $explained && ($act->{family} eq 'release' || Faults::may_end($name));
    my ($last) = reverse grep { /\S/ } split /\n/, $said;
    return sprintf 'it ended with %s: %s', $signal ? "signal $signal" : "status $exit", $last // 'no word';
}

# If the guard has ended, the next one starts, as under the service manager. Then all must be well and reported as well, and
# the ports can be released.
sub aftermath {  # HOST ACT SYSCALL FAULT ORDINAL
    my ($host, $act, $name, $fault, $ordinal) = @_;
    my $others = Host::ports($act->{others});
    my ($required, $stays) = (Host::ports($act->{required}), Host::ports($act->{stays}));
    my @wrong;
    # The removal of the package tries this again; a boot does not.
    push @wrong, released($host, $others, $stays, 'tried again') if $act->{family} eq 'release' && $ordinal % 2;
    $host->start() if $act->{program};
    my $well = settled($host, $others, $required, $stays);
    push @wrong, "it says: $1" if Host::slurp($host->{log}) =~ /(.*(?:is gone|is not capable|another file|mount of \/proc|procfs mount).*)/;
    if ($host->is_gone()) {
        push @wrong, ending($act, $name, $fault, $host->{status}, Host::slurp($host->{log})) if !$act->{program};
        $host->start() or push @wrong, 'no other guard starts: ' . Host::slurp($host->{log});
        $well = settled($host, $others, $required, $stays);
    }
    push @wrong, $well if $well;
    # A signal for which there was no descriptor is handled from the next audit on.
    select undef, undef, undef, 1.2 if $name =~ /^(?:epoll_ctl|signalfd4)$/ && $fault !~ /KILL/;
    $host->stop() or push @wrong, 'it does not end';
    # The injected call may occur only now.
    my $is_due = $fault =~ /KILL/ ? $host->{status} == 9 : Faults::may_break($name);
    push @wrong, "it ends with wait status $host->{status}" if $host->{status} && !$is_due;
    return @wrong, released($host, $others, $stays, 'in the end');
}

sub differs {  # HOST PORTS [WHAT MAY STAY]: how the list differs
    my ($host, $ports, $stays) = @_;
    my $now = $host->reserved();
    return '' if $now eq $ports;
    my ($lost, $left) = (Host::without($ports, $now), Host::without($now, $ports | ($stays // '')));
    return join ', ', map { Host::is_empty($$_[1]) ? () : "$$_[0] " . Host::told($$_[1]) } ['missing', $lost], ['left', $left];
}

# The lasting problems of a running guard; its end is reported elsewhere.
sub settled {  # HOST OTHERS REQUIRED STAYS
    my ($host, $others, $required, $stays) = @_;
    my $untrue;
    my $well = sub {
        return 1 if $host->is_gone();
        return 0 if differs($host, $others | $required, $stays);
        return 0 if Host::slurp("$host->{run}/state.json") !~ /"verdict": *"protected"/;
        return !($untrue = untrue($host, $required, $stays));
    };
    return if Host::eventually(4, $well);
    my ($exit, $json) = $host->status();
    my ($verdict) = ($json =~ /"verdict": *"([\w-]+)"/, 'unknown');
    my @reasons = $json =~ /\{"id": *"([\w-]+)"/g;
    my $difference = differs($host, $others | $required, $stays);
    return 'never well: ' . ($difference || $untrue || 'the list is whole') . "; said: $verdict, @reasons";
}

# The wrong statements of amtguardctl about a guard that has all its ports.
sub untrue {  # HOST REQUIRED STAYS
    my ($host, $required, $stays) = @_;
    my ($exit, $json) = $host->status();
    return "amtguardctl exits with $exit" if $exit;
    my %said = $json =~ /"(required|reserved|exposed|owned)": *"([\d,-]*)"/g;
    for (['reserved', $host->reserved()], ['required', $required], ['exposed', Host::ports('')]) {
        my ($key, $true) = @$_;
        return "$key is said to be $said{$key}" if Host::ports($said{$key}) ne $true;
    }
    return "it says that it owns $said{owned}"
        if !Host::is_empty(Host::without(Host::ports($said{owned}), $required | $stays));
    return 'AMT is said to be impossible' if $json =~ /"state": *"impossible"/;
    return;
}

sub released {  # HOST OTHERS STAYS WHEN
    my ($host, $others, $stays, $when) = @_;
    my ($status, $said) = $host->trace([], '--release');
    my $difference = differs($host, $others);
    return if !$status && !$difference;
    return if $status == 1 << 8 && !differs($host, $others, $stays) && $said =~ /are still reserved/;
    return "$when: released with wait status $status, $difference: $said" =~ s/\s+$//r;
}

1;
