/// The IPv4 addresses of this host that AMT uses. On these it takes packets from the host's sockets.
public struct SharedAddresses: Hashable, Sendable {
    public var addresses: Set<IPv4Address> = []
    /// The host's interfaces that have them, by index.
    public var interfaces: Set<Int> = []
    /// All addresses of this host: packets to one of them never reach the network card.
    public var own: Set<IPv4Address> = []
    /// Why other addresses may be shared as well; `nil` if these are all.
    public var doubt: String?

    public init(
        _ addresses: Set<IPv4Address> = [], interfaces: Set<Int> = [], own: Set<IPv4Address> = [], doubt: String? = nil
    ) {
        self.addresses = addresses
        self.interfaces = interfaces
        self.own = own
        self.doubt = doubt
    }
}

extension SharedAddresses {
    /// | AMT | `Mode=` | addresses on which it takes packets |
    /// |---|---|---|
    /// | impossible | not `always` | none |
    /// | shares addresses, is being or was set up, or is silent since | any | those; perhaps others too, while one of its interfaces is unknown |
    /// | certainly shares none | any | none |
    /// | is not known to share any | `always` | every address that others can reach |
    /// | is not known to share any | not `always` | unknown |
    /// | is disabled, or not set up | not `always` | unknown: no source shows what the hardware does then |
    init(_ detection: Detection, always: Bool) {
        let interfaces = detection.interfaces ?? []
        own = Set(interfaces.flatMap(\.ipv4))
        let known = detection.amtInterfaces ?? []
        let shared = Set(known.flatMap(\.address.hostAddresses))
        switch detection.state {
        case .impossible where !always: return
        case .disabled(let reason) where !always:
            doubt = reason
            return
        case .unprovisioned where !always:
            doubt = detection.state.because
            return
        default: break
        }
        let open = known.compactMap { if case .unknown(let reason) = $0.address { reason } else { nil } }
        if !shared.isEmpty {
            addresses = shared
            doubt = open.first
        } else if known.isEmpty || !open.isEmpty {
            if always {
                addresses = Set(interfaces.globalIPv4)
            }
            if !always || detection.interfaces == nil { doubt = open.first ?? "AMT's address was not told yet" }
        }
        self.interfaces = Set(interfaces.filter { !addresses.isDisjoint(with: $0.ipv4) }.map(\.index))
    }
}
