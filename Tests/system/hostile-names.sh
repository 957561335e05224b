# Whatever the name of a writing program, the output stays text: it controls no terminal, journal or service manager.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt

# A reader sees the whole text: no control characters (C0, C1), none that reverse the line or are invisible.
unprintable=$'[\x01-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]|\xd8\x9c|\xef\xbb\xbf|\xf3\xa0[\x80\x81]'
printable() { seen=$(LC_ALL=C grep -aPc "$unprintable" "$1" || true); [[ $seen == 0 ]]; }  # FILE
utf8() { seen=$(iconv -f UTF-8 -t UTF-8 "$1" 2>&1 >/dev/null) && return 0; return 1; }
lines() { seen=$(wc -l <"$1"); ((seen == $2)); }

for bad in '\e' '\x07' '\x7f' '\xc2\x9b' '\xe2\x80\xae' '\xe2\x81\xa6' '\xd8\x9c' '\xef\xbb\xbf' '\xf3\xa0\x81\x81'; do
    printf "a%bb\n" "$bad" >bad
    expect "what is not printable is seen" not printable bad
done

overwrites() {  # NAME [UNIT]: a process with this name, of a unit with this name
    perl -e '$0 = $ARGV[1]; <STDIN>; open my $f, ">", $ARGV[0] or die "$!"; syswrite $f, "5000\n" or die "$!"; sleep 1000' \
        $list "$1" <go &
    writer=$!
    exec 8>go
    if (($# > 1)); then
        printf '0::/system.slice/%b\n' "$2" >cgroup
        mount --bind cgroup /proc/$writer/cgroup
    fi
    printf '\n' >&8
    exec 8>&-
}
mkfifo go

while IFS= read -r words; do
    what=${words%% *}
    eval "name=(${words#* })"
    before=$(readies)
    start_guard AuditSec=1h
    eventually "the guard rests" says 'the socket of amtguard-firmware'
    told=$(wc -l <$log)
    overwrites "${name[@]}"
    eventually "$what: the list is whole again" holds 623,664,5000,16992-16995
    eventually "the writer is reported" says 'overwrote the list: found 5000'
    expect "in one line" lines $log $((told + 1))
    eventually "and in the state file" grep -q '"found": *"5000"' $run/state.json
    "$amtguardctl" --root $root >shown 2>&1 || true
    for file in $log $run/state.json shown $manager_log; do
        expect "${file##*/} is UTF-8" utf8 $file
        expect "and printable" printable $file
    done
    expect "the state file is JSON" perl "$here/json.pl" .repairs.last.writer.pid <$run/state.json
    expect "the service manager hears READY once" is "$(readies)" $((before + 1))
    expect "and nothing that the name says" not told_manager '^(READY=1[^ ]|X=)'
    ! mountpoint -q /proc/$writer/cgroup || umount /proc/$writer/cgroup
    { kill -KILL $writer; wait $writer || true; } 2>/dev/null
    stop_guard
    printf '\n' >$list
done <<'TABLE'
plain perl
escapes $'\e[2J\e]0;x\a'
messages $'a\nREADY=1\nX=1'
return $'ok\r[1] gone'
turned $'a\xe2\x80\xaegnp.exe'
isolated $'\xe2\x81\xa6a\xe2\x81\xa9\xe2\x80\x8b'
marks $'\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c\xef\xbb\xbf'
separators $'a\xe2\x80\xa8b\xe2\x80\xa9c'
tags $'a\xf3\xa0\x81\x81\xf3\xa0\x81\x82'
latin1 $'caf\xe9 \xff\xfe'
cut $'fourteen-byte\xc3\xa9\xc3\xa9'
c1 $'\xc2\x9b31mred'
json '"},{\"a\":[' 
formats '%n%s%x%1$n'
shell '`id`$(id);|&'
pretends 'amtguardd[1]'
nothing ''
spaces '     '
unit perl '\e[31mred.service'
unit-messages perl 'a\nREADY=1.service'
unit-turned perl 'a\xe2\x80\xaeb.service'
unit-escaped perl 'a\\x1b[31m\\x0aREADY=1.service'
unit-long perl "$(printf 'x%.0s' {1..3900}).service"
TABLE
