# On a bare system that is an image: a system extension brings the guard, and takes it away.
source /srv/boot/lib.sh
extension=/var/lib/extensions/amtguard
dpkg-deb -x $package unpacked
mkdir -p $extension/usr/lib/extension-release.d
cp -R unpacked/usr/. $extension/usr/
printf 'ID=debian\nVERSION_ID=12\n' >$extension/usr/lib/extension-release.d/extension-release.amtguard
# The work of [Install]: /etc belongs to the machine.
mkdir -p $extension/usr/lib/systemd/system/{sysinit,sockets}.target.wants
ln -s ../amtguardd.service $extension/usr/lib/systemd/system/sysinit.target.wants/
ln -s ../amtguard-firmware.socket $extension/usr/lib/systemd/system/sockets.target.wants/

expect "the extension is merged" exits 0 systemd-sysext merge
systemd-sysusers
systemctl daemon-reload
expect "its guard starts" exits 0 systemctl start $unit
expect "the list is whole" holds $amt
eventually "without a file in /etc" json .verdict protected
expect "and without the bus's policy reloaded it guards all the same" is "$(systemctl is-active $unit)" active
busctl call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus ReloadConfig
systemctl restart $unit
eventually "with it, it is on the bus" property Verdict 's "protected"'
systemctl stop $unit
expect "before it is taken away, amtguardd --release gives back what it added" exits 0 amtguardd --release
expect "and it does" holds ''
expect "the extension is taken away" exits 0 systemd-sysext unmerge
expect "and nothing of it is left" not command -v amtguardd
