// Which interfaces of the host use AMT's MAC address.
//
// The answer is a set. A dock with MAC pass-through shows the laptop's address a second time. If a bond, a bridge or a
// VLAN is on top of the hardware, the IP address that AMT shares is seldom on the hardware itself.

extension HostInterface {
    /// The interfaces whose hardware has the address `mac`, and all interfaces on top of them, each once: first the
    /// hardware by index, then the others, nearest first.
    ///
    /// An interface is identified by its permanent address. Its present address counts only if it has no permanent
    /// address, and if no permanent one equals `mac`. So a randomised address does not hide the hardware. And a bond,
    /// which gives the address of one port to all its ports, does not make the other ports count as that one.
    public static func carrying(_ mac: MACAddress, in interfaces: [HostInterface]) -> [HostInterface] {
        guard !mac.isZero else { return [] }
        let byIndex = Dictionary(interfaces.map { ($0.index, $0) }, uniquingKeysWith: { first, _ in first })
        let all = byIndex.values.sorted { $0.index < $1.index }
        var found = all.filter { ($0.permanentMAC ?? $0.mac) == mac }
        if found.isEmpty { found = all.filter { $0.mac == mac } }

        let standing = Dictionary(grouping: all.filter { $0.lower != nil }, by: { $0.lower ?? 0 })
        // Each index is taken once, so that the search ends even if interfaces claim to be on top of each other.
        var taken = Set(found.map(\.index))
        var next = 0
        while next < found.count {
            let interface = found[next]
            next += 1
            var above = (standing[interface.index] ?? []).filter { $0.sharesAddress(ofLower: interface) }
            if let master = interface.master.flatMap({ byIndex[$0] }), master.sharesAddressOfPorts {
                above.append(master)
            }
            found += above.filter { taken.insert($0.index).inserted }
        }
        return found
    }

    /// Whether this interface, on top of `lower`, uses its address. A tunnel or the other end of a veth does not.
    private func sharesAddress(ofLower lower: HostInterface) -> Bool {
        switch kind {
        case "vlan", "ipvlan", "ipvtap": true
        // They have an address of their own, unless in passthru mode.
        case "macvlan", "macvtap": mac != nil && mac == lower.mac
        default: false
        }
    }

    /// A VRF is a routing table: the addresses stay on its ports.
    private var sharesAddressOfPorts: Bool { kind != "vrf" }
}
