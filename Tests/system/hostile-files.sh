# Whatever replaces a file in /run/amtguard, no program waits for it, follows it, or changes its target.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

emulate amt
configure AuditSec=1h
start_manager
victim=$work/victim

plant() {  # KIND FILE
    case $1 in
        symlink) ln -s $victim $2 ;;
        dangling) ln -s $work/nowhere $2 ;;
        loop) ln -s ${2##*/} $2 ;;
        hardlink) ln $victim $2 ;;
        fifo) mkfifo $2 ;;
        directory) mkdir -p $2/within ;;
        socket) perl -MSocket -e 'socket S, AF_UNIX, SOCK_STREAM, 0; bind S, pack_sockaddr_un $ARGV[0] or die "$!"' $2 ;;
        zeros) mknod $2 c 1 5 ;;
        huge) truncate -s 3G $2 ;;
        random) head -c 5000 /dev/urandom >$2 ;;
        lines) printf 'amtguard-memory=1 boot= namespace= owned=1-65535 list= amt= csme=0\n%.0s' {1..50} >$2 ;;
    esac
}
intact() {
    seen=$(stat -c '%s %a %F' $victim; cat $victim)
    [[ $seen == "7 600 regular file"$'\n'secret && ! -e $work/nowhere ]]
}
ends() {  # SENTENCE STATUS… -- COMMAND…: it ends soon, with one of these statuses, and prints at most one line
    local sentence=$1 allowed=''
    shift
    while [[ $1 != -- ]]; do allowed+=" $1 "; shift; done
    shift
    status=0
    said=$(timeout 10 "$@" 2>&1 >out) || status=$?
    expect "$sentence: it ends as it should" like "$allowed" "* $status *"
    expect "with a line at most" at_most "$(grep -c . <<<"$said" || true)" 1
}

for kind in symlink dangling loop hardlink fifo directory socket zeros huge random lines; do
    for files in lock 'memory state.json probe .state.json.new'; do
        rm -rf $run $victim
        mkdir -p $run
        overwrite 5000
        printf secret\\n >$victim
        chmod 600 $victim
        for file in $files; do plant $kind $run/$file; done
        as="$kind as $files"

        ends "$as: --dry-run" 0 -- "$amtguardd" --root $root --dry-run
        ends "$as: --release" 0 1 -- "$amtguardd" --root $root --release
        ends "$as: --during" 0 -- "$amtguardd" --root $root --during true
        ends "$as: amtguardctl" 3 -- "$amtguardctl" --root $root
        expect "$as: nothing is changed" intact
        expect "and nothing reserved or released" holds 5000

        start_guard
        expect "$as: a guard reserves" holds 623,664,5000,16992-16995
        overwrite 6000
        eventually "and repairs" holds 623,664,6000,16992-16995
        ends "$as: amtguardctl beside it" 0 1 3 -- "$amtguardctl" --root $root
        expect "$as: nothing is changed" intact
        kill_guard
    done
done
