import AmtguardCore
import SystemPackage

/// Reads from the kernel's connection tracking with which ports the connections of a probe left.
///
/// Must be created before they connect.
struct ProbeTracks: ~Copyable {
    private let source: IPAddress
    private let peer: LocalSocket.Endpoint
    private var events: ConntrackEvents?
    /// Whether the kernel has connection tracking.
    private let hasTracking: Bool
    private var found: [UInt16: ProbeDeparture] = [:]

    init(from source: ProbeEndpoint, to peer: ProbeEndpoint) {
        self.source = source.address
        self.peer = LocalSocket.Endpoint(peer.address, port: peer.port)
        do throws(Errno) {
            _ = try conntrackCount()
            hasTracking = true
        } catch {
            hasTracking = error != .noSuchFileOrDirectory
        }
        // Listening for events could load conntrack.
        events = hasTracking ? try? ConntrackEvents(to: self.peer) : nil
    }

    /// Looks up one connection, while its socket is open: later the kernel may forget it.
    mutating func look(for port: UInt16, _ outcome: ProbeOutcome) {
        guard hasTracking else {
            found[port] = .untracked
            return
        }
        events?.take()
        let tuple = ConntrackEntry.Tuple(protocol: .tcp, source: place(port), destination: peer)
        if let left = events?.source(of: tuple) ?? nil {
            found[port] = .left(left)
            return
        }
        found[port] = Self.departure { () throws(Errno) in
            guard try tracksConnections() else { return nil }
            return try sourceInDefaultZone(of: .tcp, from: tuple.source, to: tuple.destination)
        }
        // The kernel forgets a refused connection at once. If its start was not announced either, it is untracked.
        if found[port] == .untracked, outcome == .refused, events?.isWhole != true {
            found[port] = events == nil ? .notPermitted : .failed
        }
    }

    /// All departures. Connections that were not found are searched for in other zones, together.
    mutating func departures() -> [UInt16: ProbeDeparture] {
        let missing = found.filter { $0.value == .untracked }.keys
        guard !missing.isEmpty, (try? tracksConnections()) != false else { return found }
        var places: Set<LocalSocket.Endpoint> = []
        for port in missing { places.insert(place(port)) }
        do throws(Errno) {
            let sources = try sourcesInAllZones(of: .tcp, from: places, to: peer)
            for port in missing { found[port] = sources[place(port)].map(ProbeDeparture.left) ?? .untracked }
        } catch {
            for port in missing { found[port] = Self.departure { () throws(Errno) in throw error } }
        }
        return found
    }

    private func place(_ port: UInt16) -> LocalSocket.Endpoint { LocalSocket.Endpoint(source, port: port) }

    private static func departure(_ read: () throws(Errno) -> LocalSocket.Endpoint?) -> ProbeDeparture {
        do throws(Errno) {
            return try read().map(ProbeDeparture.left) ?? .untracked
        } catch .notPermitted {
            return .notPermitted
        } catch {
            return .failed
        }
    }
}
