// What amtguard prints of victims and of single ports: as JSON, in `amtguardctl status`, `victims` and `ports`.

extension Status.Socket {
    var json: JSON { .object(members) }

    /// The same with its process, as far as that could be seen.
    public func json(pid: Int32?, command: String?) -> JSON {
        .object(
            members + [
                JSON.Member(key: "pid", value: JSON(pid.map(Int64.init))),
                JSON.Member(key: "command", value: JSON(command)),
            ])
    }

    private var members: [JSON.Member] {
        let members: [(String, JSON)] = [
            ("port", .number(Int64(port))), ("protocol", .string(`protocol`)), ("address", .string(address)),
            ("state", .string(state)), ("remote", JSON(remote)), ("uid", .number(Int64(uid))), ("unit", JSON(unit)),
            ("inode", JSON(inode.map(Int64.init))), ("retransmissions", .number(Int64(retransmissions))),
            ("standing", .string(standing)),
            ("since", JSON(since)),
        ]
        return members.map { JSON.Member(key: $0.0, value: $0.1) }
    }

    /// `tcp 192.0.2.20:16994 to 198.51.100.7:443, syn-sent, sent 3 times more, session-3.scope (uid 1000)`
    public var words: String {
        "\(`protocol`) \(local)" + (remote.map { " to \($0)" } ?? "") + ", \(doing), \(owner)"
    }

    /// `192.0.2.20:16994`
    public var local: String {
        let isV6 = address.utf8.contains(UInt8(ascii: ":"))
        return (isV6 ? "[\(address)]" : address == "0.0.0.0" ? "*" : address) + ":\(port)"
    }

    /// Whether it is only for programs of this host.
    public var isOnLoopback: Bool { IPAddress(address)?.isLoopback ?? false }

    /// `syn-sent, sent 3 times more`
    public var doing: String {
        guard retransmissions > 0 else { return state }
        return "\(state), sent \(retransmissions == 1 ? "once" : "\(retransmissions) times") more"
    }

    /// `session-3.scope (uid 1000)`
    public var owner: String { unit.map { "\($0) (uid \(uid))" } ?? "uid \(uid)" }

    /// Its standing in words; the code words are for programs.
    public var standingWords: String {
        switch Standing(rawValue: standing) {
        case .victim: "victim"
        case .unknown: "perhaps a victim"
        case .lms: "presumably Intel LMS"
        case .own: "amtguard"
        case .probe: "a probe"
        case .local: "within this host"
        case .elsewhere: "where AMT is not"
        case .idle: "keeps the port, as a hold does"
        case .orphan: "no program has it"
        case .otherProtocol: "AMT takes TCP alone"
        case nil: "?"
        }
    }
}

extension Status.Port {
    func json(fromDaemon: Bool) -> JSON {
        [
            "port": .number(Int64(port)), "exposure": .string(exposure), "reserved": reserved.map(JSON.bool) ?? .null,
            "owned": fromDaemon ? .bool(owned) : .null, "inReach": inReach.map(JSON.bool) ?? .null,
            "held": held.map { .array($0.map(JSON.string)) } ?? .null,
            "takenBy": takenBy.map { .array($0.map(\.json)) } ?? .null,
            "takers": JSON(takers.map(Int64.init)),
        ]
    }

    /// The exposure in words.
    public var words: String {
        switch PortCondition.Exposure(rawValue: exposure) {
        case .exposed: "exposed"
        case .reserved: "reserved"
        case .reservedOutside: "reserved, and outside the range anyway"
        case .outside: "outside the range, not reserved"
        case .unknown, nil: "unknown"
        }
    }
}

extension Status.Ports {
    /// The part of the status that `amtguardctl ports --json` prints as well.
    var json: JSON { json(fromDaemon: true) }

    /// The same JSON. Without a daemon it is unknown which ports are required, exposed and owned.
    func json(fromDaemon: Bool) -> JSON {
        [
            "required": fromDaemon ? JSON(required) : .null, "reserved": JSON(reserved),
            "owned": fromDaemon ? JSON(owned) : .null, "unowned": fromDaemon ? JSON(unowned) : .null,
            "ephemeralRange": JSON(ephemeralRange),
            "exposed": fromDaemon ? JSON(exposed) : .null, "reach": JSON(reach),
            "autobindReuse": autobindReuse.map(JSON.bool) ?? .null,
            "each": .array(each.map { $0.json(fromDaemon: fromDaemon) }),
        ]
    }
}

extension Status {
    /// The victims' part of `amtguardctl status`: their number, and the worst.
    var victimText: [Line] {
        guard let victims, let victimCount else { return [Line("Victims", "unknown", .doubtful)] }
        guard let worst = victims.first else { return [Line("Victims", "none")] }
        return [Line("Victims", "\(victimCount), the worst: \(worst.words)", .bad)]
    }
}
