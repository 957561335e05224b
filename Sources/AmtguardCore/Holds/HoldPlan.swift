/// What is to be held: decided by the configuration, by what AMT says of its addresses, and by what the host has.
struct HoldPlan: Hashable, Sendable {
    /// Which addresses are meant.
    enum Addresses: Hashable {
        /// These and no others.
        case these([IPv4Address])
        /// Those that are held already, as far as they are among these: what AMT does now is not known.
        case asBefore(among: Set<IPv4Address>)
        /// Those that are held already: the host's addresses are not known.
        case unknown
    }

    var addresses: Addresses
    var ports: PortSet
    /// Whether UDP is held too.
    var holdsUDP: Bool
    /// Whether other programs may bind the same (`Hold=cooperative`).
    var isShared: Bool

    /// One address each of AMT's two interfaces, and room for those that an interface with a lease may have beside.
    static let mostAddresses = 16
    /// One address with all the ports that a configuration may name, and UDP. The unit's `FileDescriptorStoreMax=` and
    /// `LimitNOFILE=` follow from it.
    static let mostHolds = ConfigurationKey.mostPorts + 2

    /// Nothing is to be held.
    static let nothing = HoldPlan(addresses: .these([]), ports: PortSet(), holdsUDP: false, isShared: true)

    /// All that is to be held, the first addresses first, and how many addresses are more than may be.
    ///
    /// - Parameter held: What is held now.
    func wanted(held: some Collection<Hold>) -> (holds: Set<Hold>, passedOver: Int) {
        let addresses: [IPv4Address]
        switch self.addresses {
        case .these(let these): addresses = these
        case .asBefore(let among): addresses = Set(held.map(\.address)).intersection(among).sorted()
        case .unknown: addresses = Set(held.map(\.address)).sorted()
        }
        var holds: Set<Hold> = []
        var seen: Set<IPv4Address> = []
        for address in addresses where seen.insert(address).inserted {
            let more = self.holds(on: address)
            guard seen.count <= Self.mostAddresses, holds.count + more.count <= Self.mostHolds else {
                return (holds, Set(addresses).count - seen.count + 1)
            }
            holds.formUnion(more)
        }
        return (holds, 0)
    }

    private func holds(on address: IPv4Address) -> [Hold] {
        let udp = holdsUDP ? ports.intersection(.ofAMTsUDP) : PortSet()
        return ports.ranges.joined().map { Hold(address, $0) } + udp.ranges.joined().map { Hold(address, $0, .udp) }
    }
}

extension HoldPlan.Addresses {
    /// The addresses that AMT shares with the host.
    ///
    /// - Parameters:
    ///   - amt: AMT's interfaces; `nil` as long as nothing was heard of them.
    ///   - host: The host's; `nil` where they can't be read.
    ///   - had: Addresses that the host has had: one that it has no longer is not awaited.
    ///   - always: `Mode=always`: where no address is known, each of the host's may be AMT's.
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
    /// The host's addresses that AMT speaks with. Where the host has none yet, the one that AMT says: both had it before
    /// the machine was started, and the hold stands before the address is up. Once the host has had it and lost it, the
    /// next one may be another.
    fileprivate func addressesToHold(_ had: Set<IPv4Address>) -> [IPv4Address] {
        let addresses = address.hostAddresses
        guard addresses.isEmpty, let said = settings.value?.ipv4, !said.isUnspecified, !had.contains(said) else {
            return addresses
        }
        return [said]
    }
}
