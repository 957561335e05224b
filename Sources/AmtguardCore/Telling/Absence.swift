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
        if let advice = reason.advice { lines.append(Status.Line("", "→ \(advice)", .faint)) }
        let held = reserved.map { $0.isEmpty ? "none" : $0.abbreviated(to: 100) } ?? "unknown"
        lines.append(Status.Line("Reserved", "\(held) (as the kernel says now)"))
        lines.append(Status.Line("Ephemeral", choice?.range ?? "unknown"))
        return lines
    }

    /// The keys of a status, with null for what only the daemon knows.
    public var json: JSON {
        [
            "schema": 1, "version": .null, "observed": .null, "verdict": .null, "reasons": [reason.json],
            "since": .null, "amt": .null,
            "ports": [
                "required": .null, "reserved": JSON(reserved?.description), "owned": .null,
                "ephemeralRange": JSON(choice?.range), "exposed": .null,
            ],
            "watch": .null, "repairs": .null, "contested": .null, "holds": .null, "probe": .null,
        ]
    }
}
