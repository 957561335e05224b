# json.pl [--keys] [.KEY.KEY.INDEX]: reads one JSON value from standard input, strictly, and prints what lies at the path: a
# string or number as it is, null as "null", a list or object as its length; with --keys the keys of an object, sorted.
# Exit status 1 where there is no such thing, 2 where the input is no JSON.
use strict;
use warnings;

my $keys = @ARGV && $ARGV[0] eq '--keys' && shift;
my $path = shift // '';
local $/;
my $text = <STDIN>;

sub bad { print STDERR 'no JSON at byte ', pos($text) // 0, ': ', substr($text, pos($text) // 0, 60), "\n"; exit 2 }
my $got;  # what stood in the parentheses of the last token
sub token { $text =~ /\G\s*$_[0]/gc or return 0; $got = $1; return 1 }

sub value {
    if (token('\{')) {
        my %object;
        return \%object if token('\}');
        do {
            token('"((?:[^"\\\\\x00-\x1f]++|\\\\.)*)"\s*:') or bad();
            my $key = $got;
            $object{$key} = value();
        } while (token(','));
        token('\}') or bad();
        return \%object;
    }
    if (token('\[')) {
        my @list;
        return \@list if token('\]');
        do { push @list, value() } while (token(','));
        token('\]') or bad();
        return \@list;
    }
    if (token('"((?:[^"\\\\\x00-\x1f]++|\\\\(?:["\\\\/bfnrt]|u[0-9a-fA-F]{4}))*)"')) {
        my $string = $got;
        $string =~ s/\\u([0-9a-fA-F]{4})/chr hex $1/ge;
        $string =~ s/\\(.)/$1/g;
        return $string;
    }
    return $got if token('(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null)\b');
    bad();
}

pos($text) = 0;
my $value = value();
token('\z') or bad();
for my $step (grep { length } split /\./, $path) {
    if (ref $value eq 'HASH' and exists $value->{$step}) { $value = $value->{$step} }
    elsif (ref $value eq 'ARRAY' and $step =~ /^\d+$/ and $step < @$value) { $value = $value->[$step] }
    else { exit 1 }
}
exit !print join(' ', sort keys %$value), "\n" if $keys && ref $value eq 'HASH';
print ref $value eq 'HASH' ? scalar keys %$value : ref $value eq 'ARRAY' ? scalar @$value : $value, "\n";
