/// Whether AMT shares an address with this host. Only then AMT takes packets that are meant for the host.
public enum Sharing: Hashable, Sendable {
    /// The host's addresses that AMT is known to share.
    case shared([String])
    /// AMT has an address of its own, or none.
    case no
    case unknown

    /// The shared addresses, as far as they are known.
    public var addresses: [String] {
        if case .shared(let addresses) = self { addresses } else { [] }
    }

    var isShared: Bool {
        if case .shared = self { true } else { false }
    }

    /// "AMT takes the replies", or "AMT may take" if sharing is unknown.
    func loss(of what: String) -> String {
        switch self {
        case .shared: "AMT takes \(what)"
        case .no: "AMT would take \(what) if it shared an address of this host"
        case .unknown: "AMT may take \(what)"
        }
    }
}
