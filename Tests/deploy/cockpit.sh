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

skip() { printf 'skipped: %s\n' "$1"; exit 77; }  # REASON

[[ $(id -u) == 0 ]] || skip "it makes namespaces and needs root"
[[ -x $AMTGUARD_BIN/amtguardd && -x $AMTGUARD_BIN/amtguardctl ]] || skip "there are no programs in $AMTGUARD_BIN"

for program in cockpit-bridge cockpit-ws chromium dbus-daemon; do
    command -v $program >/dev/null || [[ -x /usr/lib/cockpit/$program ]] ||
        skip "there is no $program: run Tools/dependencies.sh deploy"
done

# shellcheck source=Tests/deploy/lib/python.sh
source "$here/lib/python.sh"
python_environment cockpit || skip "playwright can't be installed"

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
    unshare --net --mount --pid --fork --kill-child --mount-proc python -B "$here/cockpit/page.py"
