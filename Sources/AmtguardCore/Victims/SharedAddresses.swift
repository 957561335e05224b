/// The IPv4 addresses of this host that AMT speaks with, hence those on which it takes packets from the host's sockets.
public struct SharedAddresses: Hashable, Sendable {
    public var addresses: Set<IPv4Address> = []
    /// The interfaces of the host that have them, by index.
    public var interfaces: Set<Int> = []
    /// All addresses of this host: what is sent to one of them never meets the network card.
    public var own: Set<IPv4Address> = []
    /// Why other addresses may be shared as well; `nil` where these are all.
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
    /// | AMT | `Mode=` | on which addresses it takes packets |
    /// |---|---|---|
    /// | impossible | not `always` | on none |
    /// | shares addresses, is being or was set up, or is silent since | any | on those; on others too, perhaps, as long as one of its interfaces is not known |
    /// | shares none for certain | any | on none |
    /// | shares none that is known | `always` | on every address that others can reach |
    /// | shares none that is known | not `always` | not known |
    /// | is disabled, or not set up | not `always` | not known: nobody has shown what the hardware does then |
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
