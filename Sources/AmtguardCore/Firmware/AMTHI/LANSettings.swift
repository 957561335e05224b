/// GetLanInterfaceSettings: one of AMT's two interfaces, wired or wireless.
public struct LANSettings: Hashable, Sendable {
    /// How AMT gets its address.
    public struct DHCPMode: Worded {
        public let rawValue: UInt32

        public init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        /// Only 1 and 2 have a meaning.
        public static let words = ["", "active", "passive"]

        /// AMT gets its own lease.
        public static let active = DHCPMode(rawValue: 1)
        /// AMT listens to the host's own DHCP exchange, and takes the same address.
        public static let passive = DHCPMode(rawValue: 2)
    }

    /// Whether the interface is on, as the firmware says.
    public var enabled: Bool
    /// 0.0.0.0 if there is none.
    public var ipv4: IPv4Address
    /// Whether AMT gets its address by DHCP; otherwise it is static.
    public var dhcpEnabled: Bool
    /// How AMT uses DHCP; ignored if DHCP is off.
    public var dhcpMode: DHCPMode
    /// Whether AMT sees a link.
    public var link: Bool
    /// All zero if there is no such interface.
    public var mac: MACAddress
}

extension LANSettings: AMTHIReply {
    /// The address is a little-endian number: 1.2.3.4 arrives as 04 03 02 01. No recording of a real machine proves
    /// this, so code that compares it with the host's addresses must try the reversed order as well.
    public init(from reader: inout ByteReader, to request: AMTHI.Request) throws(WireError) {
        enabled = try reader.flag("interface's state")
        ipv4 = IPv4Address(bits: try reader.u32("IPv4 address"))
        dhcpEnabled = try reader.flag("DHCP state")
        dhcpMode = DHCPMode(rawValue: UInt32(try reader.u8("DHCP mode")))
        link = try reader.u8("link state") != 0
        guard let mac = MACAddress(octets: try reader.bytes(6, "MAC address")) else { throw .short("MAC address") }
        self.mac = mac
    }
}
