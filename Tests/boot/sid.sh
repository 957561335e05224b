# Debian's next release: the same package, beside networkd's own monitor of settings.
# On Debian sid
# With bpf(2)
source /srv/boot/lib.sh
source /srv/boot/release
