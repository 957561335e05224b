#!/usr/bin/env bash
# The page of cockpit-amtguard in a real browser: Debian's Cockpit and Chromium, the real amtguardd on a private bus, in
# namespaces of their own. A minute after the first time.
#
#   AMTGUARD_BIN   where amtguardd and amtguardctl were built   (the debug build of this checkout)
#   SHOTS          a directory for pictures of the page
#
# Exit status 0 if all held, 77 if a part can't be had here, 1 if something did not hold.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
: "${AMTGUARD_BIN:=$(swift build --package-path "$top" --show-bin-path)}"
export AMTGUARD_BIN
packages=(cockpit-bridge cockpit-system cockpit-ws chromium dbus iproute2 python3-venv util-linux)

skip() { printf 'skipped: %s\n' "$1"; exit 77; }  # REASON

[[ $(id -u) == 0 ]] || skip "it makes namespaces and needs root"
[[ -x $AMTGUARD_BIN/amtguardd && -x $AMTGUARD_BIN/amtguardctl ]] || skip "there are no programs in $AMTGUARD_BIN"

missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || missing+=("$package")
done
if ((${#missing[@]})); then
    command -v apt-get >/dev/null || skip "there is no apt-get to install ${missing[*]}"
    echo "Installing ${missing[*]}"
    # Nothing of it may start, neither here nor at the next boot.
    policy=/usr/sbin/policy-rc.d
    [[ -e $policy ]] || { printf '#!/bin/sh\nexit 101\n' >$policy; chmod 755 $policy; made=$policy; }
    export DEBIAN_FRONTEND=noninteractive
    installed=yes
    { apt-get -qq update && apt-get -qq install -y --no-install-recommends "${missing[@]}"; } >/dev/null || installed=no
    [[ ! ${made:-} ]] || rm "$made"
    [[ $installed == yes ]] || skip "apt-get can't install ${missing[*]}"
    [[ " ${missing[*]} " != *' cockpit-ws '* ]] || deb-systemd-helper disable cockpit.socket >/dev/null 2>&1 || true
fi

python=$top/.build/cockpit-test/bin/python
if ! cmp -s "$here/cockpit/requirements.txt" "$top/.build/cockpit-test/requirements.txt"; then
    { python3 -m venv --clear "$top/.build/cockpit-test" &&
        "$python" -m pip install --quiet --disable-pip-version-check -r "$here/cockpit/requirements.txt" &&
        cp "$here/cockpit/requirements.txt" "$top/.build/cockpit-test/"; } || skip "PyPI does not give requirements.txt"
fi

"$top/deploy/cockpit/po/catalog" check || { echo "not ok the translations are complete: see po/catalog"; exit 1; }
echo "ok the translations are complete"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
make -s -C "$top" install-cockpit DESTDIR="$work/installed"
export PAGE=$work/installed/usr/share

# What of the host's own would reach into it.
unset DBUS_SYSTEM_BUS_ADDRESS DBUS_SESSION_BUS_ADDRESS NOTIFY_SOCKET LISTEN_FDS LISTEN_PID
HOST_NETNS=$(readlink /proc/self/ns/net)
export HOST_NETNS
env --default-signal timeout --signal=KILL "${PLAY_TIME:-300}" \
    unshare --net --mount --pid --fork --kill-child --mount-proc "$python" -B "$here/cockpit/page.py"
