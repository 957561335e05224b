#compdef amtguardctl

__amtguardctl_complete() {
    local -ar non_empty_completions=("${@:#(|:*)}")
    local -ar empty_completions=("${(M)@:#(|:*)}")
    _describe -V '' non_empty_completions -- empty_completions -P $'\'\''
}

__amtguardctl_custom_complete() {
    local -a completions
    completions=("${(@f)"$("${command_name}" "${@}" "${command_line[@]}")"}")
    if [[ "${#completions[@]}" -gt 1 ]]; then
        __amtguardctl_complete "${completions[@]:0:-1}"
    fi
}

__amtguardctl_cursor_index_in_current_word() {
    if [[ -z "${QIPREFIX}${IPREFIX}${PREFIX}" ]]; then
        printf 0
    else
        printf %s "${#${(z)LBUFFER}[-1]}"
    fi
}

_amtguardctl() {
    emulate -RL zsh -G
    setopt extendedglob nullglob numericglobsort
    unsetopt aliases banghist

    local -xr SAP_SHELL=zsh
    local -x SAP_SHELL_VERSION
    SAP_SHELL_VERSION="$(builtin emulate zsh -c 'printf %s "${ZSH_VERSION}"')"
    local -r SAP_SHELL_VERSION

    local context state state_descr line
    local -A opt_args

    local -r command_name="${words[1]}"
    local -ar command_line=("${words[@]}")
    local -ir current_word_index="$((CURRENT - 1))"

    local -i ret=1
    local -ar arg_specs=(
        '--root[Read /run and find the bus below this directory.]:dir:_files -/'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
        '(-): :->command'
        '(-)*:: :->arg'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0
    case "${state}" in
    command)
        local -ar subcommands=(
            'status:Show the verdict, its reasons, and what to do.'
            'watch:Show the present state in three lines, then each event as it comes.'
            'ports:Show for each required port whether it is reserved, exposed, held and used.'
            'victims:Show the sockets that AMT cuts off; as root, with their processes.'
            'firmware:Show what is known of Intel AMT, and the evidence.'
            'nat:Show the translation of addresses, and the table that keeps it off AMT'\''s ports.'
            'probe:Test which local ports receive answers through this machine'\''s network card.'
            'doctor:Find settings and programs that amtguard can'\''t protect against. Changes nothing.'
            'check:Print one line with performance data, as a monitoring plugin does.'
            'metrics:Print metrics for Prometheus, or write them to a file for node_exporter.'
            'report:Write one text file to attach to a bug report.'
            'reload:Make amtguardd read the configuration again, and show what is wrong with it.'
            'config:Show each key of the configuration, its value, and the line that sets it.'
            'help:Show subcommand help information.'
        )
        _describe -V subcommand subcommands && ret=0
        ;;
    arg)
        case "${words[1]}" in
        status|watch|ports|victims|firmware|nat|probe|doctor|check|metrics|report|reload|config|help)
            "_amtguardctl_${words[1]}" && ret=0
            ;;
        esac
        ;;
    esac

    return "${ret}"
}

