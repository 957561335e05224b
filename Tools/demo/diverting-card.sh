#!/usr/bin/env bash
# diverting-card.sh DEVICE [TCP-PORTS] [UDP-PORTS]: prints the rules of nf_tables by which DEVICE behaves as a network card
# with AMT: packets that arrive for these ports never reach the host. By default all TCP ports of AMT.
set -euo pipefail

device=${1:?usage: diverting-card.sh DEVICE [TCP-PORTS] [UDP-PORTS]}
cat <<RULES
table netdev card {
    chain ingress {
        type filter hook ingress device "$device" priority 0; policy accept;
        tcp dport { ${2:-623, 664, 16992-16995} } drop
        ${3:+udp dport { $3 \} drop}
    }
}
RULES
