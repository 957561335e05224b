# A helper that neither answers nor ends is abandoned after 20 s, whether it is silent or sends without end.
source "$(dirname "${BASH_SOURCE[0]}")/emulator.sh"
PATIENCE=35

start_machine provisioned-acm
for endless in 'sleep 1000' 'while :; do printf x; sleep 0.1; done'; do
    serve bash -c "$endless"
    start_guard AuditSec=1h
    eventually "abandoned: $endless" outcome abandoned
    expect "with its reason" reason firmware-abandoned
    expect "and its line" shows "gave no answer within 20 s, and was abandoned"
    expect "on the safe side" json .ports.required $amt
    stop_guard
    stop_serving
done
