#!/bin/sh
# The rules of the house that no compiler checks. Prints each line that breaks one; exit status 1 if there is any.
set -eu
cd "$(dirname "$0")/.."
failed=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
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
# The Makefile links it as address 0.
forbid "hypotf needs glibc 2.35" '\bhypotf?\b' Sources
forbid "No forced luck" '\btry!|\bas!' Sources
# The installed files, as far as the tools are here; each tool prints its complaints.
judge() { # RULE PROGRAM ARGUMENT...
    rule=$1
    shift
    command -v "$1" >/dev/null || return 0
    if ! found=$("$@" 2>&1); then
        printf '%s:\n%s\n' "$rule" "$found" >&2
        failed=1
    fi
}
for page in docs/man/*; do
    judge "mandoc finds fault with $page" mandoc -T lint -W warning "$page"
    # man(1) warns and exits with 0.
    # shellcheck disable=SC2016  # the inner shell's
    ! command -v groff >/dev/null || LC_ALL=C.UTF-8 judge "man warns of $page" \
        sh -c '! man --warnings -E UTF-8 -l -Tutf8 -Z "$1" 2>&1 >/dev/null | grep .' sh "$page"
done
judge "Shell scripts" shellcheck --shell=sh --exclude=SC2015 packaging/debian/*.p* packaging/build-deb packaging/build-sysext \
    Tools/*.sh deploy/examples/ansible-fact.sh deploy/examples/facter-amtguard deploy/kubernetes/labels/labels.sh
judge "Shell scripts" shellcheck --exclude=SC1091,SC2016,SC2086,SC2317 .ci/run Tools/take-recording Tools/*/*.sh Benchmarks/*.sh Tests/boot/guest/usr/local/sbin/*
# They share variables and functions with the files that source them. Their words are split on purpose, and their perl
# code is perl's.
judge "Shell scripts of tests" shellcheck --shell=bash --exclude=SC1090,SC1091,SC2016,SC2034,SC2053,SC2054,SC2086,SC2154,SC2317 \
    Tests/claims.sh Tests/boot/run Tests/boot/*.sh Tests/boot/*.prepare Tests/system/run Tests/system/*.sh Tests/system/*/*.sh \
    Tests/deploy/run Tests/deploy/*.sh packaging/arch/PKGBUILD packaging/arch/amtguard.install
judge "The spec file" rpmlint -c packaging/rpm/rpmlint.toml packaging/rpm/amtguard.spec
judge "The spec file is understood" rpmspec -P packaging/rpm/amtguard.spec

# Every public symbol of the core has a comment. The compiler skips the bodies of functions, so it takes a few seconds
# without any build; symbolgraph-extract adds what symbols inherit from protocols.
swift=${SWIFT:-swift}
if command -v python3 >/dev/null && command -v "${swift}c" >/dev/null; then
    find Sources/AmtguardCore -name '*.swift' >"$scratch/sources"
    "${swift}c" -swift-version 6 -wmo -Xfrontend -experimental-skip-non-inlinable-function-bodies -parse-as-library \
        -package-name amtguard -module-name AmtguardCore -emit-module-path "$scratch/AmtguardCore.swiftmodule" \
        @"$scratch/sources"
    "$swift" symbolgraph-extract -module-name AmtguardCore -I "$scratch" -minimum-access-level public \
        -skip-synthesized-members -target "$(uname -m)-unknown-linux-gnu" -output-dir "$scratch"
    judge "Public symbols of the core need a comment" Tools/undocumented "$scratch/AmtguardCore.symbols.json"
else
    echo "The core's comments were not judged: there is no ${swift}c, or no python3"
fi

# The programs, if make release has built them: 9 MB of guard without a runtime for concurrency, 40 MB in all. They need
# no later glibc than that of RHEL 9 and Amazon Linux 2023.
release=.build/release
if [ ! -x $release/amtguardd ]; then
    :
elif [ -n "$(find Makefile Sources -newer $release/amtguardd -type f)" ]; then
    echo "The release build is older than its sources and was not judged: make release"
elif command -v strip >/dev/null; then
    total=0
    for program in amtguardd amtguard-firmware amtguardctl; do
        [ -x $release/$program ] || continue
        strip -o "$scratch/$program" $release/$program
        size=$(stat -c %s "$scratch/$program")
        total=$((total + size))
        if [ $program = amtguardd ] && [ "$size" -gt 9300000 ]; then
            echo "amtguardd has $size bytes; at most 9300000" >&2
            failed=1
        fi
        if [ $program != amtguardctl ] && nm $release/$program | grep -m 1 ' swift_task_' >&2; then
            echo "$program has the concurrency runtime" >&2
            failed=1
        fi
        latest=$(readelf -VW $release/$program | sed -n 's/.*Name: \(GLIBC_[^ ]*\).*/\1/p' | sort -V | tail -n 1)
        if [ "$(printf '%s\n' "$latest" GLIBC_2.34 | sort -V | tail -n 1)" != GLIBC_2.34 ]; then
            echo "$program asks for $latest; at most GLIBC_2.34, when built on Debian 12 or older" >&2
            failed=1
        fi
        if ! readelf -dW $release/$program | grep -q 'FLAGS_1.*NOW.*PIE' ||
            ! readelf -lW $release/$program | grep -q GNU_RELRO; then
            echo "$program is not hardened: make release links it as PIE, with RELRO and immediate binding" >&2
            failed=1
        fi
    done
    if [ $total -gt 40000000 ]; then
        echo "The programs have $total bytes; at most 40000000" >&2
        failed=1
    fi
fi
exit $failed
