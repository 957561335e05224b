# Another program holds AMT's only connection for a minute: the guard reports that, and AMT's state after it.
source "$(dirname "${BASH_SOURCE[0]}")/emulator.sh"
PATIENCE=100

start_machine provisioned-acm
$work/emulator/mei-client $root/dev/mei0 open connect=2800f812b7b42d4baca846e0ff65814c sleep=60000 >held.out &
holder=$!
eventually "another program holds the connection" grep -q 'connect 1 amthi' $asked
serve
start_guard AuditSec=1h
eventually "it is held" outcome busy
expect "which is the reason" reason firmware-busy
expect "and has its line" shows 'another program holds the AMT host interface'
expect "with what can be done" shows 'fuser -v /dev/mei'
expect "that it is there is known" shows 'the AMT host interface is there'
expect "the ports are required" json .ports.required $amt
attempts=$(opened)
expect "it was tried a few times" at_most $attempts 12
wait $holder
eventually "when it is let go, the next question tells" json .amt.state provisioned
expect "and the reason is gone" not reason firmware-busy
expect "within two questions" at_most "$(opened)" $((attempts + 12))
stop_guard
