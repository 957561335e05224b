#!/usr/bin/env bash
# ansible.sh: deploy/ansible judged by ansible-lint, and played by molecule and ansible-playbook against booted
# containers. As root. Ends with 77 where something that it needs can't be had. lib/ansible.sh has the settings.
set -Eeuo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
if [[ ! ${INSIDE:-} ]]; then
    # SIGKILL ends all that was started; the mounts go with the namespace.
    INSIDE=1 exec unshare --mount --pid --fork --kill-child --mount-proc "$0" "$@" </dev/null
fi
# shellcheck source=Tests/deploy/lib/ansible.sh
source "$top/Tests/deploy/lib/ansible.sh"

part "The form"
expect "ansible-lint finds nothing in its strictest profile" quietly ansible-lint --offline --profile production
# Keys of the template, and of the manual.
expect "each key of the configuration has a variable" \
    is "$(grep -oE "'[A-Za-z]+': amtguard_" roles/amtguard/templates/50-ansible.conf.j2 | cut -d "'" -f 2 | sort)" \
    "$(sed -n 's/^\.It Cm \([A-Z][A-Za-z]*\)=.*/\1/p' "$top/docs/man/amtguard.conf.5" | sort)"

nodes=(one two three)
for guest in guest "${nodes[@]}"; do make_guest "$guest"; done
# The second has the package in a repository, the third at a URL; neither has a network.
mkdir -p "$GUESTS/two/tree/srv/repository" "$GUESTS/three/tree/srv/web"
cp "$PACKAGE" "$GUESTS/two/tree/srv/repository/"
(cd "$GUESTS/two/tree/srv/repository" && dpkg-scanpackages --multiversion . >Packages 2>/dev/null)
echo "deb [trusted=yes] file:/srv/repository ./" >"$GUESTS/two/tree/etc/apt/sources.list"
cp "$PACKAGE" "$GUESTS/three/tree/srv/web/amtguard.deb"
cat >"$GUESTS/three/tree/etc/systemd/system/web.service" <<'UNIT'
[Service]
ExecStart=/usr/bin/python3 -m http.server --bind 127.0.0.1 --directory /srv/web 8000
UNIT
for guest in guest "${nodes[@]}"; do boot_guest "$guest"; done
await_guest guest
# Beside the rest: it takes as long.
molecule test >"$GUESTS/molecule.log" 2>&1 &
molecule=$!
for guest in "${nodes[@]}"; do await_guest "$guest"; done
in_guest three ip link set lo up
in_guest three systemctl start web.service
inventory "one=amtguard_package: $PACKAGE" "two=amtguard_mode: '{{ mode_of_two | default(\"always\") }}'" \
    "three=amtguard_package: 'http://127.0.0.1:8000/amtguard.deb',
        amtguard_package_checksum: 'sha256:$(sha256sum "$PACKAGE" | cut -d ' ' -f 1)'" >"$GUESTS/inventory.yml"

part "Check mode on machines without the package, which is a file, in a repository, at a URL"
expect "succeeds" quietly play site.yml --check
files() { in_guest "$1" find /etc /run /usr /var -name '*amtguard*'; }  # GUEST
for guest in "${nodes[@]}"; do expect "and changes nothing on $guest" is "$(files "$guest")" ''; done

part "A rolling play"
# The second only observes, and its kernel may choose the ports.
in_guest two sysctl -qw net.ipv4.ip_local_port_range="1024 65535"
expect "fails on a machine that is exposed" fails play rolling.yml -e rolling_patience=1 -e mode_of_two=observe
expect "says so" says "AMTGUARD CRITICAL"
expect "and leaves the machines of later batches alone" not in_guest three test -e /usr/sbin/amtguardd
# In a batch of two: the first machine goes to its end, beside one that is exposed.
batch='{"rolling_patience": 1, "rolling_batches": [2], "mode_of_two": "observe", "amtguard_extra_ports": ["5902"]}'
expect "in a batch fails, too" fails play rolling.yml -e "$batch"
expect "its other machine was played to the end" reserves one 623,664,5902,16992-16995
expect "and the next batch was not" not in_guest three test -e /usr/sbin/amtguardd
expect "continues when that is mended" quietly play rolling.yml -e rolling_patience=1
for guest in "${nodes[@]}"; do expect "$guest is guarded" reserves "$guest" "$amt"; done
expect "and then has nothing to change" quietly play site.yml
for guest in "${nodes[@]}"; do expect "on $guest" changed "$guest" 0; done
fact=etc/ansible/facts.d/amtguard.fact
sh "$top/deploy/examples/ansible-fact.sh" "$GUESTS/example"
expect "the fact is the link that deploy/examples makes" \
    is "$(in_guest one readlink /$fact)" "$(readlink "$GUESTS/example/$fact")"

