/// What amtguardctl can report without the daemon: its own readings.
///
/// It judges them with the same guardian as `amtguardd --dry-run`. A daemon also knows SMBIOS and the firmware.
public struct Absence: Hashable, Sendable {
    /// Why there is no report: "amtguardd does not run".
    public let reason: Reason
    /// The report of a guardian that looked once and changed nothing. What is owned and held is unknown.
    public private(set) var status: Status

    /// A reason, and the status of a guardian that looked once.
    public init(reason: Reason, look status: Status) {
        self.reason = reason
        self.status = status
        // Only the daemon's record says who added the ports, and it was not read.
        self.status.reasons.removeAll(where: \.isAboutOwnership)
    }

    /// The kernel's state of the required ports.
    public var ports: Status.Ports { status.ports }

    /// Why there is no report, and what the look could not find out.
    public var reasons: [Reason] { [reason] + status.reasons }

    /// Whether the kernel may choose a required port now. This counts whether a daemon guards or not.
    public var isExposed: Bool { ports.areExposed == true }

    /// The consequence on this machine, in one sentence.
    public var here: String { status.here(isWatched: reason.id != "not-running") }

    /// The verdict: exposed if a port is exposed, else unknown.
    var word: String { isExposed ? Verdict.exposed.words : "unknown" }

    /// For people: everything.
    public var text: [Status.Line] {
        var lines = [Status.Line("Verdict", "\(word): \(reason.says)", isExposed ? .bad : .doubtful)]
        lines += Status.Line.advice(of: reason)
        lines.append(Status.Line("Here", here, isExposed ? .bad : .plain))
        for reason in status.reasons {
            lines.append(Status.Line("", reason.says))
            lines += Status.Line.advice(of: reason)
        }
        lines += status.amtText
        lines.append(Status.Line("Required", status.shown(ports.required)))
        let reserved = ports.reserved.map(status.shown) ?? "unknown"
        lines.append(Status.Line("Reserved", "\(reserved) (read from the kernel now)"))
        lines.append(Status.Line("Range", ports.ephemeralRange ?? "unknown"))
        return lines
    }

    /// What `amtguardctl status --json` prints: the keys of a status, with null for each value that only the daemon can
    /// report.
    public var json: JSON {
        status.json.blank
            .replacing("schema", with: 1)
            .replacing("verdict", with: isExposed ? .string(Verdict.exposed.rawValue) : .null)
            .replacing("reasons", with: JSON(encoding: reasons))
            .replacing("amt", with: JSON(encoding: status.amt)).replacing("ports", with: ports.jsonWithoutDaemon)
    }

    /// What `amtguardctl ports --json` prints.
    public var portsJSON: JSON { head(["ports": ports.jsonWithoutDaemon]) }

    /// What `amtguardctl firmware --json` prints.
    public var firmwareJSON: JSON { head(["amt": JSON(encoding: status.amt)]) }

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
        let head: JSON = ["schema": 1, "version": .null, "observed": .null, "reasons": JSON(encoding: reasons)]
        return head.followed(by: parts)
    }
}

extension Status {
    /// The consequence of the present list, in one sentence.
    ///
    /// - Parameter isWatched: Whether an amtguardd may run, although it has not reported anything.
    public func here(isWatched: Bool) -> String {
        let required = PortSet(told: ports.required) ?? PortSet()
        let names = required.abbreviated(to: 40)
        guard !required.isEmpty else {
            return
                "no port needs to be reserved: \(amt.evidence.first?.says ?? "AMT is impossible on this machine")"
        }
        guard let reserved = ports.reservedSet else {
            return "the list can't be read, so it is unknown whether \(names) are reserved"
        }
        if let exposed = ports.exposedSet {
            return "the kernel may choose \(exposed.abbreviated(to: 40)) for a connection"
        }
        if reserved.isSuperset(of: required) {
            return "\(names) are reserved now" + (isWatched ? "" : ", but no daemon repairs the list")
        }
        return "the local port range is \(ports.ephemeralRange ?? "another"), so the kernel never chooses \(names)"
    }
}

extension Status.Ports {
    /// The sockets that AMT cuts off if it shares their address. Whether it does is unknown.
    public var possibleVictims: [Status.Socket] {
        each.flatMap { $0.takenBy ?? [] }.filter { $0.standing == Standing.unknown.rawValue }
    }
}
