# promises.sh: what must hold whenever everything has come to rest.

ports_of() { perl -e 'for (split /,/, shift) { my ($a, $b) = split /-/; print "$_\n" for $a .. $b // $a }' "$1"; }

# No required port and none of others is missing; and beside them the list has at most ports that the guard required once.
has_all() {
    { ports_of $amt; printf '%s\n' "${!others[@]}"; } | grep . | sort >due
    numbers $list >there
    seen="missing: $(comm -23 due there | tr '\n' ' ')"
    [[ $seen == 'missing: ' ]]
}
has_no_more() {
    seen="too much: $(comm -13 due there | grep -v '^59..$' | tr '\n' ' ')"
    [[ $seen == 'too much: ' ]]
}
# A contest lasts for a minute after its last overwrite, longer than a round. Nothing else may degrade the verdict.
is_well() {
    json .verdict protected && return
    [[ $seen == degraded ]] && json .overwrites.answer repaired && ! grep -qE \
        '"id": *"(refused|runtime-directory|victims|translation-unguarded|configuration[^"]*|hold-[^"]*)"' <<<"$said"
}
tells_the_list() { json .ports.reserved "$(<$list)"; }
has_written_it() { says_in_state "\"reserved\":\"$(<$list)\""; }
tables() { nft list tables | grep -c amtguard || true; }
has_tables() { seen=$(tables); [[ $seen == "$1" ]]; }
held() { ctl --json; seen=$(grep -o '"state": *"held"' <<<"$said" | wc -l); [[ $seen == "$1" ]]; }
none_hang() { opens "$@" && ((opened == $1 && hung == 0)); }  # COUNT SECONDS [COMMAND…]
has_threads() { seen=$(sed -n 's/^Threads:[[:space:]]*//p' /proc/$guard/status); [[ $seen == "$1" ]]; }
has_no_children() { seen=$(cat /proc/$guard/task/*/children); [[ ! $seen ]]; }
stores() { seen=$(find /proc/$service/fd -type l | wc -l); [[ $seen == "$1" ]]; }  # NUMBER
is_as_ever() { [[ $(readlink /proc/$guard/exe) == "$amtguardd" ]]; }

declare -A usual=()  # the descriptors of each process at its first rest
judge() {
    eventually "no port is missing" has_all
    expect "nor is there any that nobody asked for" has_no_more
    eventually "the guard is well" is_well
    eventually "it tells the list as it is" tells_the_list
    eventually "its file does, too" has_written_it
    eventually "it holds all ports" held $((translates ? 12 : 6))
    if ((translates)); then
        eventually "there is one redraw table" has_tables 1
        expect "of translated connections none hangs" none_hang 20 10 "${in_container[@]}"
    fi
    [[ ${usual[$guard]:-} ]] || { sleep 1; usual[$guard]=$(descriptors); }
    eventually "it has ${usual[$guard]} descriptors as at first" has_descriptors "${usual[$guard]}"
    eventually "and one thread" has_threads 1
    eventually "and no child" has_no_children
    pss=$(awk '/^Pss:/ { print $2 }' /proc/$guard/smaps_rollup)
    printf 'at rest: pss=%s anonymous=%s descriptors=%s store=%s after %s s\n' "$pss" \
        "$(awk '/^Pss_Anon:/ { print $2 }' /proc/$guard/smaps_rollup)" "$(descriptors)" \
        "$(find /proc/$service/fd -type l | wc -l)" $((SECONDS - began))
    : >$manager_log
    : >$log
}

# The end: nothing stays that nobody owns.
conclude() {
    play_overwrite
    eventually "what comes last is repaired as well" has_all
    eventually "and amtguard's ports are its own" json .ports.owned $amt
    stop_service
    expect "with the service manager no guard is left" not pgrep -x amtguardd
    ((! translates)) || eventually "and no table" has_tables 0
    expect "amtguardd --release takes what is its own" "$amtguardd" --root $root --release
    numbers $list >there
    printf "%s\n" "${!others[@]}" | grep . | sort >due
    expect "and nothing else" cmp there due
    overwrite 5500
    expect "nothing in the kernel acts on writes any more" holds 5500
}

situation() {
    ps -e -o pid,ppid,stat,wchan:20,args | cut -c 1-150 | indent
    grep "" /proc/$guard/fdinfo/1[67] /proc/$guard/fdinfo/32 | indent; cat /proc/$guard/status | grep -i sig | indent; cat /proc/uptime; nsenter --time=/proc/$service/ns/time cat /proc/uptime; ss -xp | grep dbus | indent; on_bus --no-legend list | indent;
    (sleep 0.5; calls "" Check) &
    timeout 4 strace -f -p $guard 2>&1 | head -40 | indent
    printf '  the guard said last:\n'; tail -n 15 $log | cut -c 1-400 | indent
    cut -c 1-3000 $run/state.json | indent
}
