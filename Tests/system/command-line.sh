# The command lines: help, version, dry run, misuse; amtguardctl with a guard, without one, and before hostile files.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
overwrite 5000
d() { status=0; said=$("$amtguardd" "$@" 2>err) || status=$?; }  # amtguardd, to its end

d --help
expect "--help helps" like "$status $said" '0 Usage: amtguardd *--check*--dry-run*--arm*'
d --version
expect "--version" like "$status $said" '0 amtguardd [0-9]*.[0-9]*'
for words in --nonsense -x extra '--root' '--config' '--check --arm' '--help=yes'; do
    d $words
    expect "'$words' is misuse, said in one line" is "$status $(wc -l <err) $(grep -c '^amtguardd: ' err)" '64 1 1'
done
d --root $root --dry-run
expect "--dry-run says what it would do" like "$status $said" "0 *holds 5000.*Would add $amt to *"
expect "and does not" holds 5000
expect "nothing at all" not test -e $run
emulate none
rm -rf $root/sys && emulate none
d --root $root --dry-run
expect "where AMT is impossible, nothing" not like "$said" '*Would*'
d --root $work/nowhere --dry-run
expect "a root that is not there" is "$status $(wc -l <err)" '64 1'
emulate amt

# Without a daemon to ask.
absent() {  # REASON
    expect "amtguardctl exits with 3: $1" exits 3
    expect "says why" like "$said" "*$1*"
    expect "and what the kernel holds now" like "$said" '*Reserved:*none of them; beside them 5000*'
    expect "the JSON as well" exits 3 --json
    expect "with nothing that it does not know" json .verdict null
    expect "but the list" json .ports.reserved 5000
}
absent 'amtguardd does not run'
expect "an unknown argument" exits 64 --nonsense
expect "an unknown subcommand" exits 64 nonsense
expect "help" exits 0 --help
expect "version" exits 0 --version

# Without /proc the arguments can't be read, and no guard is started instead of the requested action.
without_proc() { unshare --mount sh -c 'while umount -l /proc 2>/dev/null; do :; done; exec "$@"' sh "$@"; }
for program in "$amtguardd" "$amtguardctl"; do
    status=0 said=$(without_proc "$program" --version 2>&1) || status=$?
    expect "without /proc it says so" like "$status $said" "[16]* *the command line can't be read. Is /proc mounted?*"
done

# A state file of a dead guard.
start_guard AuditSec=1s
expect "while it runs" exits 0
kill_guard
printf '5000\n' >$list
absent 'amtguardd does not run'

# Every user sees that no process holds the memory; only root sees the lock.
as_anybody() {  # PATTERN
    seen=$("${as_nobody[@]}" "$amtguardctl" --root $root 2>&1; echo "status $?")
    [[ $seen == $1 ]]
}
if "${as_nobody[@]}" "$amtguardctl" --version >/dev/null 2>&1; then
    expect "anybody is told so" as_anybody '*amtguardd does not run*status 3'
    start_guard OnStop=release
    eventually "anybody may ask" as_anybody '*protected*status 0'
    stop_guard
    expect "after an orderly end no caller is told that all is well" as_anybody '*status 3'
    printf '5000\n' >$list
fi

# Hostile files in place of the state. A lock held by another process makes it look as if the guard ran.
rm -rf $run
mkdir -p $run
perl -e 'use Fcntl; open my $f, "+>", $ARGV[0] or die;
    my $lock = pack("s s x4 q q i x4", 1, 0, 0, 0, 0); fcntl($f, 37, $lock) or die "$!"; sleep 1000' $run/lock &
holder=$!
no_guard() { ctl; [[ $said == *'does not run'* ]]; }
printf 'not JSON' >$run/state.json
eventually "it looks as if a guard ran" not no_guard
hostile() {  # WHAT
    ctl
    expect "$1 gets the reason in a line, and exit status 3" is "$status $(grep -c 'state\.json' <<<"$said")" '3 1'
    expect "as what it is" like "$said" '*/run/amtguard/state.json*'
    expect "and the list is shown" like "$said" '*none of them; beside them 5000*'
    rm -rf $run/state.json
}
printf 'not JSON' >$run/state.json
hostile "garbage"
printf '' >$run/state.json
hostile "an empty file"
printf '{"schema":1}' >$run/state.json
hostile "half a status"
printf '{"schema":99}' >$run/state.json
hostile "another schema"
head -c 3000000 /dev/zero | tr '\0' ' ' >$run/state.json
hostile "a file of 3 MB"
perl -e 'print "[" x 100000' >$run/state.json
hostile "a hundred thousand brackets"
printf '"\377\376"' >$run/state.json
hostile "no text"
ln -s /etc/passwd $run/state.json
hostile "a symbolic link"
mkdir $run/state.json
hostile "a directory"
mkfifo $run/state.json
status=0
said=$(timeout 10 "$amtguardctl" --root $root 2>&1) || status=$?
expect "a pipe does not make it wait" is $status 3
hostile "a pipe"
kill $holder
