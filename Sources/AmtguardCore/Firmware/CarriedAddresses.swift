/// The host's addresses on interfaces with AMT's own MAC addresses: AMT might share these. A change of them is worth a
/// question to the firmware; a change of any other is not.
struct CarriedAddresses: Hashable, Sendable {
    private struct Carrier: Hashable, Sendable {
        var index: Int
        var ipv4: Set<IPv4Address>
    }

    private var wired: MACAddress?
    private var wireless: MACAddress?
    private var interfaces: [HostInterface] = []
    private var carriers: Set<Carrier> = []

    /// The host has these interfaces now.
    ///
    /// - Returns: Whether that changed an address that AMT might share.
    mutating func change(to interfaces: [HostInterface]) -> Bool {
        let former = carriers
        self.interfaces = interfaces
        carriers = carried
        return carriers != former
    }

    /// The firmware says which MAC addresses are AMT's. An answer that leaves one out keeps the former one.
    mutating func hear(_ answer: FirmwareAnswer) {
        wired = answer.wired.value?.mac ?? wired
        wireless = answer.wireless.value?.mac ?? wireless
        carriers = carried
    }

    private var carried: Set<Carrier> {
        var carriers: Set<Carrier> = []
        for mac in [wired, wireless].compactMap({ $0 }) {
            for interface in HostInterface.carrying(mac, in: interfaces) where !interface.ipv4.isEmpty {
                carriers.insert(Carrier(index: interface.index, ipv4: Set(interface.ipv4)))
            }
        }
        return carriers
    }
}
