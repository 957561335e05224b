# Debian 13: the same package, beside networkd's own monitor of settings.
# On Debian trixie
# With bpf(2)
source /srv/boot/lib.sh
source /srv/boot/release
