/// Whether this host gives connections other source addresses, by the kernel's rules.
public struct Translation: Hashable, Sendable {
    /// A chain of type `nat` at postrouting.
    public struct Chain: Hashable, Sendable, Comparable {
        /// `ip` or `inet`.
        public var family: String
        /// Its table's name, printable.
        public var table: String
        /// Its own name within the table, printable.
        public var name: String

        /// A chain by its full name.
        public init(family: String, table: String, name: String) {
            self.family = family
            self.table = table
            self.name = name
        }

        public static func < (a: Chain, b: Chain) -> Bool {
            (a.family, a.table, a.name) < (b.family, b.table, b.name)
        }
    }

    /// A port of this host that a rule forwards (`dnat`, `redirect`).
    public struct PublishedPort: Hashable, Sendable {
        /// A rule without a protocol publishes the port for both.
        public var `protocol`: LocalSocket.TransportProtocol
        /// The port outside, before it is forwarded.
        public var port: UInt16
        /// The chain with the rule.
        public var chain: Chain

        /// A port, and the chain whose rule publishes it.
        public init(_ protocol: LocalSocket.TransportProtocol, port: UInt16, in chain: Chain) {
            self.protocol = `protocol`
            self.port = port
            self.chain = chain
        }
    }

    /// The chains of nf_tables; `nil` if they can't be read.
    public var chains: [Chain]?
    /// Whether legacy iptables have a table `nat`; `nil` if that can't be read.
    public var hasLegacyTable: Bool?
    /// AMT's published ports, if a rule names them; at most 64.
    public var published: [PublishedPort]
    /// Whether the kernel tracks connections already; `nil` if that can't be read.
    public var tracks: Bool?
    /// Why `chains` or `hasLegacyTable` is unknown, one line.
    public var gap: String?

    /// What the rules show; `nil` for what can't be read.
    public init(
        chains: [Chain]?, hasLegacyTable: Bool?, published: [PublishedPort] = [], tracks: Bool? = nil,
        gap: String? = nil
    ) {
        self.chains = chains
        self.hasLegacyTable = hasLegacyTable
        self.published = published
        self.tracks = tracks
        self.gap = gap
    }

    /// Whether connections are translated; `nil` if unknown.
    ///
    /// A chain without a rule counts as well: other programs fill it later, and it has turned connection tracking on
    /// already.
    public var isInUse: Bool? {
        if chains?.isEmpty == false || hasLegacyTable == true { return true }
        return chains == nil || hasLegacyTable == nil ? nil : false
    }
}
