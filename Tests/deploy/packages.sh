#!/usr/bin/env bash
# Packages for others than Debian, each made by its own tool from the programs that are built, and put into a folder.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need makepkg pacman bsdtar rpmbuild mksquashfs unsquashfs nix-instantiate systemd-sysext unshare
version=$("$AMTGUARD_BIN/amtguardd" --version)
version=${version#amtguardd }

# makepkg refuses root, and builds as nobody in a copy.
copy=$scratch/amtguard-$version
mkdir -p "$copy" "$scratch/programs"
cp -R "$top"/{Makefile,CHANGELOG.md,LICENSE,README.md,docs,packaging,systemd} "$copy"
cp "$AMTGUARD_BIN"/{amtguardd,amtguardctl,amtguard-firmware,list.bpf.o} "$scratch/programs"
chmod 755 "$scratch"
runs_there() {  # FOLDER [SBIN]: the programs of a folder run, and the guard's unit names where they are
    succeeds "$1/$2/amtguardd" --version && [[ $seen == "amtguardd $version" ]] && [[ -x $1/usr/bin/amtguardctl ]] &&
        grep -qx "ExecStart=/$2/amtguardd" "$1/usr/lib/systemd/system/amtguardd.service" &&
        [[ -e $1/usr/lib/amtguard/list.bpf.o && -e $1/usr/share/man/man8/amtguardd.8 || -e $1/usr/share/man/man8/amtguardd.8.gz ]]
}

# --- RPM, before makepkg's user owns the copy
tar -C "$scratch" -czf "$scratch/amtguard-$version.tar.gz" "amtguard-$version"
expect "rpmbuild makes an RPM" succeeds rpmbuild -bb --define="_topdir $scratch/rpm" --define="_sourcedir $scratch" \
    --define='_binary_payload w1.zstdio' --define="programs $scratch/programs" "$copy/packaging/rpm/amtguard.spec"
rpm=$scratch/rpm/RPMS/x86_64/amtguard-$version-1.x86_64.rpm
expect "rpm installs it into a folder" succeeds rpm --root "$scratch/by-rpm" --nodeps --noscripts -i "$rpm"
expect "where its programs run" runs_there "$scratch/by-rpm" usr/sbin

# --- Arch Linux
chown -R nobody: "$copy"
as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups env HOME="$scratch/home" PKGDEST="$scratch/arch" PKGEXT=.pkg.tar
    PROGRAMS="$scratch/programs" BUILDDIR="$scratch/build")
mkdir "$scratch/home" "$scratch/arch" "$scratch/build"
chown nobody: "$scratch/home" "$scratch/arch" "$scratch/build"
build() { (cd "$copy/packaging/arch" && "${as_nobody[@]}" makepkg --nodeps --force); }
expect "makepkg makes a package" succeeds build
package=$(find "$scratch/arch" -name 'amtguard-*.pkg.tar*')
mkdir -p "$scratch/by-pacman/var/lib/pacman"
expect "pacman installs it into a folder" succeeds \
    pacman -U --noconfirm --root "$scratch/by-pacman" -dd --noscriptlet --logfile "$scratch/pacman.log" "$package"
expect "where its programs run" runs_there "$scratch/by-pacman" usr/bin
expect "its configuration survives an upgrade" grep -q '^backup = etc/amtguard.conf$' <(bsdtar -xOf "$package" .PKGINFO)
expect "its scripts are a shell's" succeeds bash -n "$top/packaging/arch/amtguard.install"

# --- NixOS
expect "nix parses the module" succeeds nix-instantiate --parse "$top/packaging/nix/module.nix"
units=$(grep -oE 'systemd\.(services|sockets|timers)\.amtguard[a-z-]*' "$top/packaging/nix/module.nix" |
    sed -E 's/systemd\.(service|socket|timer)s\.(.*)/\2.\1/' | sort -u)
for unit in $units; do expect "it names $unit, which is there" test -e "$top/systemd/$unit"; done

# --- A system extension
chown -R root: "$copy"
expect "make sysext's script makes an image" succeeds "$copy/packaging/build-sysext" "$scratch/programs"
image=$copy/dist/amtguard-$version.raw
first=$(sha256sum <"$image")
expect "a second time" succeeds "$copy/packaging/build-sysext" "$scratch/programs"
expect "it has the same bytes" is "$(sha256sum <"$image")" "$first"
# Merged by the real program, over a copy of what it needs to know of this system, in a mount namespace of its own.
merged() {
    unshare --mount bash -euc '
        # The program mounts in a namespace of its own, and relies on that to be seen here; the host sees none of it.
        mount --make-rshared /
        mount -t tmpfs t /run
        mkdir /run/extensions
        unsquashfs -quiet -no-progress -dest /run/extensions/amtguard "$1" >/dev/null
        systemd-sysext merge 2>&1
        amtguardd --version
        systemd-analyze verify amtguardd.service amtguard-firmware.socket amtguard-users.service 2>&1
        systemctl cat --no-pager sysinit.target 2>/dev/null | grep Upholds || grep -r Upholds /usr/lib/systemd/system/sysinit.target.d
        systemd-sysext unmerge 2>&1' bash "$image"
}
expect "systemd-sysext merges it" succeeds merged
expect "and its guard runs" like "$seen" "*amtguardd $version*Upholds=amtguardd.service*"
expect "which is not left here" not test -e /usr/lib/extension-release.d/extension-release.amtguard
