// Which interfaces of the host speak with the MAC address that AMT has.
//
// The answer is a set. A dock with MAC pass-through shows the laptop's address a second time, and the IP address that
// AMT shares seldom lies on the hardware itself where a bond, a bridge or a VLAN stands on it.

extension HostInterface {
    /// The interfaces whose hardware has the address `mac`, and all that stand above them, each once: first the
    /// hardware by index, then what stands on it, nearest first.
    ///
    /// An interface is known by its permanent address; by the present one where it has no other, and where no
    /// permanent one is `mac` at all. So neither a randomised address hides the hardware, nor does a bond, which gives
    /// all its ports the address of one, make the others into it.
    public static func carrying(_ mac: MACAddress, in interfaces: [HostInterface]) -> [HostInterface] {
        guard !mac.isZero else { return [] }
        let byIndex = Dictionary(interfaces.map { ($0.index, $0) }, uniquingKeysWith: { first, _ in first })
        let all = byIndex.values.sorted { $0.index < $1.index }
        var found = all.filter { ($0.permanentMAC ?? $0.mac) == mac }
        if found.isEmpty { found = all.filter { $0.mac == mac } }

        let standing = Dictionary(grouping: all.filter { $0.lower != nil }, by: { $0.lower ?? 0 })
        // Each index is taken once, so that interfaces that claim to stand on each other end the climb as well.
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

    /// Whether this one, made upon `lower`, speaks with its address. A tunnel or the other end of a veth does not.
    private func sharesAddress(ofLower lower: HostInterface) -> Bool {
        switch kind {
        case "vlan", "ipvlan", "ipvtap": true
        // Of their own address, unless in passthru mode.
        case "macvlan", "macvtap": mac != nil && mac == lower.mac
        default: false
        }
    }

    /// A VRF is a routing table: the addresses stay on its ports.
    private var sharesAddressOfPorts: Bool { kind != "vrf" }
}
