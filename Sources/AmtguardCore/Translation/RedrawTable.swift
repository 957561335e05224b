/// The table that keeps translated connections off AMT's ports: its addresses and ports.
///
/// nf_nat never reads the list. If it draws a required port on a shared address, the table drops the connection's first
/// packet before the kernel has confirmed the connection, so the sender's retransmission draws again. If the next draw
/// would give the same port, the connection is refused instead: at once after the first retransmission, if the sender
/// itself chose the port and the translation keeps it; and if the port was drawn twice in a row.
///
/// A TCP connection that had such a port before the table was loaded hangs, as its answers never arrive. Its next
/// retransmission is refused too, and so is a new connection that inherits its port.
public struct RedrawTable: Hashable, Sendable {
    /// The addresses of this host that AMT shares.
    public var addresses: Set<IPv4Address>
    /// The TCP ports that no translated connection may get.
    public var tcp: PortSet
    /// The UDP ports that no translated connection may get.
    public var udp: PortSet

    /// A table for these addresses and ports.
    public init(addresses: Set<IPv4Address>, tcp: PortSet, udp: PortSet) {
        self.addresses = addresses
        self.tcp = tcp
        self.udp = udp
    }

    /// Its name, in the family `ip`.
    public static let name = "amtguard"
    /// amtguard recognizes its own table by this comment.
    public static let comment = "amtguard: keeps AMT's ports from translation. Redraw=no in amtguard.conf ends it"
    /// The counter of packets that were dropped so that the kernel draws another port.
    public static let redrawnCounter = "redrawn"
    /// The counter of packets that were refused.
    public static let refusedCounter = "refused"

    static let sharedSet = "shared"
    static let portSet = "ports"
    static let keptSet = "kept"

    /// The ruleset to load into the kernel.
    public var ruleset: Ruleset {
        let before: [Ruleset.Field] = [
            .originalSourceAddress, .protocol, .originalSourcePort, .destinationAddress, .destinationPort,
        ]
        // The fields of the same connection at the hooks before the translation of its source.
        let packet: [Ruleset.Field] = [
            .sourceAddress, .protocol, .sourcePort, .destinationAddress, .destinationPort,
        ]
        let connection = Ruleset.ElementSet.Dynamic(timeout: .seconds(30), size: 65_535)
        let refuse: [[Ruleset.Statement]] = [
            [.status(mask: .confirmed, bits: []), .isIn(packet, set: "stubborn"), .go(to: "refuse")],
            // A UDP sender may expect no answer. The reset itself also passes `output`, as a reply.
            [
                .isTCP, .isOriginal,
                .status(mask: [.answered, .confirmed, .sourceTranslated], bits: [.confirmed, .sourceTranslated]),
                .isIn([.replyDestinationAddress], set: Self.sharedSet),
                .isIn([.protocol, .replyDestinationPort], set: Self.portSet), .go(to: "refuse"),
            ],
        ]
        return Ruleset(
            name: Self.name, comment: Self.comment, counters: [Self.redrawnCounter, Self.refusedCounter],
            sets: [
                Ruleset.ElementSet(name: Self.sharedSet, key: [.address], elements: sharedElements),
                Ruleset.ElementSet(name: Self.portSet, key: [.protocol, .port], elements: portElements),
                // Pairs of equal ports, because nf_tables can compare two fields only by a set.
                Ruleset.ElementSet(name: Self.keptSet, key: [.port, .port], elements: keptElements),
                Ruleset.ElementSet(name: "drawn", key: before.map(\.kind), dynamic: connection),
                Ruleset.ElementSet(name: "stubborn", key: before.map(\.kind), dynamic: connection),
            ],
            chains: [
                // After the translation, before the confirmation.
                Ruleset.Chain(
                    name: "redraw", hook: Ruleset.Hook(place: .postrouting, priority: 101),
                    rules: [
                        [
                            .isIn([.sourceAddress], set: Self.sharedSet),
                            .isIn([.protocol, .sourcePort], set: Self.portSet),
                            .status(mask: [.sourceTranslated, .confirmed], bits: .sourceTranslated), .go(to: "again"),
                        ]
                    ]),
                Ruleset.Chain(
                    name: "again",
                    rules: [
                        [
                            .isIn([.originalSourcePort, .sourcePort], set: Self.keptSet),
                            .add(before, set: "stubborn"), .drop,
                        ],
                        [.isIn(before, set: "drawn"), .add(before, set: "stubborn"), .drop],
                        [.add(before, set: "drawn")],
                        // A separate rule, so that it also applies if the set above is full.
                        [.count(Self.redrawnCounter), .drop],
                    ]),
                // `reject` is not allowed after the translation, so retransmissions are refused before it.
                Ruleset.Chain(name: "forward", hook: Ruleset.Hook(place: .forward, priority: 0), rules: refuse),
                Ruleset.Chain(name: "output", hook: Ruleset.Hook(place: .output, priority: 0), rules: refuse),
                Ruleset.Chain(
                    name: "refuse",
                    rules: [
                        [.isTCP, .count(Self.refusedCounter), .rejectWithReset],
                        [.count(Self.refusedCounter), .reject],
                    ]),
            ])
    }

    private var sharedElements: Set<[UInt8]> { Set(addresses.map(Ruleset.Field.Kind.bytes)) }

    private var portElements: Set<[UInt8]> {
        func elements(_ protocol: LocalSocket.TransportProtocol, _ ports: PortSet) -> [[UInt8]] {
            ports.ranges.flatMap { $0 }.map { Ruleset.Field.Kind.bytes(`protocol`) + Ruleset.Field.Kind.bytes($0) }
        }
        return Set(elements(.tcp, tcp) + elements(.udp, udp))
    }

    private var keptElements: Set<[UInt8]> {
        Set(tcp.union(udp).ranges.flatMap { $0 }.map { Ruleset.Field.Kind.bytes($0) + Ruleset.Field.Kind.bytes($0) })
    }
}

extension RedrawTable {
    /// The table whose sets have these elements, as the kernel shows them.
    ///
    /// - Returns: `nil` if no table of amtguard has them.
    public init?(elements: [String: Set<[UInt8]>]) {
        self.init(addresses: [], tcp: PortSet(), udp: PortSet())
        addresses = Set((elements[Self.sharedSet] ?? []).compactMap { IPv4Address(octets: $0) })
        var ports: (tcp: [ClosedRange<UInt16>], udp: [ClosedRange<UInt16>]) = ([], [])
        for element in elements[Self.portSet] ?? [] where element.count == 8 {
            let port = UInt16(element[4]) << 8 | UInt16(element[5])
            if element[0] == 6 { ports.tcp.append(port...port) } else { ports.udp.append(port...port) }
        }
        tcp = PortSet(merging: ports.tcp)
        udp = PortSet(merging: ports.udp)
        for set in ruleset.sets where set.dynamic == nil {
            guard elements[set.name] == set.elements else { return nil }
        }
    }
}
