public import AmtguardCore

/// What amtguard knows of the ports here. The consequence of a setting follows from it.
public struct Situation: Hashable, Sendable {
    /// The ports to keep free; none if AMT is impossible on this machine.
    public var required = PortSet()
    /// The ports on which AMT takes TCP.
    public var tcp = PortSet()
    /// The ports on which AMT takes UDP.
    public var udp = PortSet()
    /// The list now; `nil` if it can't be read.
    public var reserved: PortSet?
    /// From which ports the kernel chooses, whatever the list says; `nil` if that can't be read.
    public var reach: PortSet?
    /// The addresses that AMT is known to share with the host.
    public var addresses: [String] = []
    /// The interfaces of the host that have them.
    public var interfaces: [String] = []
    /// The TCP ports that are held on each of these addresses: a program that binds one is told that it is in use.
    public var held = PortSet()
    /// Whether `Hold=strict` is in force: not even a program that sets SO_REUSEADDR can bind a held port.
    public var isHeldStrictly = false
    /// Whether connections of others get this host's addresses; `nil` if unknown.
    public var isTranslating: Bool?
    /// Whether amtguard's table keeps translated connections off AMT's ports.
    public var isRedrawing = false
    /// Whether amtguardd guards the list, and repairs it.
    public var isGuarded = false
    /// What amtguardd itself says is wrong; `nil` if all is well, or it does not guard.
    public var complaint: String?
    /// Whether root asks.
    public var isRoot = false
    /// The wall clock, in seconds since 1970; `nil` if nobody looked at it.
    public var now: Int64?

    public init() {}

    /// Whether AMT may take anything here.
    public var isConcerned: Bool { !required.isEmpty }

    /// The required ports that the kernel may choose now; `nil` if the list or the kernel's range can't be read.
    public var exposed: PortSet? {
        guard let reserved, let reach else { return nil }
        return required.intersection(reach).subtracting(reserved)
    }
}
