public import AmtguardCore

/// What amtguard reports about the ports of this machine. The consequence of a setting depends on it.
public struct Situation: Hashable, Sendable {
    /// A port of AMT that a rule of netfilter publishes.
    public struct Published: Hashable, Sendable {
        /// "tcp", "udp".
        public var transport: String
        public var port: UInt16
        /// The chain of the rule: "ip nat DOCKER".
        public var chain: String

        public init(transport: String, port: UInt16, chain: String) {
            self.transport = transport
            self.port = port
            self.chain = chain
        }
    }

    /// The ports to keep free; none if AMT is impossible on this machine.
    public var required = PortSet()
    /// The present content of the list; `nil` if it can't be read.
    public var reserved: PortSet?
    /// The ports from which the kernel chooses, without regard to the list; `nil` if they can't be read.
    public var reach: PortSet?
    /// Whether AMT shares an address with this host.
    public var sharing = Sharing.unknown
    /// The TCP ports that are held on each shared address: a program that binds one gets the error "in use".
    public var held = PortSet()
    /// The UDP ports, likewise (`HoldUDP=yes`).
    public var heldUDP = PortSet()
    /// Whether `Hold=strict` is in force: then even a program that sets SO_REUSEADDR can't bind a held port.
    public var isHeldStrictly = false
    /// Whether this host translates others' connections to its addresses; `nil` if unknown.
    public var isTranslating: Bool?
    /// Whether amtguard's table keeps translated connections off AMT's ports.
    public var isRedrawing = false
    /// The ports of AMT that a rule publishes on a shared address; `nil` if unknown.
    public var published: [Published]?
    /// What amtguardd does.
    public var guarding = Guarding.absent
    /// The problem that amtguardd itself reports; `nil` if it reports none, or does not guard.
    public var complaint: String?
    /// Whether the caller is root.
    public var isRoot = false
    /// The wall clock, in seconds since 1970; `nil` if it was not read.
    public var now: Int64?

    public init() {}

    /// Whether AMT may take packets on this machine.
    public var isConcerned: Bool { !required.isEmpty }

    /// The ports on which AMT takes TCP.
    public var tcp: PortSet { isConcerned ? required.union(.ofAMT) : PortSet() }

    /// The ports on which AMT takes UDP.
    public var udp: PortSet { isConcerned ? .ofAMTsUDP : PortSet() }

    /// Whether amtguardd repairs the list; `nil` if unknown.
    public var isGuarded: Bool? { guarding.repairsList }

    /// The required ports that the kernel may choose now; `nil` if the list or the kernel's range can't be read.
    public var exposed: PortSet? {
        guard let reserved, let reach else { return nil }
        return required.intersection(reach).subtracting(reserved)
    }
}
