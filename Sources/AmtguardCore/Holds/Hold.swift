/// A required port of one of the host's addresses, kept by a bound socket that never listens.
///
/// Only for IPv4: AMT never shares an IPv6 address. An IPv6 socket that also takes IPv4 conflicts with the hold when it
/// binds the wildcard. `connect` over IPv6 skips a port that is held on any address.
public struct Hold: Hashable, Sendable {
    /// Most holds are of TCP.
    public typealias TransportProtocol = LocalSocket.TransportProtocol

    /// One of the host's addresses that AMT shares.
    public var address: IPv4Address
    /// The port that the kernel gives to no other program.
    public var port: UInt16
    /// A port is held for each protocol separately.
    public var `protocol`: TransportProtocol

    /// TCP by default.
    public init(_ address: IPv4Address, _ port: UInt16, _ protocol: TransportProtocol = .tcp) {
        self.address = address
        self.port = port
        self.protocol = `protocol`
    }

    /// Its name in the service manager's store, which identifies descriptors only by name.
    public var storedName: String { "\(Self.storedPrefix)\(`protocol`.rawValue)-\(address)-\(port)" }
    /// The prefix of the names of all holds.
    public static let storedPrefix = "hold-"
}

extension Hold: Comparable, CustomStringConvertible {
    public static func < (a: Hold, b: Hold) -> Bool {
        (a.address, a.protocol.rawValue, a.port) < (b.address, b.protocol.rawValue, b.port)
    }

    /// `192.0.2.1:16992/tcp`
    public var description: String { "\(address):\(port)/\(`protocol`.rawValue)" }
}

extension Collection<Hold> {
    /// `192.0.2.1 tcp 623,664,16992-16995; 192.0.2.2 tcp 623`, cut if there are many.
    public var brief: String {
        var groups: [(head: String, ports: [ClosedRange<UInt16>])] = []
        for hold in sorted() {
            let head = "\(hold.address) \(hold.protocol.rawValue)"
            if groups.last?.head != head { groups.append((head, [])) }
            groups[groups.count - 1].ports.append(hold.port...hold.port)
        }
        let most = 4
        let shown = groups.prefix(most).map { "\($0.head) \(PortSet(merging: $0.ports).abbreviated(to: 100))" }
        return shown.joined(separator: "; ") + (groups.count > most ? "; and \(groups.count - most) more" : "")
    }
}
