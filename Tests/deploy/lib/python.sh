# python.sh: Python programs of pinned versions, in environments that are kept below .build/deploy-venv.

python_environment() {  # NAME: puts the programs of lib/NAME.requirements into PATH; fails where they can't be had
    local wanted=$top/Tests/deploy/lib/$1.requirements environment
    environment=$top/.build/deploy-venv/$1-$(cat "$wanted" <(python3 --version) | cksum | cut -d ' ' -f 1)
    # An interrupted installation does not count.
    if [[ ! -e $environment/complete ]]; then
        rm -rf "$environment"
        python3 -m venv "$environment" >&2 &&
            "$environment/bin/pip" install --quiet --requirement "$wanted" >&2 || return 1
        touch "$environment/complete"
    fi
    export PATH=$environment/bin:$PATH
}
