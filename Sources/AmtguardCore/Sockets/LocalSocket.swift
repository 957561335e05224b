/// A TCP or UDP socket of this host with a local port, as the kernel shows it: a reading, no judgement.
public struct LocalSocket: Hashable, Sendable {
    /// The protocols whose packets AMT takes.
    public enum TransportProtocol: String, Hashable, Sendable {
        /// IP protocol 6.
        case tcp
        /// IP protocol 17.
        case udp
    }

    /// The kind of its local address. An IPv6 socket may take IPv4 as well.
    public enum Family: String, Hashable, Sendable {
        /// AF_INET.
        case ipv4
        /// AF_INET6.
        case ipv6
    }

    /// Its state, in the words of tcp(7); for UDP `unconnected` or `established`.
    public enum State: String, Hashable, Sendable, CaseIterable {
        /// It has a port, but neither listens nor is connected.
        case bound
        /// A TCP server waits for connections.
        case listening
        /// A UDP socket takes packets from any sender.
        case unconnected
        /// It tries to connect. A victim stays in this state until it gives up.
        case synSent = "syn-sent"
        /// It is connected; for UDP by `connect` alone, without a packet.
        case established
        /// It was closed here, and the other end has not acknowledged this.
        case finWait1 = "fin-wait-1"
        /// It was closed here, and the other end has not closed yet.
        case finWait2 = "fin-wait-2"
        /// The other end has closed, the program here has not.
        case closeWait = "close-wait"
        /// Both ends closed at the same time, and no acknowledgement came yet.
        case closing
        /// Both ends have closed; the last acknowledgement is missing.
        case lastAck = "last-ack"
    }

    /// Which kind of address it is bound to, as far as AMT's ports are concerned.
    public enum Reach: String, Hashable, Sendable {
        /// Every address, including AMT's.
        case wildcard
        /// Only for programs of this host.
        case loopback
        /// One address.
        case address
    }

    /// The other end of a connection.
    public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
        /// Without a scope, even for a link-local address.
        public var address: IPAddress
        /// In the host's byte order.
        public var port: UInt16

        /// An address with a port.
        public init(_ address: IPAddress, port: UInt16) {
            self.address = address
            self.port = port
        }

        /// `192.0.2.1:443`, `[2001:db8::1]:443`
        public var description: String {
            switch address {
            case .v4: "\(address):\(port)"
            case .v6: "[\(address)]:\(port)"
            }
        }
    }

    /// The protocol of the table in which the kernel lists it.
    public var `protocol`: TransportProtocol
    /// Its local address; the wildcard if it is bound to all.
    public var address: IPAddress
    /// Its local port.
    public var port: UInt16
    /// What it does with the port.
    public var state: State
    /// The other end; `nil` if it is not connected.
    public var remote: Endpoint?
    /// Whether an IPv6 socket takes IPv4 as well; always true for an IPv4 socket.
    public var takesIPv4: Bool
    /// The index of the one interface that it is bound to (`SO_BINDTODEVICE`).
    public var interface: Int?
    /// The owner of the socket.
    public var uid: UInt32
    /// The systemd unit that created it; `nil` if unknown.
    public var unit: String?
    /// The names of its owner's processes in its control group; one of them has the socket. Empty if they are unknown.
    public var commands: [String]
    /// Identifies it among the open files of its process; `nil` if no process has it: not accepted yet, or closed
    /// before all was sent.
    public var inode: UInt32?
    /// How often the kernel retransmitted, because no acknowledgement came.
    public var retransmissions: UInt8
    /// Whether it belongs to this process.
    public var isOwn: Bool
    /// Whether it is marked as a socket of a probe.
    public var isProbe: Bool

    /// A socket of a process; by default an unconnected one that is not ours.
    public init(
        _ protocol: TransportProtocol, _ address: IPAddress, port: UInt16, _ state: State, to remote: Endpoint? = nil,
        takesIPv4: Bool = true, interface: Int? = nil, uid: UInt32, unit: String? = nil,
        commands: [String] = [], inode: UInt32? = 1, retransmissions: UInt8 = 0, isOwn: Bool = false,
        isProbe: Bool = false
    ) {
        self.protocol = `protocol`
        self.address = address
        self.port = port
        self.state = state
        self.remote = remote
        self.takesIPv4 = takesIPv4
        self.interface = interface
        self.uid = uid
        self.unit = unit
        self.commands = commands
        self.inode = inode
        self.retransmissions = retransmissions
        self.isOwn = isOwn
        self.isProbe = isProbe
    }
}

extension LocalSocket {
    /// The family of its local address.
    public var family: Family {
        switch address {
        case .v4: .ipv4
        case .v6: .ipv6
        }
    }

    /// Where it can be reached.
    public var reach: Reach {
        if isUnspecified { return .wildcard }
        return address.isLoopback ? .loopback : .address
    }

    /// Whether it accepts packets from any sender: listening TCP, or unconnected UDP.
    public var isListener: Bool { state == .listening || state == .unconnected }

    private var isUnspecified: Bool {
        switch address {
        case .v4(let address): address.isUnspecified
        case .v6(let address): address.isUnspecified || address.mapped?.isUnspecified == true
        }
    }
}

extension IPAddress {
    /// Whether its packets never leave this host.
    public var isLoopback: Bool {
        switch self {
        case .v4(let address): address.isLoopback
        case .v6(let address): address.isLoopback
        }
    }

    /// The IPv4 address, also of an IPv4-mapped IPv6 address.
    public var ipv4: IPv4Address? {
        switch self {
        case .v4(let address): address
        case .v6(let address): address.mapped
        }
    }
}

/// One look at the sockets that have a local port of a set.
public struct SocketReading: Hashable, Sendable {
    /// By port. Sockets that differ only in their inode, like those of one server's threads, count as one.
    public var sockets: [LocalSocket]
    /// How many further sockets were left out.
    public var omitted: Int

    /// Sockets that are sorted by port, and how many were left out.
    public init(_ sockets: [LocalSocket], omitted: Int = 0) {
        self.sockets = sockets
        self.omitted = omitted
    }

    /// Listening TCP sockets and unconnected UDP sockets.
    public var listeners: [LocalSocket] { sockets.filter(\.isListener) }
}
