# udev gives the management engine's device only to the helper's group, and does not change other devices of its class.
source /srv/boot/lib.sh
# No udevd runs in a container. udevadm shows what the rules would do, even with a /sys that is not the kernel's.
export SYSTEMD_DEVICE_VERIFY_SYSFS=0
gives() {  # ACTION WHAT: the rule's result for the device
    seen=$(udevadm test --action="$1" /sys/class/mei/mei0 2>&1 | sed -n 's/.*60-amtguard-mei.rules:[0-9]* //p' | sort | paste -sd ' ')
    [[ $seen == "$2" ]]
}
tagged() { seen=$(udevadm test --action=add /sys/class/mei/mei0 2>&1 | grep '^TAGS=' || true); [[ $seen == TAGS=:systemd: ]]; }
group=$(id -g amtguard-firmware)
expect "the rules are understood" not like "$(udevadm test --action=add /sys/class/mei/mei0 2>&1)" '*60-amtguard-mei.rules:*nvalid*'
expect "a management engine's device that appears" gives add "GROUP $group MODE 0660"
expect "one that is there when the package is installed" gives change "GROUP $group MODE 0660"
expect "one that goes is left as it is" gives remove ''

# The same device as a child of another.
cp -R /srv/amt/sys/devices/pci0000:00 another
mv another/0000:00:16.0 original
mkdir class
another_device() {  # ADDRESS VENDOR
    rm -rf another/0000:* class/mei0
    cp -R original "another/$1"
    echo "$2" >"another/$1/vendor"
    ln -s "../../devices/pci0000:00/$1/mei/mei0" class/mei0
}
another_device 0000:00:16.0 0x8086
mount --bind another /sys/devices/pci0000:00
mount --bind class /sys/class/mei
expect "moved, it is the same" gives add "GROUP $group MODE 0660"
another_device 0000:80:16.0 0x8086
expect "on another bus, as on Arrow Lake-S, it is the same" gives add "GROUP $group MODE 0660"
another_device 0000:00:16.0 0x1234
expect "another vendor's device gets nothing" gives add ''
another_device 0000:03:00.0 0x8086
expect "nor a graphics card's" gives add ''

umount /sys/class/mei /sys/devices/pci0000:00
expect "systemd knows the device as a unit" tagged
