// What amtguard reports about sockets and about single ports, and how the report is made.

extension Status {
    /// A socket of this host on one of AMT's ports.
    public struct Socket: Hashable, Sendable, Codable {
        /// Its local port.
        public var port: UInt16
        /// `tcp`, `udp`.
        public var `protocol`: String
        /// Its own address.
        public var address: String
        /// A word of `LocalSocket.State`: `listening`, `syn-sent`.
        public var state: String
        /// The other end; `nil` if it is not connected.
        public var remote: String?
        /// The owner of the socket.
        public var uid: UInt32
        /// The systemd unit that created it, foreign text made printable; `nil` if unknown.
        public var unit: String?
        /// Identifies its process; `nil` if no process has it open.
        public var inode: UInt32?
        /// How often the kernel retransmitted, because no acknowledgement came.
        public var retransmissions: UInt8
        /// `victim`, or why it is no victim.
        public var standing: String
        /// When a victim was first seen.
        public var since: String?
    }

    /// One required port.
    public struct Port: Hashable, Sendable, Codable {
        /// Its number.
        public var port: UInt16
        /// Its exposure: `exposed`, `reserved`, `reserved-outside`, `outside`, `unknown`.
        public var exposure: String
        /// Whether it is on the list; `nil` if the list can't be read.
        public var reserved: Bool?
        /// Whether amtguard added it, and may remove it.
        public var owned: Bool
        /// Whether the kernel may choose it, apart from reservations; `nil` if that can't be read.
        public var inReach: Bool?
        /// The addresses on which amtguard holds it, `192.0.2.1 (udp)` if not by TCP; `nil` if unknown.
        public var held: [String]?
        /// The most severe of the sockets on it, without amtguard's own; `nil` if they can't be read.
        public var takenBy: [Socket]?
        /// How many sockets are on it.
        public var takers: Int?
    }
}

extension Status.Socket {
    /// A socket in a report.
    public init(_ judged: JudgedSocket) {
        self.init(judged.socket, judged.standing, since: nil)
    }

    init(_ victim: Victim) {
        self.init(victim.socket, .victim, since: victim.since.iso8601)
    }

    private init(_ socket: LocalSocket, _ standing: Standing, since: String?) {
        port = socket.port
        `protocol` = socket.protocol.rawValue
        address = socket.address.description
        state = socket.state.rawValue
        remote = socket.remote?.description
        uid = socket.uid
        unit = socket.unit
        inode = socket.inode
        retransmissions = socket.retransmissions
        self.standing = standing.rawValue
        self.since = since
    }
}

extension Status.Ports {
    /// The ports in a report; `nil` for what can't be read or is unknown.
    public init(
        required: PortSet, reserved: PortSet?, owned: PortSet, unowned: PortSet, choice: KernelChoice?,
        takers: [UInt16: PortUsers]?, holds: [Hold]?
    ) {
        self.required = required.description
        self.reserved = reserved?.description
        self.owned = owned.description
        self.unowned = unowned.description
        ephemeralRange = choice?.range
        // If the list can't be read, it is unknown which ports are exposed.
        let missing = reserved.map(required.subtracting)
        exposed = missing.map { missing in choice.map { missing.intersection($0.reach) } ?? missing }?.description
        reach = choice?.reach.description
        autobindReuse = choice?.autobindReuse
        each = PortCondition.all(
            required, reserved: reserved, owned: owned, choice: choice, takers: takers, holds: holds
        ).map(Status.Port.init)
    }
}

extension Status.Port {
    /// A port in a report.
    public init(_ condition: PortCondition) {
        port = condition.port
        exposure = condition.exposure.rawValue
        reserved = condition.isReserved
        owned = condition.isOwned
        inReach = condition.isInReach
        held = condition.holds?.map {
            $0.protocol == .tcp ? "\($0.address)" : "\($0.address) (\($0.protocol.rawValue))"
        }
        takenBy = condition.takers?.sockets.map(Status.Socket.init)
        takers = condition.takers?.count
    }
}
