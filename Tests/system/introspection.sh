# org.amtguard1(5) matches the introspection of the running guard, each member with its own entry.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

page=$here/../../docs/man/org.amtguard1.5
emulate amt
start_bus
start_guard
eventually "it has its name" has_name

on_bus --json=short call "${object[@]}" org.freedesktop.DBus.Introspectable Introspect |
    perl -pe 's/\\n/\n/g; s/\\"/"/g' >shown.xml
perl -ne '
    if (/<interface name="(.*?)"/) { $ours = $1 eq "org.amtguard1.Manager" }
    next unless $ours;
    if (/<(method|signal) name="(.*?)"(\/?)>/) { ($kind, $name, @arguments) = ($1, $2) }
    if (/<arg /) {
        my %a = /(\w+)="(.*?)"/g;
        push @arguments, ($kind eq "method" ? "$a{direction} " : "") . "$a{type} $a{name}";
    }
    if (m{</(?:method|signal)>} || /<(?:method|signal) .*\/>/) { print "$kind $name(", join(", ", @arguments), ")\n" }
    if (/<property name="(.*?)" type="(.*?)" access="(.*?)"/) { $property = [$1, $2, $3]; $mode = "" }
    if (/EmitsChangedSignal" value="(.*?)"/) { $mode = $1 eq "true" ? "" : "$1 " }
    if ($property && (m{</property>} || m{<property .*/>})) {
        print "property $mode", $$property[2] eq "read" ? "" : "$$property[2] ", "$$property[1] $$property[0]\n";
        undef $property;
    }' shown.xml | sort >shown
expect "the guard shows its interface" at_least "$(wc -l <shown)" 10

perl -ne 'print if /^\.Bd/ .. /^\.Ed/ and /^(method|property|signal) /' "$page" | sort >written
same_interface() { seen=$(diff written shown); }
expect "the page writes the same" same_interface

described() {  # KIND SECTION: each member has an entry, and there is no other entry
    perl -lne 'print $1 if /^'"$1"' .*?(\w+)(?:\(|$)/' written | sort >names
    perl -ne 'BEGIN { $section = shift } $in = $1 eq $section if /^\.Sh (.*)/;
        print "$1\n" if $in && /^\.It (?:Fn|Va) (\w+)/' "$2" "$page" | sort >entries
    seen=$(diff names entries)
}
expect "each method has an entry" described method METHODS
expect "each property" described property PROPERTIES
expect "each signal" described signal SIGNALS
stop_guard
