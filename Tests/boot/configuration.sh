# The configuration is reloaded: a good one takes effect at once, a bad one is reported with file and line until fixed.
source /srv/boot/lib.sh
eventually "the guard is there" json .verdict protected

mkdir -p /etc/amtguard.conf.d
printf '[Guard]\nExtraPorts=5900\n' >/etc/amtguard.conf.d/ports.conf
expect "a good configuration is reloaded" exits 0 systemctl reload $unit
eventually "and is in force" json .ports.required 623,664,5900,16992-16995
printf '[Guard]\nExtraPorts=70000\n' >/etc/amtguard.conf.d/ports.conf
expect "a bad one fails the reload" exits 1 systemctl reload $unit
eventually "with file, line and value" told '/etc/amtguard.conf.d/ports.conf:2'
expect "and changes nothing" json .ports.required 623,664,5900,16992-16995
eventually "but something needs attention" json .verdict degraded
expect "which is the refused line" json .reasons.0.id configuration-refused
expect "with file and line in status" exits 1 amtguardctl
expect "for people" like "$said" '*/etc/amtguard.conf.d/ports.conf:2: ExtraPorts=*70000*'
printf '[Guard]\nExtraPorts=5901\n' >/etc/amtguard.conf.d/ports.conf
expect "corrected, it is reloaded" exits 0 systemctl reload $unit
eventually "and all is well" json .verdict protected
eventually "with what it says" json .ports.required 623,664,5901,16992-16995
expect "the guard is still there" is "$(systemctl is-active $unit)" active
printf '[Guard]\nInterval=5\n' >/etc/amtguard.conf.d/ports.conf
expect "an unknown key does not fail it" exits 0 systemctl reload $unit
eventually "but the status says that a line is ignored" shows StatusText '*Ignored in the configuration: 1 line.'
expect "and the journal, once" is "$(journalctl --no-pager -o cat -u $unit | grep -c 'unknown key "Interval"')" 1
systemctl restart $unit
eventually "a key that is no longer there is warned of" told '/etc/amtguard.conf.d/ports.conf:2'
expect "and the guard guards" json .ports.required $amt
rm /etc/amtguard.conf.d/ports.conf

expect "debug lines are switched on while it runs" exits 0 systemctl service-log-level $unit debug
expect "and off" exits 0 systemctl service-log-level $unit info
