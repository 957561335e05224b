/// The packets to this host that something below the operating system takes: on which ports, on which of the host's own
/// addresses, and how sure that is. The reservation, the holds and the victims follow from a guardian's claims.
///
/// AMT is the only claimant so far. A server's BMC that shares the network card would be another.
public struct Claim: Hashable, Sendable {
    /// The ports on which it takes TCP. Packets of all other protocols on these ports reach the host.
    public var tcp: PortSet
    /// The ports on which it takes UDP.
    public var udp: PortSet
    /// The IPv4 addresses of this host on which it takes packets.
    public var addresses: Set<IPv4Address> = []
    /// The indexes of the host's interfaces with these addresses.
    public var interfaces: Set<Int> = []
    /// All addresses of this host: packets to one of them never reach the network card.
    public var own: Set<IPv4Address> = []
    /// Why it may take packets on further addresses too; `nil` if `addresses` is complete.
    public var doubt: String?
    /// The ports to reserve and to hold, as configured.
    var guarded = PortSet()
    /// The addresses on which the guarded ports are to be held.
    var addressesToHold = HoldPlan.Addresses.these([])

    /// A claim to these ports.
    public init(
        tcp: PortSet, udp: PortSet, on addresses: Set<IPv4Address> = [],
        interfaces: Set<Int> = [], own: Set<IPv4Address> = [], doubt: String? = nil
    ) {
        self.tcp = tcp
        self.udp = udp
        self.addresses = addresses
        self.interfaces = interfaces
        self.own = own
        self.doubt = doubt
    }

    /// All its ports.
    public var ports: PortSet { tcp.union(udp) }

    /// Whether its addresses are unknown now, and may still be these.
    func mayStillTake(from former: Set<IPv4Address>) -> Bool {
        switch addressesToHold {
        case .these: false
        case .asBefore(let hosts): !former.isDisjoint(with: hosts)
        case .unknown: true
        }
    }

    /// Those of the required ports that are to be held, and to be kept from translation.
    func toGuard(_ required: PortSet) -> (tcp: PortSet, udp: PortSet) {
        let ports = guarded.intersection(required)
        return (ports.intersection(tcp), ports.intersection(udp))
    }

    func takes(_ port: UInt16, _ protocol: LocalSocket.TransportProtocol) -> Bool {
        (`protocol` == .udp ? udp : tcp).contains(port)
    }
}

extension [Claim] {
    /// All addresses on which something takes packets.
    var addresses: Set<IPv4Address> { reduce(into: []) { $0.formUnion($1.addresses) } }
}

extension Claim {
    /// AMT's claim, with the ports `guarded` to reserve and to hold.
    ///
    /// | AMT | `Mode=` | addresses on which it takes packets |
    /// |---|---|---|
    /// | impossible | not `always` | none |
    /// | shares addresses, is being or was set up, or is silent since | any | those; perhaps others too, while one of its interfaces is unknown |
    /// | certainly shares none | any | none |
    /// | is not known to share any | `always` | every address that others can reach |
    /// | is not known to share any | not `always` | unknown |
    /// | is disabled, or not set up | not `always` | unknown: no source shows what the hardware does then |
    init(ofAMT detection: Detection, guarding guarded: PortSet, always: Bool) {
        self.init(tcp: guarded.union(.ofAMT), udp: .ofAMTsUDP)
        self.guarded = guarded
        // Mode=always overrides the finding that AMT is impossible, and therefore that AMT has no interface.
        addressesToHold = HoldPlan.Addresses(
            sharedBy: detection.amtInterfaces.flatMap { $0.isEmpty ? nil : $0 }, with: detection.interfaces,
            had: detection.had, always: always)
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
            if !always || detection.interfaces == nil { doubt = open.first ?? "AMT's address was not reported yet" }
        }
        self.interfaces = Set(interfaces.filter { !addresses.isDisjoint(with: $0.ipv4) }.map(\.index))
    }
}
