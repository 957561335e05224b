/// The holds to take. They follow from the configuration, the claims, AMT's addresses and the host's.
struct HoldPlan: Hashable, Sendable {
    /// The addresses to hold.
    enum Addresses: Hashable {
        /// Exactly these.
        case these([IPv4Address])
        /// The addresses that are held already, limited to these: AMT's present addresses are unknown.
        case asBefore(among: Set<IPv4Address>)
        /// The addresses that are held already: the host's addresses are unknown.
        case unknown
    }

    /// Ports to hold on some addresses.
    struct Place: Hashable {
        var addresses: Addresses
        var tcp: PortSet
        var udp: PortSet

        init(_ addresses: Addresses, tcp: PortSet, udp: PortSet) {
            (self.addresses, self.tcp, self.udp) = (addresses, tcp, udp)
        }

        /// Whether it may have led to a hold. A hold for one claim says nothing about the addresses of another claim.
        func mayHave(_ hold: Hold) -> Bool { (hold.protocol == .udp ? udp : tcp).contains(hold.port) }
    }

    /// One for each claim.
    var places: [Place]
    /// Whether UDP is held too.
    var holdsUDP: Bool
    /// Whether other programs may bind the same address and port (`Hold=cooperative`).
    var isShared: Bool

    /// One address for each of AMT's two interfaces, and room for the other addresses of an interface with a lease.
    static let mostAddresses = 16
    /// The most holds in all, on any addresses: enough for one address with all ports that a configuration may name,
    /// those that a claimant adds, and UDP. The unit's `FileDescriptorStoreMax=` and `LimitNOFILE=` are set
    /// accordingly.
    static let mostHolds = ConfigurationKey.mostPorts + 8

    /// No holds.
    static let nothing = HoldPlan(places: [], holdsUDP: false, isShared: true)

    /// All wanted holds, the first addresses first, and the number of addresses beyond the limit.
    ///
    /// - Parameter held: The present holds.
    func wanted(held: some Collection<Hold>) -> (holds: Set<Hold>, passedOver: Int) {
        let wanted = places.flatMap { place in
            place.addresses.these(held.filter(place.mayHave)).map {
                (address: $0, holds: self.holds(of: place, on: $0))
            }
        }
        var holds: Set<Hold> = []
        var seen: Set<IPv4Address> = []
        for (address, more) in wanted {
            seen.insert(address)
            let all = holds.union(more)
            guard seen.count <= Self.mostAddresses, all.count <= Self.mostHolds else {
                return (holds, Set(wanted.map(\.address)).count - seen.count + 1)
            }
            holds = all
        }
        return (holds, 0)
    }

    private func holds(of place: Place, on address: IPv4Address) -> [Hold] {
        place.tcp.ranges.joined().map { Hold(address, $0) }
            + (holdsUDP ? place.udp.ranges.joined().map { Hold(address, $0, .udp) } : [])
    }
}

extension HoldPlan.Addresses {
    /// The addresses, while `held` are the present holds.
    fileprivate func these(_ held: some Collection<Hold>) -> [IPv4Address] {
        switch self {
        case .these(let these): these
        case .asBefore(let among): Set(held.map(\.address)).intersection(among).sorted()
        case .unknown: Set(held.map(\.address)).sorted()
        }
    }
}

extension HoldPlan.Addresses {
    /// The addresses that AMT shares with the host.
    ///
    /// - Parameters:
    ///   - amt: AMT's interfaces; `nil` until they are known.
    ///   - host: The host's interfaces; `nil` if they can't be read.
    ///   - had: Addresses that the host has had. A hold does not wait for an address that the host has lost.
    ///   - always: `Mode=always`: if no address is known, each of the host's may be AMT's.
    init(sharedBy amt: [AMTInterface]?, with host: [HostInterface]?, had: Set<IPv4Address> = [], always: Bool) {
        guard let host else {
            self = .unknown
            return
        }
        let shared = (amt ?? []).filter { if case .shared = $0.address { true } else { false } }
        let isOpen = amt.map { $0.contains { if case .unknown = $0.address { true } else { false } } } ?? true
        if !shared.isEmpty {
            self = .these(shared.flatMap { $0.addressesToHold(had) })
        } else if !isOpen {
            self = .these([])
        } else if always {
            self = .these(host.globalIPv4)
        } else {
            self = .asBefore(among: Set(host.flatMap(\.ipv4)))
        }
    }
}

extension AMTInterface {
    /// The host's addresses that AMT uses. If the host has none yet, the address that AMT reports: both had it before
    /// the machine was started, and so the hold exists before the address is up. If the host had that address and lost
    /// it, its next address may be another one.
    fileprivate func addressesToHold(_ had: Set<IPv4Address>) -> [IPv4Address] {
        let addresses = address.hostAddresses
        guard addresses.isEmpty, let said = settings.value?.ipv4, !said.isUnspecified, !had.contains(said) else {
            return addresses
        }
        return [said]
    }
}
