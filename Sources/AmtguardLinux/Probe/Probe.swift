public import AmtguardCore
import Glibc
public import SystemPackage

/// Connects from many local ports at once, and sees which of them hear an answer.
public struct Probe {
    /// Has the owner of a hold that is in the way bind a socket beside it.
    ///
    /// - Returns: By whom the port is used, or why the hold is not lent; `nil` where the socket is said to be bound.
    public typealias Lender = (_ socket: FileDescriptor, _ port: UInt16) -> String?

    private let source: ProbeEndpoint
    private let peer: ProbeEndpoint
    private let timeout: Duration

    /// - Parameter timeout: How long all of it may take. The kernel sends a request again after 1 s and after 3 s: with
    ///   less than that, a lost packet looks like a diverted one.
    public init(from source: ProbeEndpoint, to peer: ProbeEndpoint, timeout: Duration) {
        self.source = source
        self.peer = peer
        self.timeout = timeout
    }

    /// One connection from each port, no more; what became of each.
    ///
    /// - Parameter lend: Asked for a port that is in use.
    public func run(_ ports: [UInt16], lend: Lender) -> [UInt16: ProbeOutcome] {
        var outcomes: [UInt16: ProbeOutcome] = [:]
        var sockets: [UInt16: ProbeSocket] = [:]
        for port in ports {
            switch prepare(port, lend) {
            case .success(let socket): sockets[port] = socket
            case .failure(let untried): outcomes[port] = untried.outcome
            }
        }
        let deadline = Instant.now() + timeout
        for (port, socket) in sockets {
            guard let outcome = socket.connect(to: peer) else { continue }
            outcomes[port] = outcome
            sockets[port] = nil
        }
        while !sockets.isEmpty, let ready = wait(for: sockets, until: deadline) {
            for port in ready {
                outcomes[port] = sockets[port]?.outcome()
                // It answered: at once it is reset.
                sockets[port] = nil
            }
        }
        for port in sockets.keys { outcomes[port] = .silent }
        return outcomes
    }

    private struct Untried: Error {
        let outcome: ProbeOutcome
    }

    private func prepare(_ port: UInt16, _ lend: Lender) -> Result<ProbeSocket, Untried> {
        var local = source
        local.port = port
        do {
            let socket = try ProbeSocket(from: local)
            do {
                try socket.bind()
            } catch .addressInUse {
                if let why = lend(socket.fileDescriptor, port) { return .failure(Untried(outcome: .busy(why))) }
                // From anywhere else it would say nothing about this port.
                guard socket.isBound else {
                    return .failure(Untried(outcome: .failed("amtguardd did not bind it there")))
                }
            }
            return .success(socket)
        } catch .permissionDenied {
            return .failure(Untried(outcome: .notPermitted))
        } catch {
            return .failure(Untried(outcome: .failed("\(error)")))
        }
    }

    /// The ports whose sockets are ready; `nil` when the time is over. The corresponding C function is `poll`.
    private func wait(for sockets: [UInt16: ProbeSocket], until deadline: Instant) -> [UInt16]? {
        let entries = Array(sockets)
        var pollers = entries.map { pollfd(fd: $0.value.number, events: Int16(POLLOUT), revents: 0) }
        // When the time is over, one more look: a busy machine may have kept us from an answer that is there.
        let rest = max(0, (deadline - .now()).microseconds + 999) / 1_000
        let count = unsafe poll(&pollers, nfds_t(pollers.count), CInt(clamping: rest))
        guard count != 0 else { return nil }
        return zip(entries, pollers).filter { $1.revents != 0 }.map(\.0.key)
    }
}