_amtguardctl_status() {
    local -i ret=1
    local -ar arg_specs=(
        '--root[Read /run and find the bus below this directory.]:dir:_files -/'
        '--json[Print JSON, as /usr/share/amtguard/status.schema.json describes it.]'
        '(--verbose -v)'{--verbose,-v}'[Print everything that is known, with the evidence.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_amtguardctl_watch() {
    local -i ret=1
    local -ar arg_specs=(
        '--root[Read /run and find the bus below this directory.]:dir:_files -/'
        '--json[Print JSON, one object a line, as /usr/share/amtguard/watch.schema.json describes it.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_amtguardctl_ports() {
    local -i ret=1
    local -ar arg_specs=(
        '--root[Read /run and find the bus below this directory.]:dir:_files -/'
        '--json[Print JSON, as /usr/share/amtguard/ports.schema.json describes it.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_amtguardctl_victims() {
    local -i ret=1
    local -ar arg_specs=(
        '--root[Read /run and find the bus below this directory.]:dir:_files -/'
        '--json[Print JSON, as /usr/share/amtguard/victims.schema.json describes it.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_amtguardctl_firmware() {
    local -i ret=1
    local -ar arg_specs=(
        '--root[Read /run and find the bus below this directory.]:dir:_files -/'
        '--json[Print JSON, as /usr/share/amtguard/firmware.schema.json describes it.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_amtguardctl_nat() {
    local -i ret=1
    local -ar arg_specs=(
        '--root[Read /run and find the bus below this directory.]:dir:_files -/'
        '--json[Print JSON, as /usr/share/amtguard/nat.schema.json describes it.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_amtguardctl_probe() {
    local -i ret=1
    local -ar arg_specs=(
        '--root[Read /run and find the bus below this directory.]:dir:_files -/'
        ':host\:port:'
        '--from[Connect from this address of the host.]:address:'
        '--ports[Probe these ports, such as "623 16992-16995", instead of the required ones.]:ports:'
        '--timeout[Wait this long for answers; below 4, a lost packet looks like a diverted one.]:seconds:'
        '--json[Print JSON, as /usr/share/amtguard/probe.schema.json describes it.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_amtguardctl_doctor() {
    local -i ret=1
    local -ar ___only=('guard' 'port-range' 'unprivileged-ports' 'autobind-reuse' 'list-writers' 'list-syntax' 'tuned' 'kubernetes' 'talos' 'translation' 'published' 'namespaces' 'user-network' 'sunrpc' 'bindresvport' 'lms' 'bmc' 'versions' 'clock' 'bind' 'unbound' 'powerdns-recursor' 'dnsmasq' 'asterisk' 'freeswitch' 'haproxy')
    local -ar ___skip=('guard' 'port-range' 'unprivileged-ports' 'autobind-reuse' 'list-writers' 'list-syntax' 'tuned' 'kubernetes' 'talos' 'translation' 'published' 'namespaces' 'user-network' 'sunrpc' 'bindresvport' 'lms' 'bmc' 'versions' 'clock' 'bind' 'unbound' 'powerdns-recursor' 'dnsmasq' 'asterisk' 'freeswitch' 'haproxy')
    local -ar arg_specs=(
        '--root[Read /run and find the bus below this directory.]:dir:_files -/'
        '--only[Only these checks.]:check:{__amtguardctl_complete "${___only[@]}"}'
        '--skip[Skip these checks.]:check:{__amtguardctl_complete "${___skip[@]}"}'
        '(--verbose -v)'{--verbose,-v}'[Show what passed as well, and each finding in full.]'
        '--json[Print JSON, as /usr/share/amtguard/doctor.schema.json describes it.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_amtguardctl_check() {
    local -i ret=1
    local -ar arg_specs=(
        '--root[Read /run and find the bus below this directory.]:dir:_files -/'
        '--problem[Exit with this status, 1 to 3, for every problem.]:status:'
        '--accept[Exit with 0 up to this status if amtguardd reports it\: 1 accepts degraded, 2 exposed as well.]:status:'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_amtguardctl_metrics() {
    local -i ret=1
    local -ar arg_specs=(
        '--root[Read /run and find the bus below this directory.]:dir:_files -/'
        '--textfile[Replace this file at once, for the textfile collector of node_exporter. On Debian it reads *.prom in /var/lib/prometheus/node-exporter.]:path:_files -g '\''*.prom'\'''
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_amtguardctl_report() {
    local -i ret=1
    local -ar arg_specs=(
        '--root[Read /run and find the bus below this directory.]:dir:_files -/'
        ':file:_files'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_amtguardctl_reload() {
    local -i ret=1
    local -ar arg_specs=(
        '--root[Read /run and find the bus below this directory.]:dir:_files -/'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_amtguardctl_config() {
    local -i ret=1
    local -ar arg_specs=(
        '--root[Read /run and find the bus below this directory.]:dir:_files -/'
        '--json[Print JSON, as /usr/share/amtguard/config.schema.json describes it.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_amtguardctl_help() {
    local -i ret=1
    local -ar arg_specs=(
        '*:subcommands:'
        '--version[Show the version.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

if [[ "${funcstack[1]}" = _amtguardctl ]]; then
    _amtguardctl "${@}"
else
    compdef _amtguardctl amtguardctl
fi
