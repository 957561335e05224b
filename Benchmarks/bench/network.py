"""A neighbour with many addresses behind a card that diverts AMT's ports, and a container behind this host."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from bench.ground import TOP, Ground, cable, namespace, run, started, within

DESTINATIONS = 250
FIRST = "198.51.100.2"
HERE = "198.51.100.1"
RANDOM = 'oifname "host0" masquerade fully-random'
PLAIN = 'oifname "host0" masquerade'


@dataclass
class Calls:
    """What came of a number of outgoing connections."""

    opened: int
    answered: int
    refused: int
    hung: int
    ports: list[int]
    seconds: float
    slowest: float


@dataclass
class Neighbourhood:
    ground: Ground
    peer: tuple[str, ...]
    container: tuple[str, ...]

    def call(
        self,
        count: int,
        patience: float = 3,
        ports: str = "22",
        local: str = "",
        *,
        contained: bool = False,
        to: str = "",
    ) -> Calls:
        """Opens COUNT connections, to all destinations in turn; the kernel chooses the local ports."""
        arguments = [to or f"{FIRST}+{DESTINATIONS}", ports, count, patience, *([local] if local else [])]
        text = self.ground.output("opener", *arguments, prefix=self.container if contained else ())
        found = dict(line.split("=", 1) for line in text.splitlines())
        return Calls(
            *(int(found[key]) for key in ("opened", "answered", "refused", "hung")),
            [int(port) for port in found["ports"].split()],
            float(found["seconds"]),
            float(found["slowest"]),
        )


def ruleset(rule: str = "") -> None:
    """The card that diverts, and this rule of the host's, in one transaction, as nftables.service loads them."""
    card = run(TOP / "Tools/demo/diverting-card.sh", "host0")
    nat = f"table ip nat {{\nchain postrouting {{\ntype nat hook postrouting priority srcnat;\n{rule}\n}}\n}}"
    run("nft", "-f", "-", text=f"flush ruleset\n{card}\n{nat if rule else ''}\n")


@contextmanager
def neighbourhood(ground: Ground, ports: str = "1024 65535") -> Iterator[Neighbourhood]:
    with ExitStack() as stack:
        peer, container = stack.enter_context(namespace()), stack.enter_context(namespace())
        cable("host0", "peer0", peer)
        cable("pod0", "eth0", container)
        run("ip", "address", "add", f"{HERE}/24", "dev", "host0")
        run("ip", "address", "add", "10.88.0.1/24", "dev", "pod0")
        run(
            *peer,
            "ip",
            "-batch",
            "-",
            text="".join(f"address add 198.51.100.{host}/24 dev peer0\n" for host in range(2, 2 + DESTINATIONS)),
        )
        run(*container, "ip", "address", "add", "10.88.0.2/24", "dev", "eth0")
        run(*container, "ip", "link", "set", "lo", "up")
        run(*container, "ip", "route", "add", "default", "via", "10.88.0.1")
        run("sysctl", "-qw", "net.ipv4.ip_forward=1", f"net.ipv4.ip_local_port_range={ports}")
        run(*container, "sysctl", "-qw", f"net.ipv4.ip_local_port_range={ports}")
        ruleset()
        # A connection that has hung stays in connection tracking, with its port; none is left when the next run begins.
        run("sysctl", "-qw", "net.netfilter.nf_conntrack_tcp_timeout_syn_sent=5")
        stack.enter_context(started([*peer, *ground.tool("greeter", "0.0.0.0", "22")]))
        stack.enter_context(started([*peer, *ground.tool("greeter", "0.0.0.0", "7000-7100")]))
        place = Neighbourhood(ground, peer, container)
        within(10, lambda: place.call(250, 1).answered == 250, "the neighbour answers at each of its addresses")
        yield place
        run("nft", "flush", "ruleset")
        run("ip", "link", "delete", "host0")
        run("ip", "link", "delete", "pod0")
