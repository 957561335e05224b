public import AmtguardCore
import Glibc
import SystemPackage

/// Connects from many local ports at once, and observes which of them get an answer.
public struct Probe {
    private let source: ProbeEndpoint
    private let peer: ProbeEndpoint
    private let timeout: Duration

    /// - Parameter timeout: How long the whole probe may take. The kernel retransmits a request after 1 s and after 3
    ///   s: with a shorter timeout, a lost packet looks like a diverted one.
    public init(from source: ProbeEndpoint, to peer: ProbeEndpoint, timeout: Duration) {
        self.source = source
        self.peer = peer
        self.timeout = timeout
    }

    /// The observations of the connections, by local port.
    public struct Observations: Sendable {
        public var outcomes: [UInt16: ProbeOutcome] = [:]
        /// The ports with which the connections left that were answered, or waited for an answer.
        public var departures: [UInt16: ProbeDeparture] = [:]
    }

    /// Makes one connection from each port, and observes each.
    ///
    /// - Parameters:
    ///   - held: The ports of the source address that amtguardd holds. The probe binds beside a strict hold.
    ///   - occupant: Names the user of a port that can't be bound.
    ///   - whileWaiting: Called a few times a second, with the number of ports without an answer so far and the time
    ///     that is left.
    public func run(
        _ ports: [UInt16], beside held: PortSet, occupant: (UInt16) -> String,
        whileWaiting: (Int, Duration) -> Void = { _, _ in }
    ) -> Observations {
        var outcomes: [UInt16: ProbeOutcome] = [:]
        var tracks = ProbeTracks(from: source, to: peer)
        var sockets: [UInt16: ProbeSocket] = [:]
        for port in ports {
            do throws(Untried) {
                sockets[port] = try prepare(port, isHeld: held.contains(port), occupant)
            } catch {
                outcomes[port] = error.outcome
            }
        }
        let deadline = Instant.now() + timeout
        for (port, socket) in sockets {
            guard let outcome = socket.connect(to: peer) else { continue }
            outcomes[port] = outcome
            tracks.look(for: port, outcome)
            sockets[port] = nil
        }
        while !sockets.isEmpty, let ready = wait(for: sockets, until: deadline) {
            whileWaiting(sockets.count, max(deadline - .now(), .zero))
            for port in ready {
                guard let outcome = sockets[port]?.outcome() else { continue }
                outcomes[port] = outcome
                tracks.look(for: port, outcome)
                // It was answered, so it is reset at once.
                sockets[port] = nil
            }
        }
        for port in sockets.keys {
            outcomes[port] = .silent
            tracks.look(for: port, .silent)
        }
        return withExtendedLifetime(sockets) { Observations(outcomes: outcomes, departures: tracks.departures()) }
    }

    private struct Untried: Error {
        let outcome: ProbeOutcome
    }

    private func prepare(
        _ port: UInt16, isHeld: Bool, _ occupant: (UInt16) -> String
    ) throws(Untried) -> ProbeSocket {
        var local = source
        local.port = port
        do {
            let socket = try ProbeSocket(from: local)
            do {
                try socket.bind()
            } catch .addressInUse where isHeld {
                try socket.bindBesideHold()
            }
            return socket
        } catch .addressInUse {
            throw Untried(outcome: .busy(occupant(port)))
        } catch .notPermitted {
            throw Untried(outcome: .busy("a hold of amtguardd, and only root may bind beside it"))
        } catch .permissionDenied {
            throw Untried(outcome: .notPermitted)
        } catch {
            throw Untried(outcome: .failed("\(error)"))
        }
    }

    /// How often the progress is shown, in milliseconds.
    private static let beat: Int64 = 200

    /// The ports whose sockets are ready, perhaps none; `nil` when the time is over. The corresponding C function is `poll`.
    private func wait(for sockets: [UInt16: ProbeSocket], until deadline: Instant) -> [UInt16]? {
        let entries = Array(sockets)
        var pollers = entries.map { pollfd(fd: $0.value.number, events: Int16(POLLOUT), revents: 0) }
        // When the time is over, look once more: on a busy machine an answer may have arrived unseen.
        let rest = max(0, (deadline - .now()).microseconds + 999) / 1_000
        let count = unsafe poll(&pollers, nfds_t(pollers.count), CInt(clamping: min(rest, Self.beat)))
        guard count != 0 || rest > Self.beat else { return nil }
        return zip(entries, pollers).filter { $1.revents != 0 }.map(\.0.key)
    }
}
