# A guard in a container and the package's guard on one machine: the container's yields, whichever comes first.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

package_user=65533
# Root in a container that has CAP_NET_ADMIN alone: it can't write what belongs to another user.
container=(setpriv --bounding-set=-all,+net_admin --inh-caps=-all)
package=(setpriv --reuid="$package_user" --regid="$package_user" --clear-groups
    --bounding-set=-all,+net_admin --inh-caps=-all,+net_admin --ambient-caps=-all,+net_admin)
"${package[@]}" "$amtguardd" --version >/dev/null 2>&1 || skip "another user can't run $AMTGUARD_BIN/amtguardd"
give() { chown -R $package_user:$package_user $run; }  # as systemd does with RuntimeDirectory= of the unit

emulate amt
mkdir -p $run
give
launch=("${package[@]}")
start_guard AuditSec=1h
packages=$guard
expect "the package's guard is at work" json .verdict protected
status=0 said=$("${container[@]}" timeout 20 "$amtguardd" --root $root 2>&1) || status=$?
expect "a container's guard exits with 1" is $status 1
expect "and says why in one line" is "$said" "amtguardd: another amtguardd guards this host already"
expect "the first goes on" runs "$packages"
stop_guard

rm -rf $run
launch=("${container[@]}")
start_guard AuditSec=1s
containers=$guard
expect "a container's guard is at work" json .verdict protected
give
guard=$containers
eventually "it ends after the package was installed" ended
status=0
wait $containers || status=$?
expect "with status 1" is $status 1
expect "and says why" says "Another amtguardd guards this host already."
launch=("${package[@]}")
start_guard
expect "the package's guard can start" json .verdict protected
overwrite 5000
eventually "and repairs" holds 623,664,5000,16992-16995
stop_guard
