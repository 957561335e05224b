#!/bin/sh
# reproducible.sh BIN PROGRAM...: builds the programs, and that of the kernel, once more, in another directory, and compares
# them with those in BIN.
# A difference is where a path, a time or the order of files got into a program.
set -eu
bin=$(cd "${1:?usage: reproducible.sh DIRECTORY-OF-THE-PROGRAMS PROGRAM...}" && pwd)
shift
: "${1:?which programs?}"
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
elsewhere=$scratch/a/longer/path
mkdir -p "$elsewhere/.build" "$elsewhere/Tools"
cp -R Makefile Package.swift Package.resolved Sources Tests "$elsewhere"
cp Tools/no-exports.map "$elsewhere/Tools"
# The two Swift packages, so that nothing is fetched.
for part in checkouts repositories workspace-state.json; do cp -R ".build/$part" "$elsewhere/.build"; done

make -C "$elsewhere" programs PROGRAMS="$*" >"$scratch/log" 2>&1 || { tail -n 20 "$scratch/log" >&2; exit 1; }
status=0
for program in "$@" list.bpf.o; do
    if cmp "$bin/$program" "$elsewhere/.build/release/$program"; then
        echo "$program has the same bytes from another directory"
    else
        status=1
    fi
done
exit $status
