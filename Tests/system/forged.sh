# A signal that reports a wake-up of the machine is checked against the clock, and costs nothing.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_nobody
emulate amt
mkdir -p $root/run
# A helper that counts its questions.
cat >helper <<'HELPER'
#!/bin/sh
echo >>/run/t/asked
printf 'OUTCOME=answered\nDEVICE=mei0\nDEVICE_STATE=ENABLED\nAMTHI=answers\nPROVISIONING=post\nCONTROL_MODE=admin\nEND=1\n'
HELPER
chmod +x helper
touch asked
systemd-socket-activate --accept --inetd -l $root/run/amtguard-firmware.socket $work/helper 2>/dev/null &
eventually "a helper is there" test -S $root/run/amtguard-firmware.socket
start_bus
mkfifo login
$work/helpers/login-manager $bus_address <login >logind &
exec 7>login
eventually "there is a login manager" test -s logind
launch=(env "LD_PRELOAD=$work/helpers/libasleep.so" "ASLEEP=$work/slept")
start_guard AuditSec=1h
eventually "it has its name" has_name
asked() { seen=$(wc -l <asked); [[ $seen == "$1" ]]; }
eventually "the firmware is asked" asked 1
on_bus set-property org.amtguard1 /org/freedesktop/LogControl1 org.freedesktop.LogControl1 LogLevel s debug
looks=$(grep -c 'Looked (request)' $log || true)
"${as_nobody[@]}" $work/helpers/stranger flood $bus_address PrepareForSleep 8 100 >/dev/null
expect "the firmware is not asked again" asked 1
expect "and nothing is looked at" says_times "$looks" 'Looked (request)'

echo false >&7
sleep 1
expect "nor if the login manager says so, and it is not true" asked 1
sleep 5
"${as_nobody[@]}" $work/helpers/stranger flood $bus_address PrepareForSleep 1 10 >/dev/null
expect "nor by then" asked 1
echo 2 >slept
"${as_nobody[@]}" $work/helpers/stranger flood $bus_address PrepareForSleep 1 10 >/dev/null
expect "what a stranger says is no reason even to look at the clock" asked 1
echo false >&7
eventually "where the machine has slept and the login manager says so, the firmware is asked" asked 2
expect "and everything is looked at once" says_times $((looks + 1)) 'Looked (request)'
stop_guard
