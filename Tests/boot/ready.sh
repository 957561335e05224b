# From the start of the unit to READY.
source /srv/boot/lib.sh
expect "protected" shows StatusText 'Protected.*'
ready_time >>/srv/work/ready-times
unit_time >>/srv/work/unit-times
