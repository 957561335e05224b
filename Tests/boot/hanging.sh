# Purged while a helper hangs in the driver: no user remains, and no helper after the driver returns.
source /srv/boot/lib.sh
helper=$(id -u amtguard-firmware)
hangs() { seen=$(pgrep -U "$helper"); }
eventually "a helper waits for the firmware" hangs
began=$SECONDS
expect "purged" exits 0 apt-get -qq -y purge amtguard
printf 'that took %s s; %s\n' $((SECONDS - began)) "$(if hangs; then echo "it hangs still"; else echo "it has ended"; fi)"
expect "no user is left" is "$(getent passwd amtguard amtguard-firmware || true)" ''
expect "no group" is "$(getent group amtguard amtguard-firmware || true)" ''
PATIENCE=40 eventually "and no helper, at last" not hangs
