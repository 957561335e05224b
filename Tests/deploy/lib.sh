# lib.sh: the basis of the scripts here that need no namespaces; source it first.
#
# A script judges by the real programs. Each prints a line for each claim (Tests/claims.sh), ends with 77 and a reason if
# a program that it needs can't be had, and takes the programs of amtguard from AMTGUARD_BIN.

set -Eeuo pipefail
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
tools=$top/.build/tools  # what Tools/dependencies.sh deploy put there
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
list=/proc/sys/net/ipv4/ip_local_reserved_ports
: "${PATIENCE:=20}"      # seconds

situation() { :; }
# shellcheck source=Tests/claims.sh
source "$here/../claims.sh"

skip() { printf 'skipped: %s\n' "$1"; exit 77; }  # REASON
need() {  # PROGRAM…: each is here
    local program
    for program; do
        [[ -x $program ]] || command -v "$program" >/dev/null ||
            skip "there is no ${program##*/}: run Tools/dependencies.sh deploy"
    done
}
succeeds() { seen=$("$@" 2>&1) || { seen=$(tail -c 1500 <<<"$seen"); false; }; }  # COMMAND…: its output, or the end of it if it failed
