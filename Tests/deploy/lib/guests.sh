# guests.sh: booted containers of Debian for the tests of deploy/; source it inside a pid and mount namespace. No ssh
# server: lib/enter stands in for ssh(1) and enters the container.
#
#   GUESTS      a directory on a tmpfs of this process, exported; NAME/tree is the root of a container
#   BOOT_CACHE  what is kept between runs: the system that debootstrap made  (.build/boot, as Tests/boot/run)

: "${GUESTS:?}" "${BOOT_CACHE:=$top/.build/boot}"
# As Tests/boot/run has them, and what Ansible needs on a target.
guest_packages=systemd,systemd-sysv,libpam-systemd,dbus,polkitd,procps,iproute2,udev,nftables,libbpf1,python3,python3-apt
guest_group=$(findmnt --noheadings --output TARGET --types cgroup2 | head -n 1)$(sed -n 's/^0:://p' /proc/self/cgroup)/${GUESTS##*/}
declare -A guest_manager=()

debian_tree() {  # the path of the system, in `bare`; makes it if it is not in the cache. Fails where there is no archive
    local codename archive
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    bare=$BOOT_CACHE/$codename-$(cksum <<<"$guest_packages" | cut -d ' ' -f 1)
    [[ ! -e $bare ]] || return 0
    # The archive that apt of this machine uses.
    # shellcheck disable=SC2016  # apt's
    archive=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Release: $codename" | head -n 1)
    mkdir -p "$BOOT_CACHE"
    rm -rf "$bare.new"
    debootstrap --variant=minbase --include=$guest_packages "$codename" "$bare.new" "$archive" \
        >"$BOOT_CACHE/debootstrap.log" 2>&1 || return 1
    rm -rf "$bare.new"/var/cache/apt/archives/*.deb
    mv "$bare.new" "$bare"
}

make_guest() {  # NAME: its tree, which begins as Debian and can be changed
    mkdir -p "$GUESTS/$1/"{upper,scratch,tree}
    mount -t overlay -o "lowerdir=$bare,upperdir=$GUESTS/$1/upper,workdir=$GUESTS/$1/scratch" "$1" "$GUESTS/$1/tree"
    echo "$1" >"$GUESTS/$1/tree/etc/hostname"
}

boot_guest() {  # NAME: starts it, and does not wait
    mkdir -p "$guest_group"
    (
        echo 0 >"$guest_group/cgroup.procs"
        export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
        exec systemd-nspawn --quiet --directory="$GUESTS/$1/tree" --machine="$1" --boot --private-network \
            --register=no --keep-unit --link-journal=no --capability=all \
            --system-call-filter="fanotify_init fanotify_mark pidfd_open"
    ) </dev/null >"$GUESTS/$1/console" 2>&1 &
    guest_manager[$1]=$!
}

await_guest() {  # NAME: until it has booted
    local leader state end=$((SECONDS + ${BOOT_TIME:-180}))
    while ((SECONDS < end)); do
        leader=$(pgrep -P "${guest_manager[$1]}" -x systemd || true)
        if [[ $leader ]]; then
            echo "$leader" >"$GUESTS/$1/leader"
            state=$(in_guest "$1" systemctl is-system-running 2>/dev/null || true)
            [[ $state != running && $state != degraded ]] || return 0
        fi
        sleep 0.2
    done
    tail -n 20 "$GUESTS/$1/console"
    return 1
}

in_guest() {  # NAME COMMAND…
    local command=("${@:2}")
    "$top/Tests/deploy/lib/enter" "$1" "${command[*]@Q}"
}

end_guests() {  # kills them, because a shutdown can hang and nothing of them is kept
    kill -KILL "${guest_manager[@]}" 2>/dev/null || true
    wait "${guest_manager[@]}" 2>/dev/null || true
    # A killed process is not gone at once.
    for ((try = 0; try < 50; try++)); do
        { echo 1 >"$guest_group/cgroup.kill"; } 2>/dev/null || true
        find "$guest_group" -depth -type d -exec rmdir {} + 2>/dev/null || true
        [[ -e $guest_group ]] || return 0
        sleep 0.1
    done
}
