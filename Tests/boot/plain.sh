# An undisturbed boot, for comparison with others.
source /srv/boot/lib.sh
expect "the guard is active" is "$(systemctl is-active $unit)" active
boot_time >/srv/work/plain-boot
