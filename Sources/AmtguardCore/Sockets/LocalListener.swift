/// A socket of this host that waits for others on a port: listening TCP, or UDP that is not connected.
public struct LocalListener: Hashable, Sendable {
    public enum TransportProtocol: String, Hashable, Sendable {
        case tcp
        case udp
    }

    public enum Family: String, Hashable, Sendable {
        case ipv4
        case ipv6
    }

    /// Where it listens, as far as AMT's ports are concerned.
    public enum Reach: String, Hashable, Sendable {
        /// On every address, that of AMT among them.
        case wildcard
        /// For programs of this host alone.
        case loopback
        /// On one address.
        case address
    }

    public var `protocol`: TransportProtocol
    public var family: Family
    public var address: IPAddress
    public var port: UInt16
    /// Whether a socket of IPv6 takes IPv4 as well; always true for one of IPv4.
    public var takesIPv4: Bool
    /// The index of the one interface that it is bound to (`SO_BINDTODEVICE`).
    public var interface: Int?
    /// The owner of the socket.
    public var uid: UInt32
    /// The systemd unit that made it; `nil` where that can't be known.
    public var unit: String?

    /// A listener; its family is that of `address`.
    public init(
        _ protocol: TransportProtocol, _ address: IPAddress, port: UInt16, takesIPv4: Bool, interface: Int? = nil,
        uid: UInt32, unit: String? = nil
    ) {
        self.protocol = `protocol`
        self.family =
            switch address {
            case .v4: .ipv4
            case .v6: .ipv6
            }
        self.address = address
        self.port = port
        self.takesIPv4 = takesIPv4
        self.interface = interface
        self.uid = uid
        self.unit = unit
    }

    public var reach: Reach {
        let (isUnspecified, isLoopback) =
            switch address {
            case .v4(let address): (address.isUnspecified, address.isLoopback)
            case .v6(let address):
                (address.isUnspecified || address.mapped?.isUnspecified == true, address.isLoopback)
            }
        return isUnspecified ? .wildcard : isLoopback ? .loopback : .address
    }
}
