# In a chroot, and in a tree that dpkg fills from outside, as for images: it installs, starts nothing, leaves nothing.
source /srv/boot/lib.sh
eventually "the machine itself has a guard" json .verdict protected
guard=$(main_pid)
find /etc -type f -exec cksum {} + | sort >etc-before

tree() {  # NAME: a Debian of its own, in $tree
    tree=/tmp/$1/tree
    mkdir -p "/tmp/$1/"{upper,scratch,tree}
    mount -t overlay -o "lowerdir=/srv/bare,upperdir=/tmp/$1/upper,workdir=/tmp/$1/scratch" "$1" "$tree"
    mkdir -p "$tree/srv/debs"
    mount --bind /srv/debs "$tree/srv/debs"
}
without_complaint() { exits 0 timeout 60 "$@" && ! grep -qiE "error|fail|warn|cannot|can't|not found" <<<"$said"; }  # COMMAND…
processes() { find /proc/[0-9]*/root -maxdepth 0 -lname "$tree*" 2>/dev/null || true; }
ours() { find "$tree" -xdev \( -name '*amtguard*' -o -uid "$1" -o -gid "$2" \) -not -path '*/debs/*'; }  # UID GID
nothing_started() {
    seen=$(processes; find "$tree/run" -name '*amtguard*')
    [[ ! $seen ]]
}
undisturbed() {  # the machine on which the image is made
    find /etc -type f -exec cksum {} + | sort >etc-now
    seen=$(diff etc-before etc-now) && [[ $(main_pid) == "$guard" ]] && holds $amt
}
enabled() {
    [[ -L $tree/etc/systemd/system/sysinit.target.wants/amtguardd.service ]] &&
        [[ -L $tree/etc/systemd/system/sockets.target.wants/amtguard-firmware.socket ]]
}
user() { sed -n "s/^amtguard-firmware:x:\([0-9]*\):\([0-9]*\):.*/\1 \2/p" "$tree/etc/passwd"; }

life() {  # DPKG…: the life of the package, with this program
    local ids
    expect "installed" without_complaint "$@" -i $package
    expect "nothing was started" nothing_started
    expect "but will be when it boots" enabled
    ids=$(user)
    expect "with users" like "$ids" '* *'
    expect "upgraded" without_complaint "$@" -i $successor
    expect "nothing was started" nothing_started
    expect "removed" without_complaint "$@" -r amtguard
    expect "purged" without_complaint "$@" -P amtguard
    expect "no user is left" is "$(cat "$tree"/etc/{passwd,group,shadow,gshadow} | grep amtguard || true)" ''
    # shellcheck disable=SC2086  # two numbers
    expect "and no file" is "$(ours $ids)" ''
    expect "the machine itself noticed nothing" undisturbed
}

tree bare
echo "In a chroot:"
life chroot "$tree" dpkg

tree policy
printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
chmod 755 "$tree/usr/sbin/policy-rc.d"
mount -t proc proc "$tree/proc"
echo "In a chroot that has /proc, and a policy against starting anything:"
life chroot "$tree" dpkg

# Its scripts run outside of the tree: they may only be asked about files of the tree.
mkdir spies
for program in deb-systemd-invoke busctl udevadm amtguardd; do
    printf '#!/bin/sh\necho "%s $*" >>/root/asked\n' $program >spies/$program
done
cat >spies/systemctl <<'SPY'
#!/bin/sh
case $1 in --root=/tmp/outside/tree) exec /bin/systemctl "$@" ;; esac
echo "systemctl $*" >>/root/asked
SPY
chmod 755 spies/*
: >asked
tree outside
echo "From outside:"
life env PATH="/root/spies:$PATH" dpkg --root="$tree" --force-script-chrootless
# debhelper 13.11 makes the manager read its units again, which is harmless.
expect "and nothing of what runs outside was asked" is "$(grep -vx 'systemctl --system daemon-reload' asked || true)" ''
