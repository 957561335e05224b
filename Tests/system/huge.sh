# A message of 31 MiB costs the guard no memory, whatever it is, and its sender is answered.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_nobody
emulate amt
start_bus
start_guard AuditSec=1s
eventually "it has its name" has_name
most=$(($(peak) + 8192))
for kind in RecordProbe Describe Check Get Introspect Missing PrepareForSleep Noise; do
    wanted=3
    [[ $kind != PrepareForSleep && $kind != Noise ]] || wanted=0
    "${as_nobody[@]}" $work/helpers/stranger huge $bus_address $kind 3 31 >answers
    expect "the guard has not grown by three $kind" at_most "$(peak)" $most
    expect "and answers each call" is "$(grep -c '^org.freedesktop.DBus.Error.InvalidArgs\|^org.freedesktop.DBus.Error.UnknownMethod' answers || true)" $wanted
done
overwrite 5000
eventually "it goes on" holds 623,664,5000,16992-16995
stop_guard
