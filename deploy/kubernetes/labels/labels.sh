#!/bin/sh
# labels.sh STATE FOLDER SECONDS [SYS]: keeps a feature file of Node Feature Discovery up to date from the report of the
# guard. Each line becomes the label feature.node.kubernetes.io/NAME of the node.
#
#   amt.engine=true         there is a device through which the firmware can be asked
#   amt.state=provisioned   as "amtguardctl status" says
#   amt.version=16.1.30     if it is known
#   amtguard=protected      the verdict: protected, not-needed, degraded or exposed
#
# The file is replaced in one step, and each line expires: without this script the labels go away.
set -eu
state=$1 folder=$2 pause=$3 sys=${4:-/sys}
trap 'rm -f "$folder/amtguard" "$folder/.amtguard"; exit 0' TERM INT

# The first value after a text in the report, which is one line of JSON; empty unless a label may contain it.
value() { grep -o "$1:\"[A-Za-z0-9._-]*\"" "$state" | head -n 1 | sed 's/.*"\(.*\)"$/\1/'; }
line() { [ -z "$2" ] || printf '%s=%s\n' "$1" "$2"; }

features() {
    printf '# +expiry-time=%s\n' "$(date -u -d "@$(($(date +%s) + 5 * pause))" +%Y-%m-%dT%H:%M:%SZ)"
    [ ! -e "$sys/class/mei/mei0" ] || line amt.engine true
    line amt.state "$(value '"amt":{"state"')"
    line amt.version "$(value '"amt":{"state":"[a-z]*","controlMode":[a-z"]*,"version"')"
    line amtguard "$(value '"verdict"')"
}

while :; do
    # The guard removes the report when it ends.
    if [ -r "$state" ]; then
        features >"$folder/.amtguard"
        mv "$folder/.amtguard" "$folder/amtguard"
    else
        rm -f "$folder/amtguard"
    fi
    # A shell that waits for its child hears a signal at once.
    sleep "$pause" &
    wait $!
done
