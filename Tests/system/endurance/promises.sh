# promises.sh: what must hold whenever everything has come to rest.

ports_of() { perl -e 'for (split /,/, shift) { my ($a, $b) = split /-/; print "$_\n" for $a .. $b // $a }' "$1"; }

# No required port and none of others is missing.
has_all() {
    { ports_of $amt; printf '%s\n' "${!others[@]}"; } | grep . | sort >due
    numbers $list >there
    seen="missing: $(comm -23 due there | tr '\n' ' ')"
    [[ $seen == 'missing: ' ]]
}
# Beside them there are at most ports that a configuration required once (see play_reload), and that the guard no longer
# owns. If there were more writes than the program in the kernel could record, it says that what they left out stays.
has_no_more() {
    ! says 'came too fast to be recorded' || return 0
    seen="too much: $(comm -13 due there | grep -v '^59..$' | tr '\n' ' ')"
    [[ $seen == 'too much: ' ]]
}
# Most rounds are shorter than a contest. It lasts for a minute after its last overwrite, and degrades the verdict,
# unless the program in the kernel prevents each overwrite. Nothing else may degrade it.
is_well() {
    json .verdict protected && return
    [[ $seen == degraded ]] && json .overwrites.answer repaired && json .reasons.0.id contested &&
        ! grep -qE '"id": *"(configuration|runtime|translat|victims|watch-none)' <<<"$said"
}
tells_the_list() { json .ports.reserved "$(<$list)"; }
has_written_it() { says_in_state "\"reserved\":\"$(<$list)\""; }
tables() { nft list tables | grep -c amtguard || true; }
has_tables() { seen=$(tables); [[ $seen == "$1" ]]; }
held() { ctl --json; seen=$(grep -o '"state": *"held"' <<<"$said" | wc -l); [[ $seen == "$1" ]]; }
none_hang() { opens "$@" && ((opened == $1 && hung == 0)); }  # COUNT SECONDS [COMMAND…]
has_threads() { seen=$(sed -n 's/^Threads:[[:space:]]*//p' /proc/$guard/status); [[ $seen == "$1" ]]; }
has_no_children() { seen=$(cat /proc/$guard/task/*/children); [[ ! $seen ]]; }
stored() { find /proc/$service/fd -type l | wc -l; }  # the descriptors of the service manager
has_stored() { seen=$(stored); [[ $seen == "$1" ]]; }  # NUMBER
median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }  # NUMBER…
memory() { awk -v key="$1:" '$1 == key { print $2 }' /proc/$guard/smaps_rollup; }  # KEY: in KiB

# A quiet interval. Some seconds after its last line the guard gives back the memory that its reports took. So a long
# play waits until some seconds passed without one.
rest_a_while() {
    local i lines=-1
    is_long || { sleep 1; return; }
    for ((i = 0; i < 5; i++)); do
        [[ $(wc -l <$log) != "$lines" ]] || return 0
        lines=$(wc -l <$log)
        sleep 4
    done
}

usual_descriptors='' usual_stored=''  # of the lasting process and of its service manager, at its first rest
note_descriptors() {  # it may just have a file open, so the least of some looks counts
    local i
    sleep 1
    usual_stored=$(stored)
    usual_descriptors=$(for ((i = 0; i < 20; i++)); do descriptors; sleep 0.05; done | sort -n | head -n 1)
}

judge() {
    eventually "no port is missing" has_all
    # With the service manager, what the program in the kernel has recorded and nobody has read yet is lost.
    ((is_renewed)) || eventually "nor is there any that nobody asked for" has_no_more
    is_renewed=0
    ((! calms)) || PATIENCE=100 eventually "a contest ends a minute after its last overwrite" json .contested false
    calms=0
    eventually "the guard is well" is_well
    eventually "it tells the list as it is" tells_the_list
    eventually "its file does, too" has_written_it
    eventually "it holds all ports" held $((translates ? 12 : 6))
    if ((translates)); then
        eventually "there is one redraw table" has_tables 1
        expect "of translated connections none hangs" none_hang 20 10 "${in_container[@]}"
    elif command -v nft >/dev/null; then
        eventually "where nothing is translated there is no redraw table" has_tables 0
    fi
    rest_a_while
    pss=$(memory Pss)
    printf 'at rest: pss=%s anonymous=%s descriptors=%s stored=%s after %s s\n' "$pss" "$(memory Pss_Anon)" \
        "$(descriptors)" "$(stored)" $((SECONDS - began))
    expect "after a quiet interval no port is missing" has_all
    eventually "it has one thread" has_threads 1
    eventually "and no child" has_no_children
    if [[ $lasts ]]; then
        [[ $usual_descriptors ]] || note_descriptors
        eventually "it has $usual_descriptors descriptors, as at first" has_descriptors "$usual_descriptors"
        eventually "its service manager has $usual_stored" has_stored "$usual_stored"
    fi
    # The logs of an hour would be long.
    : >$manager_log
    : >$log
}

# The end: nothing stays that nobody owns.
conclude() {
    play_overwrite
    eventually "what comes last is repaired as well" has_all
    eventually "and amtguard's ports are its own" json .ports.owned $amt
    stop_service
    ((! translates)) || eventually "and no table" has_tables 0
    expect "amtguardd --release takes what is its own" "$amtguardd" --root $root --release
    numbers $list >there
    printf "%s\n" "${!others[@]}" | grep . | sort >due
    expect "and nothing else" cmp there due
    overwrite 5500
    expect "nothing in the kernel acts on writes any more" holds 5500
}
