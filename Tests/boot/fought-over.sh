# A list that another program overwrites a thousand times a second does not keep the machine from booting.
source /srv/boot/lib.sh
expect "it is fought over" is "$(systemctl is-active fighter.service)" active
expect "the guard is active" is "$(systemctl is-active $unit)" active
expect "the boot is not a second longer than a plain one" no_longer_than_plain
eventually "it is contested" json .contested true
expect "and STATUS names who does it" shows StatusText 'Degraded: the list is repeatedly overwritten by overwriter*'
expect "the guard goes on" shows NRestarts 0
systemctl stop fighter.service
eventually "when that ends, each overwrite would be repaired at once" json .overwrites.answer repaired
expect "and the list is whole" holds 623,664,5000-5010,16992-16995
