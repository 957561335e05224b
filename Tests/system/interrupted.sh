# Killed at any write of a change, the guard loses no port of others and leaves none of its own that nobody knows.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
command -v strace >/dev/null || skip "there is no strace"
strace -o /dev/null true 2>/dev/null || skip "strace can't trace here"

emulate amt
others=5000-5010,7000
same() { seen=$(<$list); [[ $seen == "$1" ]]; }
keeps() {  # FILE: the list has every port of it
    numbers $list >now.numbers
    seen=$(comm -23 "$1" now.numbers | head -n 5)
    [[ ! $seen ]]
}
attach() {  # FAULT NUMBER: at that write into a file from now on
    strace -p $guard -o /dev/null -e trace=pwrite64 -e "inject=pwrite64:$1:when=$2" 2>strace.log &
    tracer=$!
    eventually "strace is attached" grep -q attached strace.log
}
detach() { kill $tracer 2>/dev/null || true; wait $tracer || true; }
finish() {  # the guard, alive or not, and one after it that releases
    if runs $guard; then kill -TERM $guard; fi
    wait_guard >/dev/null
    start_guard OnStop=release AuditSec=1h
    stop_guard
}

for fault in signal=KILL error=EIO; do
    for change in grow shrink repair; do
        for number in 1 2 3; do
            rm -rf $run
            overwrite $others
            extra=''
            [[ $change != shrink ]] || extra=5900
            start_guard OnStop=release AuditSec=1h ExtraPorts=$extra
            attach $fault $number
            case $change in
                grow) configure OnStop=release AuditSec=1h ExtraPorts=5900; kill -HUP $guard ;;
                shrink) configure OnStop=release AuditSec=1h; kill -HUP $guard ;;
                repair) overwrite $others ;;
            esac
            sleep 0.3
            detach
            finish
            expect "$change, $fault at write $number: others' ports are there and nothing else" same $others
        done
    done
done

# A list that one write does not hold: 1,500 single ports.
perl -e 'print join(",", map { 20001 + 2 * $_ } 0 .. 1499), "\n"' >long
numbers long >long.numbers
for fault in signal=KILL error=EIO; do
    for number in 1 2 3; do
        rm -rf $run
        printf '\n' >$list
        write_whole long
        start_guard OnStop=release AuditSec=1h
        attach $fault $number
        kill -TERM $guard
        wait_guard >/dev/null
        detach
        expect "release from a long list, $fault at write $number: no port of others is lost" keeps long.numbers
    done
done
expect "which ports stay is said" says 'stays reserved, although it is no longer required'
