// Which sockets AMT cuts off. On a shared IPv4 address, the network card takes packets from outside for AMT's ports.
// Every case but `victim` and `unknown` is a reason why this does not affect a socket.

/// How a socket on a required port relates to AMT.
public enum Standing: String, Hashable, Sendable, CaseIterable {
    /// It is on a shared address, and receives nothing from outside.
    case victim
    /// It would be a victim if AMT shared its address, which is unknown.
    case unknown
    /// Presumably Intel LMS, which is meant to use the port.
    case lms
    /// amtguard's own socket: a hold.
    case own
    /// A probe's socket: for a few seconds it tests whether packets of the port arrive.
    case probe
    /// Only for programs of this host: its packets never reach the network card.
    case local
    /// On an address, or an interface, that AMT does not share. This includes all of IPv6.
    case elsewhere
    /// It has the port and neither sends nor waits for packets: it keeps the port busy as a hold does.
    case idle
    /// No program has it open: no longer, or not yet.
    case orphan
    /// UDP on a port on which AMT takes only TCP.
    case otherProtocol = "other-protocol"
}

extension Standing {
    /// The lowest number is the most severe.
    fileprivate var gravity: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension LocalSocket {
    /// The most severe of its standings by the claims that take its port; by all claims, if none takes it.
    public func standing(_ claims: [Claim]) -> Standing {
        let takers = claims.filter { $0.takes(port, self.protocol) }
        let asked = takers.isEmpty ? claims : takers
        return asked.map(standing).min { $0.gravity < $1.gravity } ?? .elsewhere
    }

    /// The first case that fits.
    public func standing(_ shared: Claim) -> Standing {
        if isOwn { return .own }
        if isProbe { return .probe }
        guard shared.takes(port, self.protocol) else { return self.protocol == .udp ? .otherProtocol : .elsewhere }
        if inode == nil { return .orphan }
        // This includes its sockets on IPv6 and on loopback.
        if isPresumedLMS { return .lms }
        if !takesIPv4 { return .elsewhere }
        if reach == .loopback || interface == Self.loopbackInterface { return .local }
        if let remote, remote.address == address || remote.address.isLoopback || shared.isOwn(remote.address) {
            return .local
        }
        if isPlaceholder { return .idle }
        let isOnAddress =
            switch reach {
            case .wildcard: !shared.addresses.isEmpty
            case .loopback, .address: address.ipv4.map(shared.addresses.contains) ?? false
            }
        if isOnAddress, interface.map(shared.interfaces.contains) ?? true { return .victim }
        return shared.doubt == nil ? .elsewhere : .unknown
    }

    /// Whether it only keeps the port: a socket that is only bound, or a socket of portreserve, whose UDP sockets look
    /// like a server's.
    var isPlaceholder: Bool { state == .bound || (commands == ["portreserve"] && remote == nil) }

    /// The kernel's LOOPBACK_IFINDEX.
    private static var loopbackInterface: Int { 1 }
}

extension Claim {
    fileprivate func isOwn(_ address: IPAddress) -> Bool { address.ipv4.map(own.contains) ?? false }
}

/// A socket and its standing.
public struct JudgedSocket: Hashable, Sendable {
    /// As the kernel shows it.
    public var socket: LocalSocket
    /// Whether AMT cuts it off, or why not.
    public var standing: Standing

    init(_ socket: LocalSocket, _ standing: Standing) {
        self.socket = socket
        self.standing = standing
    }

    /// The most severe first: sockets that wait in vain now come before those that may do so later.
    static func isGraver(_ a: JudgedSocket, _ b: JudgedSocket) -> Bool { a.weight < b.weight }

    private var weight: (Int, Int, Int, UInt16) {
        let state: Int =
            switch socket.state {
            case .synSent: 0
            case .listening, .unconnected, .bound: 2
            default: 1
            }
        return (standing.gravity, state, -Int(socket.retransmissions), socket.port)
    }
}
