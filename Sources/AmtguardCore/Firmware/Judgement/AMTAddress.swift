// Whether an interface of AMT uses the host's own IPv4 address.

/// The IPv4 address of one interface of AMT, in relation to the host.
public enum AMTAddress: Hashable, Sendable {
    /// It is the address of these interfaces of the host, which have these addresses now. Either array may be empty.
    case shared(Rule, hostInterfaces: [String], addresses: [IPv4Address])
    /// It is another address, which the host does not have.
    case separate(Rule)
    /// There is no address: the evidence.
    case none(String)
    /// Unknown: the reason.
    case unknown(String)

    /// The rule by which an address counts as shared or separate: a row of a table. Rules without a documented source
    /// are marked as inferences.
    public enum Rule: String, Hashable, Sendable, CaseIterable {
        /// AMT reports an address that the host has, and DHCP is on.
        case sameLease = "same-lease"
        /// As `sameLease`, without DHCP: the host's static address was copied into AMT.
        case sameStatic = "same-static"
        /// As `sameLease`, with reversed octets: no recording of a real machine shows the right order.
        case sameReversed = "same-reversed"
        /// AMT takes over the host's next lease, and has not seen one yet. An inference.
        case awaitsLease = "awaits-lease"
        /// AMT takes over the host's leases, and reports another address: a former lease. An inference.
        case formerLease = "former-lease"
        /// AMT gets its own lease; it can change to the host's lease later. An inference.
        case ownLease = "own-lease"
        /// A static address that the host does not have.
        case ownStatic = "own-static"

        /// For people.
        public var says: String {
            switch self {
            case .sameLease: "AMT has the same address by DHCP"
            case .sameStatic: "AMT has the same address, not by DHCP"
            case .sameReversed: "AMT has the same address, told with its octets in the other order"
            case .awaitsLease: "AMT takes over the host's lease, but has seen none yet"
            case .formerLease: "AMT takes over the host's lease, but reports another address, probably a former one"
            case .ownLease: "AMT leases an address for itself, for now"
            case .ownStatic: "AMT has a static address that the host does not have"
            }
        }
    }

    /// Its word in every output.
    public var word: String {
        switch self {
        case .shared: "shared"
        case .separate: "separate"
        case .none: "none"
        case .unknown: "unknown"
        }
    }

    /// All these words.
    public static let words = ["shared", "separate", "none", "unknown"]

    /// The evidence or the reason.
    public var because: String {
        switch self {
        case .shared(let rule, _, _), .separate(let rule): rule.says
        case .none(let evidence): evidence
        case .unknown(let reason): reason
        }
    }

    /// The row of the table that decides; `nil` if none does.
    public var rule: Rule? {
        switch self {
        case .shared(let rule, _, _), .separate(let rule): rule
        case .none, .unknown: nil
        }
    }

    /// The names of the host's interfaces with that address; empty if it is not shared.
    public var hostInterfaces: [String] {
        if case .shared(_, let names, _) = self { names } else { [] }
    }

    /// The host's addresses that AMT uses.
    public var hostAddresses: [IPv4Address] {
        if case .shared(_, _, let addresses) = self { addresses } else { [] }
    }
}
