/// From which local ports a probe connects: those it is about, and controls beside them.
///
/// A port that hears nothing says something only beside one that does: the peer may be gone, and the network deaf.
public struct ProbePlan: Hashable, Sendable {
    /// What the probe is about.
    public let ports: PortSet
    /// Ports that AMT leaves alone.
    public let controls: PortSet

    /// So many ports at most, and so each at most one connection: a probe is no flood.
    public static let mostPorts = 32

    /// The ports of AMT without a daemon to ask.
    public static let usual = Configuration().ports

    /// - Returns: `nil` for no port, for port 0, and for more than `mostPorts`.
    /// - Parameter required: Other ports that are no controls, since AMT may take their packets as well.
    public init?(_ ports: PortSet, required: PortSet = PortSet()) {
        guard !ports.isEmpty, ports.count <= Self.mostPorts, !ports.contains(0) else { return nil }
        self.ports = ports
        let taken = ports.union(required).union(Self.usual)
        let ranges = ports.ranges.flatMap { range in
            range.flatMap { [Self.nearest(below: $0, taken), Self.nearest(above: $0, taken)] }
        }
        controls = PortSet(merging: ranges.compactMap { $0.map { $0...$0 } })
    }

    /// What was probed, by what it says of itself.
    init(ports: PortSet, controls: PortSet) {
        self.ports = ports
        self.controls = controls
    }

    /// All of them, each once, in their order.
    public var all: [UInt16] { ports.union(controls).ranges.flatMap { $0 } }

    /// The controls by which `port` is judged: the nearest below and the nearest above.
    ///
    /// Of its own class: whoever filters by the local port treats those below 1024 otherwise.
    public func controls(beside port: UInt16) -> [UInt16] {
        let beside = controls.ranges.flatMap { $0 }.filter { Self.isLow($0) == Self.isLow(port) }
        return [beside.last { $0 < port }, beside.first { $0 > port }].compactMap(\.self)
    }

    private static func isLow(_ port: UInt16) -> Bool { port < 1_024 }

    private static func nearest(below port: UInt16, _ taken: PortSet) -> UInt16? {
        let free = (1..<max(port, 1)).reversed().first { !taken.contains($0) }
        return free.flatMap { isLow($0) == isLow(port) ? $0 : nil }
    }

    private static func nearest(above port: UInt16, _ taken: PortSet) -> UInt16? {
        let free = (port...UInt16.max).dropFirst().first { !taken.contains($0) }
        return free.flatMap { isLow($0) == isLow(port) ? $0 : nil }
    }
}
