/// What can be said where no daemon answers: what the kernel holds now, and nothing else.
public struct Absence: Hashable, Sendable {
    /// Why there is no status: "amtguardd does not run".
    public var reason: Reason
    /// The list as it is now; `nil` where it can't be read.
    public var reserved: PortSet?
    /// Which ports the kernel may choose; `nil` where that can't be read.
    public var choice: KernelChoice?

    public init(reason: Reason, reserved: PortSet?, choice: KernelChoice?) {
        self.reason = reason
        self.reserved = reserved
        self.choice = choice
    }

    /// For people.
    public var text: [Status.Line] {
        var lines = [Status.Line("Verdict", "unknown: \(reason.says)", .doubtful)]
        lines += Status.Line.advice(of: reason)
        let held = reserved.map { $0.isEmpty ? "none" : $0.abbreviated(to: 100) } ?? "unknown"
        lines.append(Status.Line("Reserved", "\(held) (as the kernel says now)"))
        lines.append(Status.Line("Ephemeral", choice?.range ?? "unknown"))
        return lines
    }

    /// The keys of a status, with null for what only the daemon knows.
    public var json: JSON {
        [
            "schema": 1, "version": .null, "observed": .null, "verdict": .null, "mode": .null, "reasons": [reason.json],
            "since": .null, "amt": .null,
            "ports": [
                "required": .null, "reserved": JSON(reserved?.description), "owned": .null, "unowned": .null,
                "ephemeralRange": JSON(choice?.range), "exposed": .null,
                "reach": JSON(choice?.reach.description),
                "autobindReuse": choice.map { .bool($0.autobindReuse) } ?? .null, "each": .null,
            ],
            "watch": .null, "repairs": .null, "contested": .null, "overwrites": .null, "holds": .null, "victims": .null,
            "victimCount": .null, "probe": .null,
        ]
    }

    /// What `amtguardctl ports --json` prints then: what the kernel says of AMT's own ports.
    public func portsJSON(_ ports: Status.Ports) -> JSON {
        [
            "schema": 1, "version": .null, "observed": .null, "reasons": [reason.json],
            "ports": ports.json(owned: .null, unowned: .null),
        ]
    }

    /// What `amtguardctl firmware --json` prints then.
    public var firmwareJSON: JSON {
        ["schema": 1, "version": .null, "observed": .null, "reasons": [reason.json], "amt": .null]
    }

    /// What `amtguardctl victims --json` prints then; `sockets` may be victims or not.
    public func victimsJSON(_ sockets: [JSON]) -> JSON {
        [
            "schema": 1, "version": .null, "observed": .null, "reasons": [reason.json], "victims": .null,
            "victimCount": .null, "sockets": .array(sockets),
        ]
    }
}
