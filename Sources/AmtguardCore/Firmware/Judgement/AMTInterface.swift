// The table of addresses: the firmware's settings of an interface, compared with the host's interfaces.

/// One of AMT's two interfaces.
public struct AMTInterface: Hashable, Sendable {
    /// How it is connected.
    public enum Medium: String, Hashable, Sendable, CaseIterable {
        /// Ethernet: interface 0 of the firmware.
        case wired
        /// Wi-Fi: interface 1 of the firmware.
        case wireless
    }

    /// The medium of this interface.
    public var medium: Medium
    /// The firmware's settings, or why there are none.
    public var settings: Finding<LANSettings>
    /// Whether AMT's address on it is one of the host's own.
    public var address: AMTAddress
    /// Whether this comes from an earlier answer, because the firmware does not report it now.
    public var isFormer = false

    /// Judges the firmware's settings of an interface by the host's interfaces.
    ///
    /// - Parameters:
    ///   - medium: The medium; each has its own rules.
    ///   - settings: The firmware's settings, or why they are unknown.
    ///   - interfaces: All interfaces of the host; `nil` if they can't be read.
    ///   - isWirelessDiverted: Whether the host's Wi-Fi driver hands packets over to AMT (`iwlmei`); `nil` if unknown.
    public init(
        _ medium: Medium, _ settings: Finding<LANSettings>, among interfaces: [HostInterface]?,
        isWirelessDiverted: Bool? = nil
    ) {
        self.medium = medium
        self.settings = settings
        address =
            switch settings {
            case .unknown(let gap): .unknown(gap.says)
            case .known(let settings):
                switch medium {
                case .wired: .wired(settings, interfaces)
                case .wireless: .wireless(settings, interfaces, isDiverted: isWirelessDiverted)
                }
            }
    }
}

extension AMTAddress {
    /// The host interfaces with AMT's MAC address, and the rule by which they also have AMT's IPv4 address.
    private struct Match {
        var rule: Rule
        var interfaces: [HostInterface]
        var address: IPv4Address

        init?(_ settings: LANSettings, _ carrying: [HostInterface]) {
            guard !settings.ipv4.isUnspecified else { return nil }
            for address in [settings.ipv4, IPv4Address(bits: settings.ipv4.bits.byteSwapped)] {
                interfaces = carrying.filter { $0.ipv4.contains(address) }
                guard !interfaces.isEmpty else { continue }
                rule = address != settings.ipv4 ? .sameReversed : settings.dhcpEnabled ? .sameLease : .sameStatic
                self.address = address
                return
            }
            return nil
        }

        var shared: AMTAddress { .shared(rule, hostInterfaces: interfaces.map(\.name), addresses: [address]) }
    }

    fileprivate static func wired(_ settings: LANSettings, _ interfaces: [HostInterface]?) -> AMTAddress {
        guard !settings.mac.isZero else { return .none("AMT has no wired interface") }
        let carrying = interfaces.map { HostInterface.carrying(settings.mac, in: $0) } ?? []
        if let match = Match(settings, carrying) { return match.shared }
        if settings.ipv4.isUnspecified {
            guard settings.enabled else {
                return .none("the firmware says that the interface is off, and has no address")
            }
            guard settings.dhcpEnabled else { return .none("AMT has no address, and asks for none") }
        }
        // With any settings, the host might have the same addresses.
        guard let interfaces else { return .unknown("the host's interfaces can't be read") }
        if !settings.ipv4.isUnspecified,
            let other = interfaces.first(where: { $0.ipv4.contains(settings.ipv4) })
        {
            return .unknown("\(other.name) has AMT's address \(settings.ipv4), but not its MAC address \(settings.mac)")
        }
        guard settings.dhcpEnabled else { return .separate(.ownStatic) }
        switch settings.dhcpMode {
        case .active: return .separate(.ownLease)
        case .passive:
            guard !carrying.isEmpty else {
                return .unknown("AMT takes over the host's lease, but no interface of the host has its MAC address")
            }
            return .shared(
                settings.ipv4.isUnspecified ? .awaitsLease : .formerLease,
                hostInterfaces: carrying.filter { !$0.ipv4.isEmpty }.ifAny(else: carrying).map(\.name),
                addresses: carrying.flatMap(\.ipv4))
        default: return .unknown("its DHCP mode is \(settings.dhcpMode.word), whose meaning is not known")
        }
    }

    /// On Wi-Fi, no source documents AMT's DHCP modes, or what the firmware does while the host uses the radio. AMT
    /// gets packets through the host only if `iwlmei` hands them over.
    fileprivate static func wireless(
        _ settings: LANSettings, _ interfaces: [HostInterface]?, isDiverted: Bool?
    ) -> AMTAddress {
        guard !settings.mac.isZero else { return .none("AMT has no wireless interface") }
        if !settings.enabled, settings.ipv4.isUnspecified {
            return .none("the firmware says that the interface is off, and has no address")
        }
        guard let interfaces else { return .unknown("the host's interfaces can't be read") }
        let carrying = HostInterface.carrying(settings.mac, in: interfaces)
        guard let match = Match(settings, carrying) else {
            let has = settings.ipv4.isUnspecified ? "it has no address yet" : "it has \(settings.ipv4)"
            return .unknown("\(has), and what its DHCP mode \(settings.dhcpMode.word) means on Wi-Fi is not known")
        }
        switch isDiverted {
        case true?: return match.shared
        case false?:
            return .unknown(
                "it has the address of \(match.interfaces.map(\.name).joined(separator: ", ")), and without iwlmei "
                    + "what the firmware does on the host's Wi-Fi is not known")
        case nil:
            return .unknown(
                "it has the address of \(match.interfaces.map(\.name).joined(separator: ", ")), and whether iwlmei "
                    + "hands its packets over is not known")
        }
    }
}

extension Array {
    /// This array, or `others` if it is empty.
    fileprivate func ifAny(else others: Self) -> Self { isEmpty ? others : self }
}
