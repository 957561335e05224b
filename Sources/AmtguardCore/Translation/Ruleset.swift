/// A table of nf_tables for IPv4, as far as amtguard makes one and reads it back.
///
/// It has two faces that say the same: `text`, as `nft list table` prints it, and the kernel's messages
/// (AmtguardLinux).
public struct Ruleset: Hashable, Sendable {
    public var name: String
    /// One line, at most 128 bytes, for the person who finds the table.
    public var comment: String
    public var counters: [String]
    public var sets: [ElementSet]
    public var chains: [Chain]

    /// A named set.
    public struct ElementSet: Hashable, Sendable {
        public var name: String
        public var key: [Field.Kind]
        /// Filled by us. Each element is the bytes of `Field.Kind.bytes`, one after the other.
        public var elements: Set<[UInt8]> = []
        /// Filled by the rules: how long an element stays, and how many there may be; `nil` for a set that is filled
        /// by us.
        public var dynamic: Dynamic?

        public struct Dynamic: Hashable, Sendable {
            public var timeout: Duration
            public var size: UInt32
        }
    }

    /// A base chain, or one that others go to.
    public struct Chain: Hashable, Sendable {
        public var name: String
        /// `nil` for a chain that others go to.
        public var hook: Hook?
        public var rules: [[Statement]]
    }

    /// Where a base chain of type `filter` sits; its policy is to accept.
    public struct Hook: Hashable, Sendable {
        /// The numbers of `enum nf_inet_hooks`.
        public enum Place: UInt32, Hashable, Sendable {
            case forward = 2
            case output = 3
            case postrouting = 4
        }

        public var place: Place
        /// `filter` is 0, `srcnat` is 100.
        public var priority: Int32
    }

    /// A part of a packet, of its connection before the translation (`original…`), or of the packets that answer it
    /// (`reply…`).
    public enum Field: Hashable, Sendable {
        case sourceAddress, destinationAddress, `protocol`, sourcePort, destinationPort
        case originalSourceAddress, originalSourcePort
        case replyDestinationAddress, replyDestinationPort
    }

    /// One condition or action of a rule.
    public enum Statement: Hashable, Sendable {
        /// The fields are an element of the set.
        case isIn([Field], set: String)
        /// Of the connection's status bits in `mask`, exactly those in `bits` are set.
        case status(mask: Status, bits: Status)
        case isTCP
        /// The packet goes the way of the connection's first one.
        case isOriginal
        /// Adds the fields to a dynamic set. If the set is full, the rule ends here.
        case add([Field], set: String)
        case count(String)
        case go(to: String)
        case drop
        case rejectWithReset
        /// ICMP port unreachable.
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
        case address, `protocol`, port

        /// nft's number of the type, of which a set keeps a note for `nft list`.
        public var number: UInt32 {
            switch self {
            case .address: 7
            case .protocol: 12
            case .port: 13
            }
        }

        /// The bytes that count; in a key of several fields each is filled up to four.
        public var length: Int {
            switch self {
            case .address: 4
            case .protocol: 1
            case .port: 2
            }
        }
    }

    public var kind: Kind {
        switch self {
        case .sourceAddress, .destinationAddress, .originalSourceAddress, .replyDestinationAddress: .address
        case .protocol: .protocol
        case .sourcePort, .destinationPort, .originalSourcePort, .replyDestinationPort: .port
        }
    }
}

extension Ruleset.Field.Kind {
    public static func bytes(_ address: IPv4Address) -> [UInt8] { address.octets }
    public static func bytes(_ port: UInt16) -> [UInt8] { [UInt8(port >> 8), UInt8(port & 0xFF), 0, 0] }
    public static func bytes(_ protocol: LocalSocket.TransportProtocol) -> [UInt8] {
        [`protocol` == .tcp ? 6 : 17, 0, 0, 0]
    }
}
