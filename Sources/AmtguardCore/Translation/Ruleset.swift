/// A table of nf_tables for IPv4, limited to what amtguard loads and reads back.
///
/// It has two equivalent forms: `text`, as `nft list table` prints it, and the kernel's messages (AmtguardLinux).
public struct Ruleset: Hashable, Sendable {
    /// The table's name, in the family `ip`.
    public var name: String
    /// One line, at most 128 bytes, for people who find the table.
    public var comment: String
    /// The names of its counters; the rules refer to them.
    public var counters: [String]
    /// Its named sets, in the order in which they are made.
    public var sets: [ElementSet]
    /// Its chains, in the order in which they are made.
    public var chains: [Chain]

    /// A named set.
    public struct ElementSet: Hashable, Sendable {
        /// The name by which the rules refer to it; unique in the table.
        public var name: String
        /// The types of the parts of an element, in order.
        public var key: [Field.Kind]
        /// The elements that amtguard adds. Each has the bytes of `Field.Kind.bytes`, one part after the other.
        public var elements: Set<[UInt8]> = []
        /// For a set that the rules fill: how long an element stays, and how many there may be; `nil` for a set that
        /// amtguard fills.
        public var dynamic: Dynamic?

        /// The limits of a set that the rules fill.
        public struct Dynamic: Hashable, Sendable {
            /// How long an element stays after it was added.
            public var timeout: Duration
            /// How many elements there may be at once.
            public var size: UInt32
        }
    }

    /// A base chain, or the target of a jump.
    public struct Chain: Hashable, Sendable {
        /// The name by which rules go to it; unique in the table.
        public var name: String
        /// `nil` for the target of a jump.
        public var hook: Hook?
        /// Each rule has its statements in order, and ends at the first condition that does not hold.
        public var rules: [[Statement]]
    }

    /// The hook of a base chain of type `filter`; its policy is to accept.
    public struct Hook: Hashable, Sendable {
        /// The numbers of `enum nf_inet_hooks`.
        public enum Place: UInt32, Hashable, Sendable {
            /// Packets that this host forwards.
            case forward = 2
            /// Packets that this host sends itself.
            case output = 3
            /// All packets that leave, forwarded or sent.
            case postrouting = 4
        }

        /// Which packets it sees.
        public var place: Place
        /// `filter` is 0, `srcnat` is 100.
        public var priority: Int32
    }

    /// A part of a packet, of its connection before the translation (`original…`), or of the packets that answer it
    /// (`reply…`).
    public enum Field: Hashable, Sendable {
        /// The packet's IPv4 source address, as it is at the hook.
        case sourceAddress
        /// The packet's IPv4 destination address.
        case destinationAddress
        /// The protocol above IP: 6 for TCP, 17 for UDP.
        case `protocol`
        /// The source port, as it is at the hook.
        case sourcePort
        /// The destination port.
        case destinationPort
        /// The sender, before the translation.
        case originalSourceAddress
        /// The sender's own port, before the translation.
        case originalSourcePort
        /// The destination of the answers: the translated address.
        case replyDestinationAddress
        /// The destination port of the answers: the translated port.
        case replyDestinationPort
    }

    /// One condition or action of a rule.
    public enum Statement: Hashable, Sendable {
        /// The fields are an element of the set.
        case isIn([Field], set: String)
        /// Of the connection's status bits in `mask`, exactly those in `bits` are set.
        case status(mask: Status, bits: Status)
        /// The packet is one of TCP.
        case isTCP
        /// The packet has the direction of the connection's first packet.
        case isOriginal
        /// Adds the fields to a dynamic set. If the set is full, the rule ends here.
        case add([Field], set: String)
        /// Counts the packet in the counter of this name.
        case count(String)
        /// Continues in the chain of this name, and does not come back (`goto`).
        case go(to: String)
        /// Drops the packet; the sender gets no message.
        case drop
        /// Sends a TCP reset to the sender.
        case rejectWithReset
        /// Sends ICMP port unreachable to the sender.
        case reject
    }

    /// `enum ip_conntrack_status`: three of its bits.
    public struct Status: OptionSet, Hashable, Sendable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// The connection was answered.
        public static let answered = Status(rawValue: 1 << 1)
        /// The connection is in the kernel's table: this is not its first packet.
        public static let confirmed = Status(rawValue: 1 << 3)
        /// Its source was changed.
        public static let sourceTranslated = Status(rawValue: 1 << 4)
    }
}

extension Ruleset.Field {
    /// What a field holds: nft's data types.
    public enum Kind: Hashable, Sendable {
        /// Four octets, in the order of the wire.
        case address
        /// One byte.
        case `protocol`
        /// Two bytes, the higher one first.
        case port

        /// nft's number of the type, which a set stores for `nft list`.
        public var number: UInt32 {
            switch self {
            case .address: 7
            case .protocol: 12
            case .port: 13
            }
        }

        /// The significant bytes; in a key of several fields each is padded to four.
        public var length: Int {
            switch self {
            case .address: 4
            case .protocol: 1
            case .port: 2
            }
        }
    }

    /// The type of its value; it decides with which sets the field can be compared.
    public var kind: Kind {
        switch self {
        case .sourceAddress, .destinationAddress, .originalSourceAddress, .replyDestinationAddress: .address
        case .protocol: .protocol
        case .sourcePort, .destinationPort, .originalSourcePort, .replyDestinationPort: .port
        }
    }
}

extension Ruleset.Field.Kind {
    /// An address as a part of an element.
    public static func bytes(_ address: IPv4Address) -> [UInt8] { address.octets }
    /// A port as a part of an element, padded to four bytes.
    public static func bytes(_ port: UInt16) -> [UInt8] { [UInt8(port >> 8), UInt8(port & 0xFF), 0, 0] }
    /// A protocol as a part of an element: its IP number, padded to four bytes.
    public static func bytes(_ protocol: LocalSocket.TransportProtocol) -> [UInt8] {
        [`protocol` == .tcp ? 6 : 17, 0, 0, 0]
    }
}
