#!/bin/sh
# Installs the missing Debian packages that a target needs, or names them.
#   Tools/dependencies.sh build|lint|test|emulator|demo|deb|boot
set -eu
build="libsystemd-dev"
emulator="libfuse3-dev fuse3"
case "${1:-}" in
    build) packages="$build" ;;
    lint)  packages="binutils groff man-db mandoc python3 rpm rpmlint shellcheck" ;;  # make lint skips missing ones
    test)  packages="$build dbus fish iproute2 libbpf1 libmonitoring-plugin-perl netcat-openbsd netcat-traditional nftables procps python3-jsonschema strace systemd util-linux zsh" ;;
    emulator) packages="$build $emulator dbus iproute2 netcat-openbsd procps systemd util-linux" ;;
    demo)  packages="$build $emulator iproute2 netcat-openbsd netcat-traditional nftables procps systemd util-linux" ;;
    deb)   packages="$build debhelper dpkg-dev fakeroot lintian pkg-config" ;;
    boot)  packages="$build $emulator debootstrap dpkg-dev iproute2 systemd systemd-container util-linux" ;;
    *)     echo "usage: $0 build|lint|test|emulator|demo|deb|boot" >&2; exit 64 ;;
esac

# The judge of the metrics. Its package would start a Prometheus, so only the one program is taken out of it. Without it
# the tests say that they skip this.
fetch_promtool() {
    tools=$(dirname "$0")/../.build/tools
    if command -v promtool >/dev/null || [ -x "$tools/promtool" ]; then return; fi
    scratch=$(mktemp -d)
    mkdir -p "$tools"
    (cd "$scratch" && { apt-get -qq download prometheus || { apt-get -qq update && apt-get -qq download prometheus; }; } &&
        dpkg-deb --extract prometheus_*.deb .) >/dev/null 2>&1 &&
        mv "$scratch/usr/bin/promtool" "$tools/promtool" || echo "There is no promtool: its tests are skipped" >&2
    rm -rf "$scratch"
}

missing=""
for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || missing="$missing $package"
done
[ "$1" != test ] || [ -n "$missing" ] || fetch_promtool
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "Missing Debian packages:$missing. As root: apt-get install$missing" >&2
    exit 1
fi
echo "Installing$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
# shellcheck disable=SC2086  # a list of words
apt-get -qq install -y --no-install-recommends $missing >/dev/null
[ "$1" != test ] || fetch_promtool
