#!/usr/bin/env bash
# kubernetes.sh: deploy/kubernetes: the image is built and loaded, the manifests are validated, and containers with
# exactly their rights guard a node: a network namespace of this test, and a directory in place of the node's root. As
# root. Ends with 77 where something that it needs can't be had.
#
#   AMTGUARD_BIN  the directory of the release programs                           (.build/release)
#   EMULATOR_BIN  where Tools/mei-emulator was built; without it no firmware is asked
#                                                                       (Tools/mei-emulator/.build/release)
#
# kubectl builds the kustomizations, if it is there: 1.27 or later, which Debian 12 does not have.
set -Eeuo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
: "${AMTGUARD_BIN:=$top/.build/release}" "${EMULATOR_BIN:=$top/Tools/mei-emulator/.build/release}" "${PATIENCE:=20}"
export AMTGUARD_BIN LC_ALL=C.UTF-8 PATH=$PATH:/usr/sbin:/sbin
list=/proc/sys/net/ipv4/ip_local_reserved_ports amt=623,664,16992-16995

skip() { printf 'skipped: %s\n' "$1"; exit 77; }  # REASON
if [[ ! ${INSIDE:-} ]]; then
    [[ $(id -u) == 0 ]] || skip "it makes namespaces and needs root"
    for program in podman crun skopeo strip; do
        command -v $program >/dev/null || skip "there is no $program: apt-get install podman crun skopeo binutils"
    done
    [[ -x $AMTGUARD_BIN/amtguardd ]] || skip "there are no release programs: make"
    # shellcheck source=Tests/deploy/lib/python.sh
    source "$top/Tests/deploy/lib/python.sh"
    python_environment kubernetes || skip "kubernetes-validate can't be installed"
    # SIGKILL ends all that was started; the mounts and the network go with the namespaces.
    INSIDE=1 exec unshare --net --mount --pid --fork --kill-child --mount-proc "$0" "$@" </dev/null
fi

ip link set lo up
work=$(mktemp -d /tmp/amtguard-kubernetes.XXXXXX)
mount -t tmpfs -o mode=755 t "$work"
mount -t tmpfs -o mode=755 t /run
# The engine wants control groups as a machine with systemd has them.
umount -R -l /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
trap 'kill $(jobs -p) 2>/dev/null || true; wait; umount -R -l "$work"; rmdir "$work"' EXIT
situation() { for file in "$work"/*.log; do [[ ! -s $file ]] || { echo "  ${file##*/}:"; tail -n 20 "$file" | cut -c 1-300 | indent; }; done; }
# shellcheck source=Tests/claims.sh
source "$top/Tests/claims.sh"

