# With polkit itself, an administrator's rule lets one user reload, and another user is refused.
source /srv/boot/lib.sh
eventually "the guard is on the bus" property Verdict 's "protected"'
expect "polkit is Debian's" exits 0 systemctl start polkit.service
manager=(org.amtguard1 /org/amtguard1 org.amtguard1.Manager)
as_other() { runuser -u other -- "$@"; }

printf '[Guard]\nExtraPorts=5900\n' >/etc/amtguard.conf.d/extra.conf
expect "whom no rule names may not reload" exits 1 as_other busctl --timeout=10 call "${manager[@]}" Reload
expect "and is told so" like "$said" '*ccess denied*'
expect "and it was not done" property RequiredPorts "s \"$amt\""
expect "whom a rule names may" exits 0 as_somebody busctl --timeout=10 call "${manager[@]}" Reload
expect "and it was done" property RequiredPorts 's "623,664,5900,16992-16995"'

result=$'probe=1\nfrom=192.0.2.1\nto=192.0.2.2\nport=22\nwaited-ms=4000\nport.623=silent\ncontrol.622=connected\n'
expect "nor may the other tell of a probe" exits 1 as_other busctl --timeout=10 call "${manager[@]}" RecordProbe s "$result"
expect "and is told so" like "$said" '*ccess denied*'
expect "the one may" exits 0 as_somebody busctl --timeout=10 call "${manager[@]}" RecordProbe s "$result"
expect "and it is known" json .probe.ports.0.port 623

# A user without a rule is asked for a password, if there is a way to ask: here there is none.
expect "without an agent the answer is no" exits 1 as_other busctl --timeout=10 --allow-interactive-authorization=yes call "${manager[@]}" Reload
expect "root needs no rule" exits 0 busctl --timeout=10 call "${manager[@]}" Reload
systemctl stop polkit.service
systemctl mask --runtime polkit.service
expect "without polkit the rule applies to no user" exits 1 as_somebody busctl --timeout=10 call "${manager[@]}" Reload
