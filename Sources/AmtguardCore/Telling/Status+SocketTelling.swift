// What amtguard prints about victims and about single ports: in `amtguardctl status`, `victims` and `ports`.

extension Status.Socket {
    /// `tcp 192.0.2.20:16994 to 198.51.100.7:443, syn-sent, sent 3 times more, session-3.scope (uid 1000)`
    public var words: String {
        "\(`protocol`) \(local)" + (remote.map { " to \($0)" } ?? "") + ", \(doing), \(owner)"
    }

    /// `192.0.2.20:16994`
    public var local: String {
        let isV6 = address.utf8.contains(UInt8(ascii: ":"))
        return (isV6 ? "[\(address)]" : address == "0.0.0.0" ? "*" : address) + ":\(port)"
    }

    /// Whether only programs of this host can reach it.
    public var isOnLoopback: Bool { IPAddress(address)?.isLoopback ?? false }

    /// `syn-sent, sent 3 times more`
    public var doing: String {
        guard retransmissions > 0 else { return state }
        return "\(state), sent \(retransmissions == 1 ? "once" : "\(retransmissions) times") more"
    }

    /// `session-3.scope (uid 1000)`
    public var owner: String { unit.map { "\($0) (uid \(uid))" } ?? "uid \(uid)" }

    /// Its standing in words for people.
    public var standingWords: String {
        switch Standing(rawValue: standing) {
        case .victim: "victim"
        case .unknown: "perhaps a victim"
        case .lms: "presumably Intel LMS"
        case .own: "amtguard"
        case .probe: "a probe"
        case .local: "within this host"
        case .elsewhere: "not on AMT's address"
        case .idle: "keeps the port, as a hold does"
        case .orphan: "no program has it"
        case .otherProtocol: "AMT takes only TCP here"
        case nil: "?"
        }
    }
}

extension Status.Port {
    /// The exposure in words.
    public var words: String {
        switch PortCondition.Exposure(rawValue: exposure) {
        case .exposed: "exposed"
        case .reserved: "reserved"
        case .reservedOutside: "reserved, and outside the local port range anyway"
        case .outside: "not reserved, outside the local port range"
        case .unknown, nil: "unknown"
        }
    }
}

extension Status {
    /// The victims' part of `amtguardctl status`: their number, and the worst.
    var victimText: [Line] {
        guard let victims, let victimCount else { return [Line("Victims", "unknown", .doubtful)] }
        guard let worst = victims.first else { return [Line("Victims", "none")] }
        return [Line("Victims", victimCount == 1 ? worst.words : "\(victimCount), the worst: \(worst.words)", .bad)]
    }
}
