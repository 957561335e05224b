# ansible.sh: what plays of deploy/ansible against booted containers need; source it in a pid and mount namespace.
#
#   AMTGUARD_DEB  the package                              (the last one in dist)
#   BOOT_CACHE    the system that debootstrap made         (.build/boot)

export LC_ALL=C.UTF-8 PATH=$PATH:/usr/sbin:/sbin
amt=623,664,16992-16995
list=/dev/null  # claims.sh shows it; each guest has its own
: "${PATIENCE:=90}"

skip() { printf 'skipped: %s\n' "$1"; exit 77; }  # REASON
situation() { ! [[ -e $GUESTS/played ]] || tail -n 40 "$GUESTS/played" | indent; }
GUESTS=$(mktemp -d /tmp/amtguard-ansible.XXXXXX)
export GUESTS
mount -t tmpfs -o mode=755 guests "$GUESTS"
# shellcheck source=Tests/deploy/lib/guests.sh
source "$top/Tests/deploy/lib/guests.sh"
trap 'end_guests; umount -R -l "$GUESTS"; rmdir "$GUESTS"' EXIT
# shellcheck source=Tests/claims.sh
source "$top/Tests/claims.sh"
# shellcheck source=Tests/deploy/lib/python.sh
source "$top/Tests/deploy/lib/python.sh"

# --------------------------------------------------------------------------------------------------------------------
# What it needs

PACKAGE=${AMTGUARD_DEB:-$(find "$top/dist" -maxdepth 1 -name 'amtguard_*_amd64.deb' 2>/dev/null | sort -V | tail -n 1)}
[[ -e $PACKAGE ]] || skip "there is no package in dist: make deb"
export PACKAGE
for program in debootstrap systemd-nspawn dpkg-scanpackages; do
    command -v $program >/dev/null || skip "there is no $program: Tools/dependencies.sh deploy"
done
python_environment ansible || skip "ansible-core, ansible-lint and molecule can't be installed"
debian_tree || skip "debootstrap failed: $(tail -n 1 "$BOOT_CACHE/debootstrap.log")"

export HOME=$GUESTS/home ANSIBLE_HOME=$GUESTS/ansible ANSIBLE_ROLES_PATH=$top/deploy/ansible/roles
export ANSIBLE_NOCOWS=1 ANSIBLE_FORCE_COLOR=0 ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3
# Pipelining needs three processes fewer for each task.
export ANSIBLE_SSH_EXECUTABLE=$top/Tests/deploy/lib/enter ANSIBLE_SSH_TRANSFER_METHOD=piped ANSIBLE_PIPELINING=1
export ANSIBLE_REMOTE_USER=root ANSIBLE_HOST_KEY_CHECKING=0
mkdir "$HOME"
# Molecule writes beside the role.
cp -R "$top/deploy/ansible" "$GUESTS/work"
cd "$GUESTS/work" || exit

quietly() { "$@" >"$GUESTS/played" 2>&1; }  # COMMAND…: its output is shown if the claim does not hold
fails() { ! quietly "$@"; }
says() { grep -qF -- "$1" <(tr -s '\n ' ' ' <"$GUESTS/played"); }  # TEXT: in the output of the last play
changed() { grep -qE "^$1 .* changed=$2 " "$GUESTS/played"; }      # GUEST COUNT: in the recap of the last play
reserves() { seen=$(in_guest "$1" cat /proc/sys/net/ipv4/ip_local_reserved_ports); [[ $seen == "$2" ]]; }  # GUEST PORTS
play() { ansible-playbook --inventory "$GUESTS/inventory.yml" "$@"; }
part() {  # [WHAT]: begins, and says how long the part before took
    [[ ! ${began:-} ]] || printf '(%d s)\n' $((SECONDS - began))
    began=$SECONDS
    printf '%s\n' "${1:-The end}"
}

inventory() {  # GUEST[=VARIABLES]…: of these
    echo 'all:'
    echo '  hosts:'
    for guest; do echo "    ${guest%%=*}: {$([[ $guest != *=* ]] || echo "${guest#*=}")}"; done
    echo '  vars: {amtguard_mode: always}'
}