part "Bad luck"
only() { play site.yml --limit "$@"; }  # GUEST ARGUMENT…
protected() { seen=$(in_guest "$1" amtguardctl check) && reserves "$1" $amt; }  # GUEST

in_guest two mv /usr/bin/python3 /usr/bin/python3.away
expect "a machine without Python fails" fails only two
expect "and hears what to install" says "This machine has no Python 3, which Ansible needs. Install it first"
in_guest two mv /usr/bin/python3.away /usr/bin/python3

printf '#!/bin/sh\necho "systemd 241 (241)"\n' >"$GUESTS/two/tree/usr/local/bin/systemctl"
chmod 755 "$GUESTS/two/tree/usr/local/bin/systemctl"
expect "a machine with an older systemd fails" fails only two
expect "and hears what is needed" says "systemd 247 or later. This machine has x86_64, apt, and systemd 241."
rm "$GUESTS/two/tree/usr/local/bin/systemctl"
expect "it is as protected as before" protected two

cp "$PACKAGE" "$GUESTS/later.deb"
in_guest two mount -t tmpfs -o size=64k full /var/cache
expect "a full disk fails" fails only two -e "amtguard_package=$GUESTS/later.deb"
expect "with its reason" says "No space left on device"
expect "and with what guards the machine now" says "The guard now: AMTGUARD OK"
expect "it is as protected as before" protected two
in_guest two umount /var/cache

# A play that is killed between the file and the handler.
setsid ansible-playbook --inventory "$GUESTS/inventory.yml" site.yml --limit one -e '{"amtguard_extra_ports": ["5901"]}' \
    >"$GUESTS/played" 2>&1 &
interrupted=$!
written() { grep -q 5901 "$GUESTS/one/tree/etc/amtguard.conf.d/50-ansible.conf"; }
eventually "a play has written the drop-in" written
{ kill -KILL -- -$interrupted; wait $interrupted || true; } 2>/dev/null
expect "and is killed before the guard has read it: the machine is as protected as before" protected one
expect "the next play finds that" quietly only one -e '{"amtguard_extra_ports": ["5901"]}'
expect "and has the guard read it" reserves one 623,664,5901,16992-16995

# A file of somebody else, which the guard refuses.
in_guest one sh -c 'printf "[Guard]\nMode=wrong\n" >/etc/amtguard.conf.d/60-other.conf'
expect "a reload that is refused fails" fails only one
expect "with the file and the reason" says "60-other.conf:2: Mode="
expect "it is as protected as before" reserves one 623,664,5901,16992-16995
in_guest one rm /etc/amtguard.conf.d/60-other.conf
expect "when that is mended, the next play reloads" quietly only one
expect "the machine is protected" protected one

part "Removal"
expect "check mode announces it" quietly only one -e amtguard_state=absent --check
expect "and changes nothing" protected one
expect "it succeeds" quietly only one -e amtguard_state=absent
expect "the ports are released" reserves one ''
expect "no file is left" is "$(files one)" ''
expect "again it has nothing to change" quietly only one -e amtguard_state=absent
expect "indeed nothing" changed one 0

part "Molecule: check mode on a machine without the package, converge, idempotence, verify, refused arguments"
passes() { wait $molecule || { cp "$GUESTS/molecule.log" "$GUESTS/played"; return 1; }; }
expect "molecule test passes" passes
part
