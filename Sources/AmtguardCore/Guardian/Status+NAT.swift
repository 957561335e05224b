// What amtguard reports about the translation of addresses.

extension Status {
    /// The translation, and the table that keeps it off AMT's ports.
    public struct NAT: Hashable, Sendable, Codable {
        /// Whether this host gives connections another source address: `yes`, `no`, `unknown`.
        public var translation: String
        /// The chains of nf_tables that translate; `nil` if they can't be read.
        public var chains: [Chain]?
        /// Whether legacy iptables have a table `nat`; `nil` if that can't be read.
        public var legacy: Bool?
        /// `Redraw=`, as in force.
        public var redraw: String
        /// The addresses of amtguard's table, in force or not; none if AMT shares none.
        public var addresses: [String]
        /// Its TCP ports, in the kernel's notation.
        public var tcp: String
        /// Its UDP ports, in the kernel's notation.
        public var udp: String
        /// Whether the kernel shows this table; `nil` if that is unknown.
        public var inForce: Bool?
        /// Whether the guard owns the table, so that no other program can change it; `nil` if it is not in force.
        public var owned: Bool?
        /// Connections whose first packet was dropped, so that the kernel draws another port; since the daemon's start.
        public var redrawn: UInt64
        /// Connections that were refused, because their next attempt would get the same port.
        public var refused: UInt64
        /// The connections that AMT cuts off, at most 256; `nil` if that is unknown.
        public var victims: [Flow]?
        /// How many there are in all; `nil` if that is unknown.
        public var victimCount: Int?
        /// AMT's ports that a rule publishes: they receive nothing from outside.
        public var published: [Published]
    }

    /// A chain of nf_tables: of type `nat`, at postrouting.
    public struct Chain: Hashable, Sendable, Codable {
        /// `ip` or `inet`.
        public var family: String
        /// Its table's name, foreign text made printable.
        public var table: String
        /// Its own name within the table, made printable.
        public var name: String
    }

    /// A translated connection.
    public struct Flow: Hashable, Sendable, Codable {
        /// `tcp`, `udp`.
        public var `protocol`: String
        /// The sender; `192.0.2.1:443`.
        public var origin: String
        /// Whether the sender is this host itself.
        public var own: Bool
        /// The address and the port after the translation.
        public var translated: String
        /// The destination; `192.0.2.1:443`.
        public var remote: String
        /// When it was first seen.
        public var since: String
    }

    /// A port of AMT that a rule forwards (`dnat`, `redirect`).
    public struct Published: Hashable, Sendable, Codable {
        /// `tcp`, `udp`.
        public var `protocol`: String
        /// The port outside, which receives nothing.
        public var port: UInt16
        /// The chain with the rule.
        public var chain: Chain
    }
}

extension Status.NAT {
    init(_ guardian: Guardian) {
        let watch = guardian.translation
        let table = guardian.redrawTable
        let reading = watch.redrawing.reading
        // On a machine without AMT the rules are not read any more.
        translation = guardian.isNeeded ? watch.seen?.isInUse.map { $0 ? "yes" : "no" } ?? "unknown" : "unknown"
        chains = watch.seen?.chains?.sorted().map(Status.Chain.init)
        legacy = watch.seen?.hasLegacyTable
        redraw = guardian.configuration.redraw.rawValue
        addresses = table?.addresses.sorted().map(\.description) ?? []
        tcp = table?.tcp.description ?? ""
        udp = table?.udp.description ?? ""
        inForce =
            switch reading?.state {
            case nil, .unknown: nil
            case .inForce(let found): found == table
            case .absent, .altered, .foreign: false
            }
        owned = inForce == true ? reading?.isOwned : nil
        redrawn = watch.redrawing.redrawn
        refused = watch.redrawing.refused
        let known = guardian.isNeeded ? guardian.translatedVictims : []
        victims = known?.prefix(Status.mostVictims).map(Status.Flow.init)
        victimCount = known.map { $0.count + watch.omitted }
        published = guardian.publishedOnAMT.map { port in
            Status.Published(protocol: port.protocol.rawValue, port: port.port, chain: Status.Chain(port.chain))
        }
    }

    /// The table that would be in force; `nil` if AMT shares no address, or the report is of another version.
    public var table: RedrawTable? {
        let addresses = addresses.compactMap { IPv4Address($0) }
        guard !addresses.isEmpty, let tcp = PortSet(told: tcp), let udp = PortSet(told: udp) else { return nil }
        return RedrawTable(addresses: Set(addresses), tcp: tcp, udp: udp)
    }
}

extension Status.Chain {
    init(_ chain: Translation.Chain) {
        self.init(family: chain.family, table: chain.table.oneLine, name: chain.name.oneLine)
    }

    /// `ip nat POSTROUTING`
    public var words: String { "\(family) \(table) \(name)".oneLine }
}

extension Status.Flow {
    init(_ victim: TranslatedVictim) {
        self.init(
            protocol: victim.flow.protocol.rawValue, origin: "\(victim.flow.origin)", own: victim.isOwn,
            translated: "\(victim.flow.translated)", remote: "\(victim.flow.remote)", since: victim.since.iso8601)
    }

    /// `tcp 10.88.0.2:40123 as 192.0.2.20:16994 to 198.51.100.7:443, unanswered since 2026-11-22T20:01:40Z`
    public var words: String {
        "\(`protocol`) \(own ? "this host " : "")\(origin) as \(translated) to \(remote), unanswered since \(since)"
    }
}
