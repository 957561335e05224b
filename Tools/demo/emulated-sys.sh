#!/usr/bin/env bash
# emulated-sys.sh DIR amt|none|hidden: makes DIR/sys as on a Linux with a CSME and its MEI driver (amt), on an AMD machine
# (none), or on a machine of Intel's that shows no CSME (hidden). For `amtguardd --root DIR`; made of the attributes that the kernel documents in
# Documentation/ABI/testing/sysfs-class-mei and sysfs-bus-mei.
set -euo pipefail

root=${1:?usage: emulated-sys.sh DIR amt|none|hidden}
kind=${2:?usage: emulated-sys.sh DIR amt|none|hidden}
amthi=12f80028-b4b7-4b2d-aca8-46e0ff65814c
bus=$root/sys/devices/pci0000:00

mkdir -p "$root"/{dev,etc,run,proc} "$root"/sys/{class/mei,bus/mei/devices,bus/pci/devices}

vendor=0x8086
function_() {  # ADDRESS DEVICE CLASS: one PCI function
    mkdir -p "$bus/$1"
    echo "$vendor" >"$bus/$1/vendor"
    echo "$2" >"$bus/$1/device"
    echo "$3" >"$bus/$1/class"
    printf 'PCI_CLASS=%s\nPCI_ID=%s:%s\nPCI_SLOT_NAME=%s\n' "${3#0x}" "${vendor#0x}" "${2#0x}" "$1" >"$bus/$1/uevent"
    ln -sfn "../../../devices/pci0000:00/$1" "$root/sys/bus/pci/devices/$1"
}

if [[ $kind == none ]]; then
    vendor=0x1022
    function_ 0000:00:00.0 0x14d8 0x060000
    vendor=0x10ec
    function_ 0000:02:00.0 0x8168 0x020000
    exit 0
fi
function_ 0000:00:00.0 0x4601 0x060000
function_ 0000:00:1f.6 0x1a1c 0x020000
[[ $kind == amt ]] || exit 0

csme=0000:00:16.0
function_ $csme 0x51e0 0x078000
mkdir -p "$bus/$csme/mei/mei0" "$bus/$csme/$csme-$amthi"

node=$bus/$csme/mei/mei0
echo mei >"$node/kind"
printf ENABLED >"$node/dev_state"  # the kernel writes this one without a newline
printf '0:16.1.25.2020\n0:16.1.25.2020\n0:16.1.25.2020\n' >"$node/fw_ver"
echo 235:0 >"$node/dev"
printf 'MAJOR=235\nMINOR=0\nDEVNAME=mei0\n' >"$node/uevent"
ln -sfn "../../../$csme" "$node/device"
ln -sfn ../../../../../class/mei "$node/subsystem"
ln -sfn "../../devices/pci0000:00/$csme/mei/mei0" "$root/sys/class/mei/mei0"

client=$bus/$csme/$csme-$amthi
echo "$amthi" >"$client/uuid"
echo >"$client/name"
echo 1 >"$client/version"
echo 1 >"$client/max_conn"
echo 0 >"$client/fixed"
echo "mei::$amthi:01:" >"$client/modalias"
ln -sfn "../../../devices/pci0000:00/$csme/$csme-$amthi" "$root/sys/bus/mei/devices/$csme-$amthi"
