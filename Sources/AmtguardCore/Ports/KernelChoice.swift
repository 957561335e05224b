/// Which ports the kernel may choose as a local port in this network namespace, without the reservations.
public struct KernelChoice: Hashable, Sendable {
    /// `net.ipv4.ip_local_port_range`.
    public var ephemeralRange: ClosedRange<UInt16>
    /// `net.ipv4.ip_unprivileged_port_start`: the range never begins below it.
    public var unprivilegedStart: UInt16

    /// `net.ipv4.ip_autobind_reuse`: `bind` to port 0 with SO_REUSEADDR may return a port to which another socket is
    /// bound, hence a held one, but never a reserved one.
    public var autobindReuse: Bool

    /// The settings as they were read.
    public init(ephemeralRange: ClosedRange<UInt16>, unprivilegedStart: UInt16, autobindReuse: Bool = false) {
        self.ephemeralRange = ephemeralRange
        self.unprivilegedStart = unprivilegedStart
        self.autobindReuse = autobindReuse
    }

    /// The range as text, for example `32768-60999`.
    public var range: String { "\(ephemeralRange.lowerBound)-\(ephemeralRange.upperBound)" }

    /// The ports that the kernel may choose, apart from the reservations.
    public var reach: PortSet {
        guard unprivilegedStart <= ephemeralRange.upperBound else { return PortSet() }
        return PortSet(max(ephemeralRange.lowerBound, unprivilegedStart)...ephemeralRange.upperBound)
    }
}
