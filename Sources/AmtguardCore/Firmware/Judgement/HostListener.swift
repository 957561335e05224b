// Programs of this host that listen on AMT's ports. One of them is presumably Intel LMS, which hands local requests to
// the firmware and belongs there.

/// A listener of this host on one of AMT's ports.
public struct HostListener: Hashable, Sendable {
    public var listener: LocalSocket
    /// Whether it looks like Intel LMS. Its name is not known for certain, so this is only presumed.
    public var isPresumedLMS: Bool

    /// Those of `listeners` that listen on AMT's ports.
    static func all(_ listeners: [LocalSocket]) -> [HostListener] {
        listeners.filter { PortSet.ofAMT.contains($0.port) }.map {
            HostListener(listener: $0, isPresumedLMS: $0.isPresumedLMS)
        }
    }
}

extension LocalSocket {
    /// LMS listens by TCP on every address or on loopback, and runs as a unit of its name. If the unit is unknown, any
    /// program of root may be LMS; a unit of another name is another server.
    var isPresumedLMS: Bool {
        guard self.protocol == .tcp, state == .listening, PortSet.ofAMT.contains(port) else { return false }
        // The whole word: `films.service` is another server.
        let isNamed = unit.map { $0.split { "-._@".contains($0) }.contains("lms") } ?? false
        return isNamed || (reach != .address && unit == nil && uid == 0)
    }
}
