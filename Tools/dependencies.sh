#!/bin/sh
# Installs the missing Debian packages that a target needs, or names them.
#   Tools/dependencies.sh build|lint|test|emulator|demo|bench|deb|sysext|oci|boot|deploy
set -eu
build="libsystemd-dev"
emulator="libfuse3-dev fuse3"
case "${1:-}" in
    build) packages="$build" ;;
    lint)  packages="binutils groff man-db mandoc python3 rpm rpmlint shellcheck" ;;  # make lint skips missing ones
    test)  packages="$build dbus fish iproute2 libbpf1 libmonitoring-plugin-perl netcat-openbsd netcat-traditional nftables procps python3-jsonschema strace systemd util-linux zsh" ;;
    emulator) packages="$build $emulator dbus iproute2 netcat-openbsd procps systemd util-linux" ;;
    demo)  packages="$build $emulator iproute2 netcat-openbsd netcat-traditional nftables procps systemd util-linux" ;;
    bench) packages="$build dbus debhelper debootstrap dpkg-dev fakeroot inotify-tools iproute2 libbpf1 lintian nftables pkg-config procps python3 python3-matplotlib systemd systemd-container util-linux" ;;
    deb)   packages="$build debhelper dpkg-dev fakeroot lintian pkg-config" ;;
    sysext) packages="$build squashfs-tools" ;;
    oci)   packages="$build binutils dpkg-dev python3 systemd" ;;
    boot)  packages="$build $emulator debootstrap dpkg-dev iproute2 systemd systemd-container util-linux" ;;
    deploy) packages="$build $emulator binutils chromium cockpit-bridge cockpit-system cockpit-ws crun dbus debhelper debootstrap dpkg-dev facter fakeroot iproute2 libarchive-tools makepkg nix-bin pacman-package-manager podman procps python3 python3-venv rpm skopeo sosreport squashfs-tools systemd-container util-linux" ;;
    *)     echo "usage: $0 build|lint|test|emulator|demo|bench|deb|sysext|oci|boot|deploy" >&2; exit 64 ;;
esac

top=$(cd "$(dirname "$0")/.." && pwd)
tools=$top/.build/tools

# Programs whose packages would start a service are only taken out of them. A test that needs one which is not here says
# that it skips this.
take() { # PACKAGE PATH...: these files of a package, into .build/tools
    package=$1
    shift
    for path in "$@"; do [ -e "$tools/${path##*/}" ] || absent=yes; done
    [ -n "${absent:-}" ] || return 0
    absent=""
    scratch=$(mktemp -d)
    mkdir -p "$tools"
    (cd "$scratch" &&
        { apt-get -qq download "$package" || { apt-get -qq update && apt-get -qq download "$package"; }; } &&
        dpkg-deb --extract "$package"_*.deb .) >/dev/null 2>&1 &&
        (cd "$scratch" && cp -L "$@" "$tools") || echo "$package can't be had: its tests are skipped" >&2
    rm -rf "$scratch"
}

unpack() { # FOLDER PACKAGE...: these packages as they are, below .build/tools
    folder=$tools/$1
    shift
    [ ! -e "$folder" ] || return 0
    scratch=$(mktemp -d)
    (cd "$scratch" && apt-get -qq download "$@" >/dev/null 2>&1 &&
        for package in *.deb; do dpkg-deb --extract "$package" unpacked || exit 1; done &&
        mv unpacked "$folder") || echo "$1 can't be had: its tests are skipped" >&2
    rm -rf "$scratch"
}

# The judge of the metrics.
fetch_promtool() { command -v promtool >/dev/null || take prometheus usr/bin/promtool; }

fetch_for_deploy() {
    take prometheus usr/bin/prometheus usr/bin/promtool
    take prometheus-node-exporter usr/bin/prometheus-node-exporter
    take zabbix-agent usr/sbin/zabbix_agentd
    take libmodbus5 usr/lib/x86_64-linux-gnu/libmodbus.so.5
    take nagios-nrpe-server usr/sbin/nrpe
    take libwrap0 usr/lib/x86_64-linux-gnu/libwrap.so.0
    take nagios-nrpe-plugin usr/lib/nagios/plugins/check_nrpe
    boost=libboost- && release=1.74.0  # Debian 12's, for which its icinga2 is built
    unpack icinga2 icinga2-bin icinga2-common libyajl2 "${boost}context$release" "${boost}coroutine$release" \
        "${boost}filesystem$release" "${boost}iostreams$release" "${boost}program-options$release" \
        "${boost}regex$release" "${boost}thread$release"
    requirements=$top/deploy/prometheus/requirements.txt
    if ! cmp -s "$requirements" "$tools/grafana/requirements.txt"; then
        rm -rf "$tools/grafana"
        python3 -m venv "$tools/grafana" && "$tools/grafana/bin/pip" -q install -r "$requirements" &&
            cp "$requirements" "$tools/grafana/requirements.txt" ||
            echo "grafana-foundation-sdk can't be had: its test is skipped" >&2
    fi
}

missing=""
for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || missing="$missing $package"
done
fetch() { # TARGET
    case $1 in
        test) fetch_promtool ;;
        deploy) fetch_for_deploy ;;
    esac
}
if [ -z "$missing" ]; then
    fetch "$1"
    exit 0
fi

if [ "$(id -u)" -ne 0 ]; then
    echo "Missing Debian packages:$missing. As root: apt-get install$missing" >&2
    exit 1
fi
echo "Installing$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
# No service of these packages may start here.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
fi
# shellcheck disable=SC2086  # a list of words
apt-get -qq install -y --no-install-recommends $missing >/dev/null
case " $missing " in *" cockpit-ws "*) deb-systemd-helper disable cockpit.socket >/dev/null 2>&1 || true ;; esac
fetch "$1"
