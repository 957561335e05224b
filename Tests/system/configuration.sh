# A bad configuration is refused with file, line, value and what is allowed; the former one stays in force.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

check() {  # TEXT: the result of --check for a file with these bytes: `said` and `status`
    printf %b "$1" >c.conf
    status=0
    said=$("$amtguardd" --config $work/c.conf --check 2>&1) || status=$?
}

refuses() {  # LINE TEXT PIECE…: exit status 1, one message with that line and these pieces
    local line=$1 piece
    check "$2"
    seen="status $status: $said"
    [[ $status == 1 && $said == "$work/c.conf:$line"* ]] || return 1
    for piece in "${@:3}"; do [[ $said == *"$piece"* ]] || return 1; done
}
accepts() {  # TEXT [PIECE…]: exit status 0, and these pieces in a warning, or no output
    local piece
    check "$1"
    seen="status $status: $said"
    [[ $status == 0 ]] || return 1
    (($# > 1)) || [[ $said == '' ]] || return 1
    for piece in "${@:2}"; do [[ $said == *"$piece"* ]] || return 1; done
}

expect "a range the wrong way round" refuses '2: ' '[Guard]\nPorts=16995-16992\n' 16995-16992 'Allowed: '
expect "port 0" refuses '2: ' '[Guard]\nPorts=0\n' '"0"' 'Allowed: '
expect "port 70000" refuses '3: ' '[Guard]\n\nExtraPorts=5900 70000\n' 70000 'Allowed: '
expect "an octal port" refuses '2: ' '[Guard]\nPorts=0664\n' 0664 'Allowed: '
expect "the whole range" refuses '2: ' '[Guard]\nPorts=1-65535\n' 65535 'Allowed: '
expect "an unknown mode" refuses '2: ' '[Guard]\nMode=off\n' '"off"' 'auto, always, observe'
expect "an unknown OnStop" refuses '4: ' '# a comment\n[Guard]\n; another\nOnStop=maybe\n' '"maybe"' 'keep, release'
expect "a time without sense" refuses '2: ' '[Guard]\nAuditSec=soon\n' soon 'Allowed: '
expect "a time too short" refuses '2: ' '[Guard]\nAuditSec=1ms\n' 1ms 'Allowed: '
expect "no burst at all" refuses '2: ' '[Guard]\nRepairBurst=0\n' '0 is' 'Allowed: '
expect "a negative pace" refuses '2: ' '[Guard]\nRepairsPerSec=-1\n' '-1' 'Allowed: '
expect "what is no assignment" refuses '2: ' '[Guard]\nPorts\n' Ports 'Allowed: '
expect "an assignment before any section" refuses '1: ' 'Mode=auto\n' Mode 'Allowed: [Guard]'
expect "bytes that are no text" refuses '2: ' '[Guard]\n\xff\xfe\x00\n' 'UTF-8'
expect "two bad values are two lines" refuses '2: ' '[Guard]\nMode=a\nOnStop=b\n' $'\n'"$work/c.conf:3: "
expect "an unknown key is a warning" accepts '[Guard]\nPort=1\n' "$work/c.conf:2: " Port
printf '[Guard]\nPort=1\n' >c.conf
expect "in ExecReload= it is left to the daemon" is "$(MAINPID=1 "$amtguardd" --config $work/c.conf --check 2>&1)" ''
printf '[Guard]\nPort=1\nMode=a\n' >c.conf
status=0 said=$(MAINPID=1 "$amtguardd" --config $work/c.conf --check 2>&1) || status=$?
expect "but not beside what is refused" like "$status $said" "1 $work/c.conf:2: *Port*$work/c.conf:3: *"
expect "an unknown section too" accepts '[Gard]\nMode=nonsense\n' "$work/c.conf:1: " '[Gard]'
expect "an empty file is fine" accepts ''
expect "all defaults said aloud are fine" accepts \
    '[Guard]\nMode=auto\nPorts=623 664 16992-16995\nOnStop=keep\nAuditSec=30s\nRepairBurst=100\nRepairsPerSec=20\n'

status=0 said=$("$amtguardd" --config $work/none.conf --check 2>&1) || status=$?
expect "a named file that is missing is refused" is "$status $said" "1 $work/none.conf: there is no such file"
mkdir directory.conf
status=0 said=$("$amtguardd" --config $work/directory.conf --check 2>&1) || status=$?
expect "a directory in place of a file" like "$status $said" "1 $work/directory.conf: *directory*Allowed: a file"
mkfifo fifo.conf
status=0 said=$(timeout 10 "$amtguardd" --config $work/fifo.conf --check 2>&1) || status=$?
expect "a pipe in place of a file, without waiting for a writer" like "$status $said" "1 $work/fifo.conf: *Allowed: a file"
{ echo '[Guard]'; head -c 10000000 /dev/zero | tr '\0' '#'; } >huge.conf
status=0 said=$("$amtguardd" --config $work/huge.conf --check 2>&1) || status=$?
expect "a file of 10 MB" like "$status $said" "1 $work/huge.conf: *the file is too large. Allowed: at most 64 KiB*"
head -c 100000 /dev/urandom >random.conf
status=0 said=$("$amtguardd" --config $work/random.conf --check 2>&1) || status=$?
expect "noise" like "$status $said" "1 $work/random.conf:*"
expect "is reported in few lines" at_most "$(wc -l <<<"$said")" 25

# A long configuration: a few lines, and no more memory than the size of a file.
mkdir -p $root/etc/amtguard.conf.d
{ echo '[Guard]'; head -c 60000 /dev/zero | tr '\0' '#'; } >$root/etc/amtguard.conf.d/0001.conf
for ((i = 2; i <= 4000; i++)); do printf -v name %04d.conf $i; ln $root/etc/amtguard.conf.d/{0001.conf,$name}; done
status=0 said=$(cd $root; ulimit -v 200000; "$amtguardd" --root $root --check 2>&1) || status=$?
expect "of 4,000 drop-ins none is read" like "$status $said" '1 */etc/amtguard.conf.d: too much configuration*256 drop-ins*1 MiB*'
expect "in one line" is "$(wc -l <<<"$said")" 1
find $root/etc/amtguard.conf.d -name '[1-9]*' -delete
find $root/etc/amtguard.conf.d -name '0[1-9]*' -delete
status=0 said=$("$amtguardd" --root $root --check 2>&1) || status=$?
expect "of 99 large ones a megabyte" like "$status $said" '1 */etc/amtguard.conf.d/0019.conf: too much configuration*'
expect "in one line" is "$(wc -l <<<"$said")" 1
rm -r $root/etc/amtguard.conf.d

# At the start: the correct values, the defaults for the rest, and a verdict that says so.
emulate amt
start_guard OnStop=release ExtraPorts=70000
expect "with a bad value it guards by the default" holds $amt
expect "and requires no more" json .ports.required $amt
expect "the verdict is degraded" json .verdict degraded
expect "with the reason" json .reasons.0.id configuration-refused
expect "which names file, line and value" like "$said" '*/etc/amtguard.conf:3: *70000*'
expect "amtguardctl exits with 1" exits 1
expect "the guard says it as well" says '/etc/amtguard.conf:3: ExtraPorts=:'
stop_guard
expect "and stops as the rest of the file says" holds ""
start_guard Mode=observe AuditSec=forever
expect "whoever forbids writing is obeyed although another line is bad" holds ""
expect "and the mode is reported" json .mode observe
stop_guard
start_guard Mode=always
depart
eventually "where AMT is impossible, Mode=always reserves" holds $amt
kill_guard
start_guard Mode=alwyas
expect "and an unknown word takes nothing back at the next start" holds $amt
expect "nor a later look" json .ports.owned $amt
stop_guard
emulate amt
printf '\n' >$list
start_guard Moed=always
expect "an unknown key is reported by the status too" json .reasons.1.id configuration-warning
stop_guard
chmod 600 $root/etc/amtguard.conf
status=0 said=$("$amtguardd" --root $root --check 2>&1) || status=$?
expect "root gets a message about a file that the guard could not read" like "$status $said" '1 */etc/amtguard.conf: amtguardd can*t read this*chmod a+rX*'
if "${as_nobody[@]}" "$amtguardctl" --version >/dev/null 2>&1; then
    chmod 640 $root/etc/amtguard.conf
    chgrp daemon $root/etc/amtguard.conf
    status=0 said=$("${as_nobody[@]}" "$amtguardctl" --root $root config 2>&1) || status=$?
    expect "another user is told that only he may not read it" like "$status $said" \
        '3 Unread: /etc/amtguard.conf: you may not read this; amtguardd perhaps may*'
    chgrp root $root/etc/amtguard.conf
fi
chmod 644 $root/etc/amtguard.conf
mkdir -p $root/etc/amtguard.conf.d
ln -s nowhere $root/etc/amtguard.conf.d/x.conf
status=0 said=$("$amtguardd" --root $root --check 2>&1) || status=$?
expect "and of a link to nothing" like "$status $said" '1 */etc/amtguard.conf.d/x.conf: a link to a file that does not exist'
rm -r $root/etc/amtguard.conf.d

# While it runs.
start_guard ExtraPorts=5900 AuditSec=1h
expect "ExtraPorts= adds" holds 623,664,5900,16992-16995
configure ExtraPorts=5901 Mode=nonsense
reload_guard
expect "a bad reload changes nothing" holds 623,664,5900,16992-16995
expect "and what is required is as before" json .ports.required 623,664,5900,16992-16995
expect "it is reported" json .verdict degraded
configure ExtraPorts=5901-5902
reload_guard
expect "a good one adds what is new, and releases what is owned and no longer required" \
    holds 623,664,5901-5902,16992-16995
expect "the verdict recovers" json .verdict protected
configure Ports=16992-16995
reload_guard
expect "Ports= replaces the set" holds 16992-16995
configure Mode=observe
reload_guard
overwrite 7000
sleep 0.3
reload_guard
expect "Mode=observe never writes" holds 7000
expect "and says what is missing" json .reasons.0.id not-reserved
stop_guard
expect "nor at its end" holds 7000

# Precedence: names before directories, /etc before /run before /usr/lib, the last assignment wins.
configure ExtraPorts=6000
mkdir -p $root/{etc,run,usr/lib}/amtguard.conf.d
drop_in() { printf '%s\n' '[Guard]' "${@:2}" >"$root/$1"; }
drop_in usr/lib/amtguard.conf ExtraPorts=1111
drop_in usr/lib/amtguard.conf.d/10-vendor.conf ExtraPorts=6001
drop_in usr/lib/amtguard.conf.d/20-hidden.conf ExtraPorts=6002
drop_in etc/amtguard.conf.d/20-hidden.conf ExtraPorts=6003
drop_in run/amtguard.conf.d/30-run.conf ExtraPorts=6004
drop_in etc/amtguard.conf.d/30-run.conf.disabled ExtraPorts=2222
drop_in usr/lib/amtguard.conf.d/40-masked.conf ExtraPorts=3333
mkdir -p $root/dev && mknod $root/dev/null c 1 3
ln -s /dev/null $root/etc/amtguard.conf.d/40-masked.conf
printf '\n' >$list
start_guard
expect "drop-ins are read by name, each from the first directory that has it, after the main file" \
    json .ports.required 623,664,6000-6001,6003-6004,16992-16995
drop_in run/amtguard.conf.d/90-reset.conf ExtraPorts= Ports=16992
reload_guard
expect "an empty value goes back to the default, and the last assignment wins" json .ports.required 16992
stop_guard
