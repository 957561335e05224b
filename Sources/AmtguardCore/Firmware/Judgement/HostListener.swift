// Programs of this host that listen on AMT's ports: where one reaches AMT's address, it is presumably Intel LMS.

/// A listener of this host on one of AMT's ports.
public struct HostListener: Hashable, Sendable {
    public var listener: LocalListener
    /// Whether it is where Intel LMS would be: TCP, on every address, on loopback, or on one that AMT shares. Its name
    /// is not known for certain, so this is presumed and no more.
    public var isPresumedLMS: Bool

    /// The ones among `listeners`, AMT's ports alone.
    static func all(_ listeners: [LocalListener], sharing addresses: [IPv4Address]) -> [HostListener] {
        let ports = PortSet(623...623, 664...664, 16992...16995)
        return listeners.filter { ports.contains($0.port) }.map { listener in
            let isWithin =
                switch listener.reach {
                case .wildcard, .loopback: true
                case .address: listener.ipv4.map(addresses.contains) ?? false
                }
            return HostListener(listener: listener, isPresumedLMS: listener.protocol == .tcp && isWithin)
        }
    }
}

extension LocalListener {
    /// The IPv4 address that it listens on, be it in the form of IPv6.
    var ipv4: IPv4Address? {
        switch address {
        case .v4(let address): address
        case .v6(let address): address.mapped
        }
    }
}
