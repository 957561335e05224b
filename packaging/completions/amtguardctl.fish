function __amtguardctl_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __amtguardctl_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __amtguardctl_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __amtguardctl_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __amtguardctl_parse_tokens -S
    set -l unparsed_tokens (__amtguardctl_tokens -pc)
    switch $unparsed_tokens[1]
    case 'amtguardctl'
        __amtguardctl_parse_subcommand 0 'root=' 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'status'
            __amtguardctl_parse_subcommand 0 'root=' 'json' 'v/verbose' 'version' 'h/help'
        case 'watch'
            __amtguardctl_parse_subcommand 0 'root=' 'json' 'version' 'h/help'
        case 'ports'
            __amtguardctl_parse_subcommand 0 'root=' 'json' 'version' 'h/help'
        case 'victims'
            __amtguardctl_parse_subcommand 0 'root=' 'json' 'version' 'h/help'
        case 'firmware'
            __amtguardctl_parse_subcommand 0 'root=' 'json' 'version' 'h/help'
        case 'nat'
            __amtguardctl_parse_subcommand 0 'root=' 'json' 'version' 'h/help'
        case 'probe'
            __amtguardctl_parse_subcommand 1 'root=' 'from=' 'ports=' 'timeout=' 'json' 'version' 'h/help'
        case 'doctor'
            __amtguardctl_parse_subcommand 0 'root=' 'only=+' 'skip=+' 'v/verbose' 'json' 'version' 'h/help'
        case 'check'
            __amtguardctl_parse_subcommand 0 'root=' 'problem=' 'accept=' 'version' 'h/help'
        case 'metrics'
            __amtguardctl_parse_subcommand 0 'root=' 'textfile=' 'version' 'h/help'
        case 'report'
            __amtguardctl_parse_subcommand 1 'root=' 'version' 'h/help'
        case 'reload'
            __amtguardctl_parse_subcommand 0 'root=' 'version' 'h/help'
        case 'config'
            __amtguardctl_parse_subcommand 0 'root=' 'json' 'version' 'h/help'
        case 'help'
            __amtguardctl_parse_subcommand -r 1 'version'
        end
    end
end

function __amtguardctl_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __amtguardctl_parse_subcommand -S -a positional_count
    argparse -s r -- $argv
    set -l option_specs $argv[2..]
    set -l is_repeating_positional $_flag_r
    set -el _flag_r
    set -a commands $unparsed_tokens[1]
    set positional_index 0
    while true
        set -e unparsed_tokens[1]
        argparse -sn "$commands" $option_specs -- $unparsed_tokens 2> /dev/null
        set unparsed_tokens $argv
        set positional_index (math $positional_index + 1)
        for non_repeating_flag_or_option in $non_repeating_flags_or_options
            if set -ql "_flag_$(string replace -a - _ -- $non_repeating_flag_or_option)"
                set non_repeating_flags_or_options_absent 1
                break
            end
        end
        test (count $unparsed_tokens) -eq 0 -o \( -z "$is_repeating_positional" -a "$positional_index" -gt "$positional_count" \) && break
    end
end

