/// What amtguardctl can say without a report of the daemon: what the kernel shows now.
public struct Absence: Hashable, Sendable {
    /// Why there is no report: "amtguardd does not run".
    public let reason: Reason
    /// What the kernel says of AMT's own ports. Which ports are required, held and owned is unknown.
    public let ports: Status.Ports

    /// - Parameter sockets: Those on AMT's ports; `nil` if they can't be read.
    public init(reason: Reason, _ look: KernelLook, sockets: SocketReading?) {
        self.reason = reason
        // It is unknown which addresses AMT shares, so no socket is certain to be a victim.
        let judgement = SocketJudgement(sockets, [Claim(tcp: .ofAMT, udp: .ofAMTsUDP, doubt: reason.says)])
        ports = Status.Ports(
            required: .ofAMT, reserved: look.reserved, owned: PortSet(), unowned: PortSet(), choice: look.choice,
            takers: judgement.takers, holds: nil)
    }

    /// For people.
    public var text: [Status.Line] {
        var lines = [Status.Line("Verdict", "unknown: \(reason.says)", .doubtful)]
        lines += Status.Line.advice(of: reason)
        let held = ports.reserved.flatMap(PortSet.init(told:)).map { $0.isEmpty ? "none" : $0.abbreviated(to: 100) }
        lines.append(Status.Line("Reserved", "\(held ?? "unknown") (read from the kernel now)"))
        lines.append(Status.Line("Ephemeral", ports.ephemeralRange ?? "unknown"))
        return lines
    }

    /// What `amtguardctl status --json` prints: the keys of a status, with null for each value that only the daemon
    /// knows.
    public var json: JSON {
        // A guardian that has seen nothing has all the keys.
        Guardian(remembering: Memory(scope: .init(boot: "", namespace: ""))).status.json.blank
            .replacing("schema", with: 1).replacing("reasons", with: JSON(encoding: [reason]))
            .replacing("ports", with: ports.jsonWithoutDaemon)
    }

    /// What `amtguardctl ports --json` prints.
    public var portsJSON: JSON { head(["ports": ports.jsonWithoutDaemon]) }

    /// What `amtguardctl firmware --json` prints.
    public var firmwareJSON: JSON { head(["amt": .null]) }

    /// What `amtguardctl victims --json` prints.
    public func victimsJSON(possible: [JSON]) -> JSON {
        head([
            "victims": .null, "victimCount": .null, "possibleVictims": .array(possible),
            "translatedVictims": .null, "translatedVictimCount": .null, "published": .null,
        ])
    }

    /// What `amtguardctl nat --json` prints.
    public var natJSON: JSON { head(["nat": .null, "ruleset": .null]) }

    private func head(_ parts: JSON) -> JSON {
        let head: JSON = ["schema": 1, "version": .null, "observed": .null, "reasons": JSON(encoding: [reason])]
        return head.followed(by: parts)
    }
}

extension Status.Ports {
    /// The sockets that AMT cuts off if it shares their address. Whether it does is unknown.
    public var possibleVictims: [Status.Socket] {
        each.flatMap { $0.takenBy ?? [] }.filter { $0.standing == Standing.unknown.rawValue }
    }
}
