# Without polkit only root may reload; every user may read.
source /srv/boot/lib.sh
eventually "the guard is on the bus" property Verdict 's "protected"'
expect "root may reload" exits 0 busctl --timeout=10 call org.amtguard1 /org/amtguard1 org.amtguard1.Manager Reload
expect "nobody else" exits 1 as_somebody busctl --timeout=10 call org.amtguard1 /org/amtguard1 org.amtguard1.Manager Reload
expect "with a clear word" like "$said" '*ccess denied*'
