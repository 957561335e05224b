/// The host's addresses on interfaces with AMT's own MAC addresses: AMT may share these. Only a change of these
/// addresses causes a question to the firmware.
struct CarriedAddresses: Hashable, Sendable {
    private struct Carrier: Hashable, Sendable {
        var index: Int
        var ipv4: Set<IPv4Address>
    }

    private var wired: MACAddress?
    private var wireless: MACAddress?
    private var interfaces: [HostInterface] = []
    private var carriers: Set<Carrier> = []

    /// Takes the host's present interfaces.
    ///
    /// - Returns: Whether an address that AMT may share has changed.
    mutating func change(to interfaces: [HostInterface]) -> Bool {
        let former = carriers
        self.interfaces = interfaces
        carriers = carried
        return carriers != former
    }

    /// Takes AMT's MAC addresses from an answer. An address that the answer leaves out keeps its former value.
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