function __amtguardctl_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __amtguardctl_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__amtguardctl_tokens -p)
    if test -z "$(__amtguardctl_tokens -t)"
        set -l index (count (__amtguardctl_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'amtguardctl' -f
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl" root' -l 'root' -d 'Read /run and find the bus below this directory.' -rfa '(__amtguardctl_complete_directories)'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl" version' -l 'version' -d 'Show the version.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_positional "amtguardctl" -eq 1' -fa 'status' -d 'Show the verdict, its reasons, and what to do.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_positional "amtguardctl" -eq 1' -fa 'watch' -d 'Show the present state in three lines, then each event as it comes.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_positional "amtguardctl" -eq 1' -fa 'ports' -d 'Show for each required port whether it is reserved, exposed, held and used.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_positional "amtguardctl" -eq 1' -fa 'victims' -d 'Show the sockets that AMT cuts off; as root, with their processes.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_positional "amtguardctl" -eq 1' -fa 'firmware' -d 'Show what is known of Intel AMT, and the evidence.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_positional "amtguardctl" -eq 1' -fa 'nat' -d 'Show the translation of addresses, and the table that keeps it off AMT\'s ports.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_positional "amtguardctl" -eq 1' -fa 'probe' -d 'Test which local ports receive answers through this machine\'s network card.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_positional "amtguardctl" -eq 1' -fa 'doctor' -d 'Find settings and programs that amtguard can\'t protect against. Changes nothing.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_positional "amtguardctl" -eq 1' -fa 'check' -d 'Print one line with performance data, as a monitoring plugin does.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_positional "amtguardctl" -eq 1' -fa 'metrics' -d 'Print metrics for Prometheus, or write them to a file for node_exporter.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_positional "amtguardctl" -eq 1' -fa 'report' -d 'Write one text file to attach to a bug report.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_positional "amtguardctl" -eq 1' -fa 'reload' -d 'Make amtguardd read the configuration again, and show what is wrong with it.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_positional "amtguardctl" -eq 1' -fa 'config' -d 'Show each key of the configuration, its value, and the line that sets it.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_positional "amtguardctl" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl status" root' -l 'root' -d 'Read /run and find the bus below this directory.' -rfa '(__amtguardctl_complete_directories)'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl status" json' -l 'json' -d 'Print JSON, as /usr/share/amtguard/status.schema.json describes it.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl status" v verbose' -l 'verbose' -s 'v' -d 'Print everything that is known, with the evidence.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl status" version' -l 'version' -d 'Show the version.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl status" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl watch" root' -l 'root' -d 'Read /run and find the bus below this directory.' -rfa '(__amtguardctl_complete_directories)'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl watch" json' -l 'json' -d 'Print JSON, one object a line, as /usr/share/amtguard/watch.schema.json describes it.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl watch" version' -l 'version' -d 'Show the version.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl watch" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl ports" root' -l 'root' -d 'Read /run and find the bus below this directory.' -rfa '(__amtguardctl_complete_directories)'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl ports" json' -l 'json' -d 'Print JSON, as /usr/share/amtguard/ports.schema.json describes it.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl ports" version' -l 'version' -d 'Show the version.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl ports" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl victims" root' -l 'root' -d 'Read /run and find the bus below this directory.' -rfa '(__amtguardctl_complete_directories)'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl victims" json' -l 'json' -d 'Print JSON, as /usr/share/amtguard/victims.schema.json describes it.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl victims" version' -l 'version' -d 'Show the version.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl victims" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl firmware" root' -l 'root' -d 'Read /run and find the bus below this directory.' -rfa '(__amtguardctl_complete_directories)'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl firmware" json' -l 'json' -d 'Print JSON, as /usr/share/amtguard/firmware.schema.json describes it.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl firmware" version' -l 'version' -d 'Show the version.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl firmware" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl nat" root' -l 'root' -d 'Read /run and find the bus below this directory.' -rfa '(__amtguardctl_complete_directories)'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl nat" json' -l 'json' -d 'Print JSON, as /usr/share/amtguard/nat.schema.json describes it.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl nat" version' -l 'version' -d 'Show the version.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl nat" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl probe" root' -l 'root' -d 'Read /run and find the bus below this directory.' -rfa '(__amtguardctl_complete_directories)'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl probe" from' -l 'from' -d 'Connect from this address of the host.' -rfka ''
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl probe" ports' -l 'ports' -d 'Probe these ports, such as "623 16992-16995", instead of the required ones.' -rfka ''
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl probe" timeout' -l 'timeout' -d 'Wait this long for answers; below 4, a lost packet looks like a diverted one.' -rfka ''
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl probe" json' -l 'json' -d 'Print JSON, as /usr/share/amtguard/probe.schema.json describes it.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl probe" version' -l 'version' -d 'Show the version.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl probe" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl doctor" root' -l 'root' -d 'Read /run and find the bus below this directory.' -rfa '(__amtguardctl_complete_directories)'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl doctor"' -l 'only' -d 'Only these checks.' -rfka 'guard port-range unprivileged-ports autobind-reuse list-writers list-syntax tuned kubernetes talos translation published namespaces user-network sunrpc bindresvport lms bmc versions clock bind unbound powerdns-recursor dnsmasq asterisk freeswitch haproxy'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl doctor"' -l 'skip' -d 'Skip these checks.' -rfka 'guard port-range unprivileged-ports autobind-reuse list-writers list-syntax tuned kubernetes talos translation published namespaces user-network sunrpc bindresvport lms bmc versions clock bind unbound powerdns-recursor dnsmasq asterisk freeswitch haproxy'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl doctor" v verbose' -l 'verbose' -s 'v' -d 'Show what passed as well, and each finding in full.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl doctor" json' -l 'json' -d 'Print JSON, as /usr/share/amtguard/doctor.schema.json describes it.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl doctor" version' -l 'version' -d 'Show the version.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl doctor" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl check" root' -l 'root' -d 'Read /run and find the bus below this directory.' -rfa '(__amtguardctl_complete_directories)'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl check" problem' -l 'problem' -d 'Exit with this status, 1 to 3, for every problem.' -rfka ''
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl check" accept' -l 'accept' -d 'Exit with 0 up to this status if amtguardd reports it: 1 accepts degraded, 2 exposed as well.' -rfka ''
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl check" version' -l 'version' -d 'Show the version.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl check" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl metrics" root' -l 'root' -d 'Read /run and find the bus below this directory.' -rfa '(__amtguardctl_complete_directories)'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl metrics" textfile' -l 'textfile' -d 'Replace this file at once, for the textfile collector of node_exporter. On Debian it reads *.prom in /var/lib/prometheus/node-exporter.' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'prom\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl metrics" version' -l 'version' -d 'Show the version.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl metrics" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl report" root' -l 'root' -d 'Read /run and find the bus below this directory.' -rfa '(__amtguardctl_complete_directories)'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_positional "amtguardctl report" -eq 1' -F
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl report" version' -l 'version' -d 'Show the version.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl report" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl reload" root' -l 'root' -d 'Read /run and find the bus below this directory.' -rfa '(__amtguardctl_complete_directories)'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl reload" version' -l 'version' -d 'Show the version.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl reload" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl config" root' -l 'root' -d 'Read /run and find the bus below this directory.' -rfa '(__amtguardctl_complete_directories)'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl config" json' -l 'json' -d 'Print JSON, as /usr/share/amtguard/config.schema.json describes it.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl config" version' -l 'version' -d 'Show the version.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl config" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'amtguardctl' -n '__amtguardctl_should_offer_completions_for_flags_or_options "amtguardctl help" version' -l 'version' -d 'Show the version.'
