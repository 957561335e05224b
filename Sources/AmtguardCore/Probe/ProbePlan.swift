/// The local ports from which a probe connects: the ports in question, and controls beside them.
///
/// A silent port means something only if a control beside it gets answers. Otherwise the peer may be gone, or the
/// network down.
public struct ProbePlan: Hashable, Sendable {
    /// The ports in question.
    public let ports: PortSet
    /// Ports that AMT does not take.
    public let controls: PortSet

    /// At most this many ports, each with at most one connection, so that a probe is no flood.
    public static let mostPorts = 32

    /// AMT's ports, for a probe without a daemon.
    public static let usual = Configuration().ports

    /// Plans a probe of these ports, and chooses the controls beside them.
    ///
    /// - Parameters:
    ///   - ports: The ports in question.
    ///   - required: Other ports that are not controls, because AMT may take their packets as well.
    /// - Returns: `nil` for no port, for port 0, and for more than `mostPorts`.
    public init?(_ ports: PortSet, required: PortSet = PortSet()) {
        guard !ports.isEmpty, ports.count <= Self.mostPorts, !ports.contains(0) else { return nil }
        self.ports = ports
        let taken = ports.union(required).union(Self.usual)
        let ranges = ports.ranges.flatMap { range in
            range.flatMap { [Self.nearest(below: $0, taken), Self.nearest(above: $0, taken)] }
        }
        controls = PortSet(merging: ranges.compactMap { $0.map { $0...$0 } })
    }

    /// The plan of a past probe, from its report.
    init(ports: PortSet, controls: PortSet) {
        self.ports = ports
        self.controls = controls
    }

    /// All ports, each once, in order.
    public var all: [UInt16] { ports.union(controls).ranges.flatMap { $0 } }

    /// The controls by which `port` is judged: the nearest below and the nearest above.
    ///
    /// They are of the same class: a filter by local port treats ports below 1024 differently.
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
