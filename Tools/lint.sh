#!/bin/sh
# The rules of the house that no compiler checks. Prints each line that breaks one; exit status 1 if any does.
set -eu
cd "$(dirname "$0")/.."
failed=0
forbid() { # RULE PATTERN PATH...
    rule=$1 pattern=$2
    shift 2
    if found=$(grep -rnE --include='*.swift' "$pattern" "$@" | grep -vE '^[^:]+:[0-9]+:[[:space:]]*//'); then
        printf '%s:\n%s\n' "$rule" "$found" >&2
        failed=1
    fi
}

# The guard and its helper.
daemon="Sources/AmtguardCore Sources/AmtguardLinux Sources/AmtguardSystemd Sources/AmtguardDaemon Sources/amtguardd
    Sources/AmtguardMEI Sources/amtguard-firmware"
forbid "The core imports nobody" '^[[:space:]]*([a-z]+ )?import ' Sources/AmtguardCore
forbid "The core and the daemon are safe code" '\bunsafe\b' Sources/AmtguardCore Sources/AmtguardDaemon Sources/AmtguardLab
# shellcheck disable=SC2086  # a list of paths
forbid "The daemon has one thread" '\b(async|await|actor|Task|Thread|DispatchQueue|nonisolated)\b|@unchecked' $daemon
# shellcheck disable=SC2086  # a list of paths
forbid "The daemon has no Foundation" 'import Foundation' $daemon
forbid "libsystemd knows nothing of AMT" 'import Amtguard' Sources/AmtguardSystemd
forbid "No forced luck" '\btry!|\bas!' Sources
exit $failed
