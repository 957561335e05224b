import AmtguardCore
import AmtguardLinux
import SystemPackage

/// One probe: from the command line to the result.
struct ProbeRun {
    let service: ProbeService
    let from: IPAddress?
    /// `nil` for the required ones.
    let ports: PortSet?
    let timeout: Duration
    let guardian: ProbeGuardian

    /// Why nothing could be sent.
    struct Impossible: Error {
        let reason: Reason

        init(_ id: String, _ says: String, _ advice: String) {
            reason = Reason(id: id, says: says, advice: advice)
        }
    }

    func result() throws -> ProbeResult {
        let plan = try plan()
        let (source, peer) = try way()
        announce(plan, peer)
        let progress = Progress()
        let seen = Probe(from: source, to: peer, timeout: timeout).run(
            plan.all, beside: guardian.held(on: source.address)
        ) { port in
            Self.occupant(of: port, source.address) ?? "another program has it"
        } whileWaiting: { waiting, left in
            progress.show("waiting for answers at \(waiting) of \(plan.all.count) ports, \(left.inSeconds) s left")
        }
        progress.clear()
        return ProbeResult(
            from: source.address, to: peer.address, port: peer.port, isShared: guardian.shares(source.address),
            waited: timeout, plan: plan, outcomes: seen.outcomes, departures: seen.departures,
            isTranslationReported: guardian.translates)
    }

    /// The program that uses a port; `nil` if this user can't see it.
    private static func occupant(of port: UInt16, _ address: IPAddress) -> String? {
        let sockets = try? readSockets(on: PortSet(port...port), includingBound: true).sockets.filter { socket in
            guard socket.protocol == .tcp else { return false }
            return switch socket.reach {
            case .wildcard: socket.takesIPv4 || address.ipv4 == nil
            case .address, .loopback: socket.address == address
            }
        }
        guard let sockets, var socket = sockets.first(where: \.isListener) ?? sockets.first else { return nil }
        // Root sees the process that has it open.
        if let inode = socket.inode, let command = holders(of: [inode])[inode]?.command {
            socket.commands = [printable(command.utf8)]
        }
        return socket.obstacle.says
    }

    private func plan() throws(Impossible) -> ProbePlan {
        let required = guardian.required
        guard let plan = ProbePlan(ports ?? required ?? ProbePlan.usual, required: required ?? PortSet()) else {
            throw Impossible(
                "too-many-ports", "\(required?.count ?? 0) ports are required",
                "Name up to \(ProbePlan.mostPorts) of them: --ports \"16992-16995\".")
        }
        return plan
    }

    /// The first address of the service that has a route, and the local address for that route.
    private func way() throws(Impossible) -> (source: ProbeEndpoint, peer: ProbeEndpoint) {
        let peers: [ProbeEndpoint]
        do {
            peers = try ProbeEndpoint.lookUp(service.host, port: service.port)
        } catch {
            throw Impossible(
                "no-address", "\(service.host) has no address: \(error.message)", "Give its address: 192.0.2.1:22.")
        }
        var failure = Errno.addressFamilyNotSupported
        for peer in peers {
            let source: ProbeEndpoint
            let usual: ProbeEndpoint
            do {
                source = try peer.source(from: from)
                usual = try peer.source()
            } catch {
                failure = error
                continue
            }
            guard usual.address != peer.address else {
                throw Impossible(
                    "own-address",
                    "\(peer.address) is an address of this host, so no packet would pass the network card",
                    "Use a service on another machine.")
            }
            return (source, peer)
        }
        throw noWay(failure)
    }

    private func noWay(_ error: Errno) -> Impossible {
        switch error {
        case .addressNotAvailable:
            Impossible(
                "not-our-address", "\(from.map { "\($0)" } ?? "?") is not an address of this host",
                "Use one that \"ip address\" shows, or omit --from.")
        case .addressFamilyNotSupported where from != nil:
            Impossible(
                "no-way", "\(service.host) has no address of the same kind as --from",
                "Use IPv4 for both, or IPv6 for both.")
        default:
            Impossible(
                "no-way", "there is no route to \(service.host): \(error)",
                "Look at the routes (ip route get), or use another service.")
        }
    }

    /// Shows the user what is sent, so that they can interrupt it, or find it in a firewall's log.
    private func announce(_ plan: ProbePlan, _ peer: ProbeEndpoint) {
        let place = peer.address.with(port: peer.port)
        let name = IPAddress(service.host) == peer.address ? place : "\(service.host) (\(place))"
        let line =
            "amtguardctl: sending \(plan.all.count) connection requests to \(name), one from each of the local ports "
            + "\(PortSet(merging: plan.all.map { $0...$0 }))"
        _ = try? FileDescriptor.standardError.writeAll((line.oneLine + "\n").utf8)
    }
}

extension Duration {
    /// Whole seconds, rounded up, so that the last second is not shown as 0.
    fileprivate var inSeconds: Int64 { (microseconds + 999_999) / 1_000_000 }
}
