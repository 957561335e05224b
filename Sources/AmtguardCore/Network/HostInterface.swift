/// A network interface of the host with its addresses: a reading, no judgement.
public struct HostInterface: Hashable, Sendable {
    /// The kernel's number for it, unique in one network namespace.
    public var index: Int
    /// `eno1`, made printable.
    public var name: String
    /// The present address; `nil` for an interface whose addresses do not have six octets.
    public var mac: MACAddress?
    /// The permanent address of the hardware; `nil` for a virtual interface.
    public var permanentMAC: MACAddress?
    /// Whether the administrator has set it up, with or without a cable.
    public var isUp: Bool
    /// Whether it is `lo`.
    public var isLoopback: Bool
    /// The kind of a virtual interface: `vlan`, `bond`, `bridge`, `veth`; `nil` for hardware.
    public var kind: String?
    /// The index of the interface below, for example of a VLAN; for a `veth`, of the other end. `nil` if that interface
    /// is in another network namespace, because its number means nothing in this one.
    public var lower: Int?
    /// The index of the bond or bridge of which it is a port.
    public var master: Int?
    /// Its own IPv4 addresses, in the kernel's order.
    public var ipv4: [IPv4Address]

    /// An interface; `nil` for properties that it does not have.
    public init(
        index: Int, name: String, mac: MACAddress? = nil, permanentMAC: MACAddress? = nil, isUp: Bool = true,
        isLoopback: Bool = false, kind: String? = nil, lower: Int? = nil, master: Int? = nil, ipv4: [IPv4Address] = []
    ) {
        self.index = index
        self.name = name
        self.mac = mac
        self.permanentMAC = permanentMAC
        self.isUp = isUp
        self.isLoopback = isLoopback
        self.kind = kind
        self.lower = lower
        self.master = master
        self.ipv4 = ipv4
    }
}

extension Sequence<HostInterface> {
    /// The addresses that other hosts can reach. Without further information, each may be AMT's.
    var globalIPv4: [IPv4Address] { filter { !$0.isLoopback }.flatMap(\.ipv4).filter(\.isGlobal) }
}
