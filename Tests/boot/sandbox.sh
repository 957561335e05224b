# Programs in the units' sandboxes get no io_uring, whose requests would bypass their filters.
source /srv/boot/lib.sh
eventually "the guard is there" json .verdict protected

cat >/usr/local/sbin/try-io-uring <<'PERL'
#!/usr/bin/perl
# io_uring_setup, with one entry.
my $ring = syscall(425, 1, my $parameters = "\0" x 120);
print $ring < 0 ? "io_uring: error " . ($! + 0) . "\n" : "io_uring: made\n";
PERL
chmod 755 /usr/local/sbin/try-io-uring
expect "outside of the sandboxes there is one" is "$(try-io-uring)" 'io_uring: made'

drop_in() {  # UNIT LINE…: in its section [Service], from now on
    mkdir -p "/run/systemd/system/$1.d"
    printf '%s\n' '[Service]' "${@:2}" >"/run/systemd/system/$1.d/try.conf"
    systemctl daemon-reload
}
lines() { seen=$(journalctl --no-pager -o cat -t try-io-uring -u "$1"); [[ $seen == $2 ]]; }  # UNIT PATTERN

drop_in $unit ExecStartPre=/usr/local/sbin/try-io-uring
systemctl restart $unit
eventually "the guard's refuses it: EPERM" lines $unit '*io_uring: error 1'

asked() {  # the answer of the program in the helper's place
    perl -MSocket -e 'socket(my $s, AF_UNIX, SOCK_STREAM, 0);
        connect($s, pack_sockaddr_un("/run/amtguard-firmware.socket")) or die; print <$s>'
}
drop_in amtguard-firmware@.service ExecStart= ExecStart=/usr/local/sbin/try-io-uring
expect "the helper's ends who tries" is "$(asked)" ''
killed() { seen=$(journalctl --no-pager -o cat -u 'amtguard-firmware@*'); [[ $seen == *'status=31/SYS'* ]]; }
eventually "by SIGSYS" killed
drop_in amtguard-firmware@.service ExecStart= ExecStart=/usr/local/sbin/try-io-uring SystemCallFilter=
expect "and its filter alone does so" is "$(asked)" 'io_uring: made'
