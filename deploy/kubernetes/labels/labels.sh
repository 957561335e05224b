#!/bin/sh
# labels.sh STATE FOLDER SECONDS [SYS]: keeps a feature file of Node Feature Discovery up to date from the report of the
# guard. Each line becomes the label feature.node.kubernetes.io/NAME of the node.
#
#   amt.engine=true         there is a device through which the firmware can be asked
#   amt.state=provisioned   as "amtguardctl status" says
#   amt.version=16.1.30     if it is known
#   amtguard=protected      the verdict: protected, not-needed, degraded or exposed
#
# The file is replaced in one step. It stays when the script ends, so that an update does not take the labels away, and
# with them the pods that need them; the lines expire after five pauses.
set -eu
state=$1 folder=$2 pause=$3 sys=${4:-/sys}
trap 'exit 0' TERM INT

# The first value after a text in the report, which is one line of JSON; empty unless a label may contain it.
value() { grep -o "$1:\"[A-Za-z0-9._-]*\"" "$state" | head -n 1 | sed 's/.*"\(.*\)"$/\1/'; }
line() { [ -z "$2" ] || printf '%s=%s\n' "$1" "$2"; }

# The guard removes the report when it ends, and writes it again at each audit. A report that is older than two
# audits was left by a guard that was killed.
is_fresh() {
    [ -r "$state" ] || return 1
    audit=$(sed -n 's/.*"auditUSec":\([0-9]*\).*/\1/p' "$state")
    [ $(($(date +%s) - $(stat -c %Y "$state"))) -le $((${audit:-0} / 500000 + 5)) ]
}

# A graphics card may have such a device, too, of another kind. Older kernels do not say the kind.
has_engine() {
    for device in "$sys"/class/mei/mei*; do
        [ -e "$device" ] && [ "$(cat "$device/kind" 2>/dev/null || echo mei)" = mei ] && return
    done
    return 1
}

features() {
    printf '# +expiry-time=%s\n' "$(date -u -d "@$(($(date +%s) + 5 * pause))" +%Y-%m-%dT%H:%M:%SZ)"
    ! has_engine || line amt.engine true
    is_fresh || return 0
    line amt.state "$(value '"amt":{"state"')"
    line amt.version "$(value '"amt":{"state":"[a-z]*","controlMode":[a-z"]*,"version"')"
    line amtguard "$(value '"verdict"')"
}

while :; do
    features >"$folder/.amtguard"
    mv "$folder/.amtguard" "$folder/amtguard"
    # A shell that waits for its child hears a signal at once.
    sleep "$pause" &
    wait $!
done
