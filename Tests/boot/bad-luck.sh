# A read-only /etc, symbolic links planted in /run/amtguard, a full /run: a clear line each, and the ports stay protected.
source /srv/boot/lib.sh
eventually "the guard is there" json .verdict protected

mount --bind /etc /etc
mount -o remount,ro,bind /etc
expect "with a read-only /etc it restarts" exits 0 systemctl restart $unit
eventually "and protects" json .verdict protected
expect "and reloads" exits 0 systemctl reload $unit
umount /etc

systemctl stop $unit
echo precious >/root/precious
chmod 666 /root/precious
for name in $(ls -A /run/amtguard) state.json; do ln -sf /root/precious /run/amtguard/$name; done
chown -h amtguard:amtguard /run/amtguard/*
expect "with links planted in /run/amtguard it starts" exits 0 systemctl start $unit
expect "the list is whole" holds $amt
expect "what the links point at is what it was" is "$(</root/precious)" precious
eventually "a line says what is there" told '/run/amtguard/'
expect "and STATUS that it is not well" shows StatusText 'Degraded: */run/amtguard/*'
rm /run/amtguard/*
systemctl restart $unit
eventually "without them all is well" json .verdict protected

# The journal and systemd need /run themselves, so the test fills a small one of the guard's own.
systemctl stop $unit
mount -t tmpfs -o size=64k,mode=755 full /run/amtguard
chown amtguard:amtguard /run/amtguard
dd if=/dev/zero of=/run/amtguard/filler bs=4k 2>/dev/null || true
expect "with a full /run/amtguard it starts" exits 0 systemctl start $unit
expect "the list is whole" holds $amt
sysctl -q -w net.ipv4.ip_local_reserved_ports=5000
eventually "it repairs" holds 623,664,5000,16992-16995
eventually "says on the bus what is wrong" json .verdict degraded
expect "in a line" json .reasons.0.id runtime-directory
expect "and in the journal" told '/run/amtguard'
rm /run/amtguard/filler
systemctl reload $unit
eventually "when there is room again, all is well" json .verdict protected