quietly() { seen=$("$@" 2>&1); }  # COMMAND…
# In the foreground for the sake of its output; --cgroups=disabled because there is no service manager.
engine() {
    podman --root "$work/storage" --runroot "$work/scratch" --tmpdir "$work/tmp" --cgroup-manager=cgroupfs \
        --storage-driver=vfs --events-backend=file --runtime=crun "$@"
}
host=  # the root of the node
altered=     # how the rights differ, for sed
trailing=()  # further arguments of the command
run_container() {  # NAME MANIFEST CONTAINER [OPTION…]: in the background, what it says in NAME.log
    local rights image=localhost/amtguard:$version name=$1
    mapfile -t rights < <(python "$top/Tests/deploy/lib/container-rights" "$top/deploy/kubernetes/$2" "$3" "$host" | sed "$altered")
    ((${#rights[@]} > 5)) || fail "the manifest $2 was understood"
    (
        trap - ERR
        engine run --rm --name "$name" --cgroups=disabled "${@:4}" "${rights[@]/#image/$image}" "${trailing[@]}"
    ) >"$work/$name.log" 2>&1 &
    container=$!
}
node() {  # KIND [LINE…]: a node whose /sys is that of Tools/demo/emulated-sys.sh; lines of [Guard]
    host=$(mktemp -d "$work/node.XXXXXX")
    mkdir -p "$host"/run/amtguard{,-node}
    [[ $1 == emulated ]] || "$top/Tools/demo/emulated-sys.sh" "$host" "$1"
    # A ConfigMap as the kubelet lays it out, so that it can replace all files at once.
    local volume=$host/volumes/configuration
    mkdir -p "$volume/..first"
    printf '%s\n' '[Guard]' AuditSec=1h "${@:2}" >"$volume/..first/50-site.conf"
    ln -s ..first "$volume/..data"
    ln -s ..data/50-site.conf "$volume"
    echo >$list
}
ctl() { engine exec guard amtguardctl "$@" --root /host; }
json() {  # PATH PATTERN: of amtguardctl status --json
    seen=$({ ctl status --json 2>&1 || true; } | perl "$top/Tests/system/json.pl" "$1" 2>&1) || return 1
    # shellcheck disable=SC2053  # a pattern
    [[ $seen == $2 ]]
}
reports() { [[ -e $host/run/amtguard/state.json ]]; }
says() { seen=$(<"$work/$1.log"); [[ $seen == *"$2"* ]]; }  # NAME TEXT
ended() { ! kill -0 "$container" 2>/dev/null; }
stop_guard() {
    engine kill --signal=TERM guard >/dev/null
    eventually "it ends when it is told to" ended
}

# --------------------------------------------------------------------------------------------------------------------

echo "The image"
expect "it is built" quietly "$top/packaging/build-oci" "$AMTGUARD_BIN" "$work"
archive=${seen%%: *} version=$(basename "${seen%%.oci.tar*}" | sed 's/^amtguard-//')
first=$(sha256sum <"$archive")
expect "again" quietly "$top/packaging/build-oci" "$AMTGUARD_BIN" "$work/again"
expect "it has the same bytes" is "$(sha256sum <"$work/again/${archive##*/}")" "$first"
expect "skopeo understands it" like "$(skopeo inspect "oci-archive:$archive" 2>&1)" '*"org.opencontainers.image.version": "'"$version"'"*'
expect "podman loads it" quietly engine load --quiet --input "$archive"
expect "under its name" like "$(engine images --format '{{.Repository}}:{{.Tag}}')" "*localhost/amtguard:$version*"

echo "The manifests"
cd "$top/deploy/kubernetes"
manifests=(base/namespace.yaml ./*/daemonset.yaml)
images() { sed -n 's/^ *image: //p' "$@" | sort -u; }
expect "they name the image of this version" is "$(images base/daemonset.yaml firmware/daemonset.yaml)" \
    "registry.example.org/amtguard:$version"
if HOME=$work kubectl version --client 2>/dev/null | grep -q '^Kustomize Version: v[5-9]'; then
    for part in base labels firmware example; do
        expect "kubectl builds $part" quietly kubectl kustomize $part --output "$work/$part.yaml"
        manifests+=("$work/$part.yaml")
    done
    expect "the example sets the image" is "$(images "$work/example.yaml")" "registry.example.com/node/amtguard:$version"
    expect "and the configuration" grep -qE '^ +name: amtguard-[a-z0-9]{10}$' "$work/example.yaml"
    cp -R . "$work/kubernetes"
    sed -i 's/^# \(patches:\|  \)/\1/' "$work/kubernetes/example/kustomization.yaml"
    expect "without the marks of a comment" quietly \
        kubectl kustomize "$work/kubernetes/example" --output "$work/capable.yaml"
    expect "a capability, too" grep -q 'NET_BIND_SERVICE$' "$work/capable.yaml"
else
    echo "skipped: there is no kubectl of Kubernetes 1.27 or later, so nothing builds the kustomizations"
    parts() { sed -n 's/^  - \([a-z./]*\)\( .*\|$\)/\1/p' "$1/kustomization.yaml"; }
    for part in base labels firmware example; do
        for resource in $(parts $part); do expect "$part has $resource" test -e "$part/$resource"; done
    done
fi
for kubernetes in 1.27 1.33 1.37; do
    expect "they are valid for $kubernetes" quietly kubernetes-validate --strict -k $kubernetes "${manifests[@]}"
done
sed 's/hostNetwork:/hostNetwrk:/' base/daemonset.yaml >"$work/misspelt.yaml"
expect "a misspelt key is not" not quietly kubernetes-validate --strict -k 1.33 "$work/misspelt.yaml"
cd "$work"

binds() {  # ADDRESS PORT: a program that does not share it
    seen=$(python -c 'import socket, sys; socket.socket().bind((sys.argv[1], int(sys.argv[2])))' "$@" 2>&1)
}

echo "A node with AMT whose firmware nobody asks"
node amt
run_container guard base/daemonset.yaml guard
eventually "the guard reports" reports
expect "the ports are reserved" holds $amt
expect "it is ready" exits 0 ctl check
expect "it watches by inotify" json .watch inotify
expect "and the status says why it names no writers" like "$(ctl status)" \
    '*the kernel does not name the writers*fanotify: Operation not permitted*'
expect "its configuration is that of the ConfigMap" json .observed.auditUSec 3600000000
echo 5000 >$list
eventually "an overwritten list is repaired without an audit" holds 623,664,5000,16992-16995
eventually "and that is reported" json .repairs.count 1

echo "Its rights"
pid=$(engine inspect --format '{{.State.Pid}}' guard)
right() { sed -n "s/^$1:\t//p" "/proc/$pid/status"; }
for set in CapPrm CapEff CapBnd; do expect "$set is CAP_NET_ADMIN alone" is "$(right $set)" 0000000000001000; done
for set in CapInh CapAmb; do expect "$set is empty" is "$(right $set)" 0000000000000000; done
expect "it can't gain others" is "$(right NoNewPrivs)" 1
expect "its system calls are filtered" is "$(right Seccomp)" 2
writable() { awk '$6 ~ /^rw/ { print $5 }' "/proc/$pid/mountinfo" | grep -vE '^/(proc|dev)(/|$)' | sort | paste -sd ' '; }
expect "it can write the node's network settings, its own directories, and nothing else" is "$(writable)" \
    "/host/proc/sys/net /host/run /host/run/amtguard"
expect "its own settings are read-only" like "$(awk '$5 == "/proc/sys" { print $6 }' "/proc/$pid/mountinfo")" 'ro,*'

echo "Labels"
features=$work/features
mkdir "$features"
label() { sh "$top/deploy/kubernetes/labels/labels.sh" "$host/run/amtguard/state.json" "$features" "$1" "$host/sys" & labels=$!; }
lines() { seen=$(grep -v '^#' "$features/amtguard" 2>&1 | paste -sd ' '); [[ $seen == "$1" ]]; }
label 60
eventually "the report becomes a feature file" lines 'amt.engine=true amt.state=unknown amt.version=16.1.25.2020 amtguard=protected'
expect "which expires" like "$(head -n 1 "$features/amtguard")" '# +expiry-time=20*Z'
kill $labels
wait $labels
expect "and stays when the script is stopped" test -e "$features/amtguard"
touch --date='3 hours ago' "$host/run/amtguard/state.json"
label 60
eventually "a report that was left behind is not believed" lines 'amt.engine=true'
kill $labels
wait $labels

echo "Two guards"
guard=$container
run_container second base/daemonset.yaml guard
eventually "a second one ends" ended
expect "and says why" says second "another amtguardd guards this host already"
expect "the first goes on" exits 0 ctl check
container=$guard
stop_guard
expect "the ports stay reserved" holds 623,664,5000,16992-16995
expect "and no report stays" not reports

answers() {  # the firmware's helper
    seen=$(python -c 'import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])' \
        "$host/run/amtguard-node/amtguard-firmware.socket" 2>&1)
}
firmware_part() {
    local machine=$top/Tools/mei-emulator/machines/address-equal.machine
    [[ -x $EMULATOR_BIN/mei-emulator ]] || { echo "skipped: Tools/mei-emulator is not built"; return; }
    [[ -c /dev/fuse ]] || { echo "skipped: there is no /dev/fuse"; return; }
    node emulated
    "$EMULATOR_BIN/mei-emulator" --log "$work/asked" "$machine" --root "$host" >"$work/emulator.log" 2>&1 &
    eventually "the emulated machine is there" grep -q '^ready$' "$work/emulator.log"
    "$EMULATOR_BIN/mei-emulator" --host "$machine" | bash -e
    # The emulated device is a file below a root, and not a device that a plugin could hand out.
    trailing=(--root /node)
    run_container firmware firmware/daemonset.yaml firmware --volume="$host:/node"
    eventually "the helper listens" answers
    pid=$(engine inspect --format '{{.State.Pid}}' firmware)
    for set in CapPrm CapEff CapBnd; do expect "it has no capability: $set" is "$(right $set)" 0000000000000000; done
    engine kill --signal=KILL firmware >/dev/null
    eventually "after its end" ended
    run_container firmware firmware/daemonset.yaml firmware --volume="$host:/node"
    trailing=()
    eventually "another one listens in its place" answers
    run_container guard base/daemonset.yaml guard
    eventually "the guard reports" reports
    eventually "what the firmware said" json .amt.state provisioned
    expect "it shares the address of the node" json .amt.interfaces.0.hostAddresses.0 192.168.1.20
    expect "the ports that it takes there are held" not binds 192.168.1.20 16992
    expect "which others can be bound" binds 192.168.1.20 16996
    expect "and it is said what would hold 623 and 664" says guard "Give amtguardd CAP_NET_BIND_SERVICE"
    expect "all that is no problem" json .verdict protected
    label 60
    eventually "the labels say so" lines 'amt.engine=true amt.state=provisioned amt.version=16.1.25 amtguard=protected'
    kill $labels
    stop_guard
    altered='s/^--cap-add=NET_ADMIN$/&\n--cap-add=NET_BIND_SERVICE/'
    run_container guard base/daemonset.yaml guard
    altered=
    eventually "with CAP_NET_BIND_SERVICE" reports
    eventually "the guard holds 623, too" not binds 192.168.1.20 623
    expect "and 664" not binds 192.168.1.20 664
    stop_guard
    engine kill --signal=KILL firmware >/dev/null
}
echo "A node whose firmware is asked"
firmware_part

echo "A node without AMT"
node none
run_container guard base/daemonset.yaml guard
eventually "the guard reports" reports
expect "that it is not needed" json .verdict not-needed
expect "it is ready" exits 0 ctl check
stop_guard

echo "A node that is to be given back"
node amt OnStop=release
run_container guard base/daemonset.yaml guard
eventually "the ports are reserved" holds $amt
eventually "the guard reports" reports
stop_guard
expect "they are not when the guard has ended" holds ''

echo "A node whose list can't be written"
node amt
altered='s|/proc/sys/net:rw$|/proc/sys/net:ro|'
run_container guard base/daemonset.yaml guard
eventually "the guard reports" reports
expect "it is not ready" exits 1 ctl check
expect "and says why" like "$said" '*read-only*'
expect "it is alive" exits 0 ctl check --accept 2
stop_guard
