# On a minimal Debian, without procps, the guard guards and is reloaded.
source /srv/boot/lib.sh
expect "there is no /bin/kill" not test -e /bin/kill
expect "the list is whole" holds $amt
mkdir -p /etc/amtguard.conf.d
printf '[Guard]\nExtraPorts=5900\n' >/etc/amtguard.conf.d/ports.conf
expect "reload works" exits 0 systemctl reload $unit
eventually "and takes the new configuration" json .ports.required 623,664,5900,16992-16995
expect "with the same guard" shows NRestarts 0
