// The present state in three lines, with which `amtguardctl watch` begins.

extension Assessment {
    /// The verdict and why, AMT, the ports.
    public var brief: [Status.Line] {
        [Status.Line("Verdict", verdictWords, verdict?.tone ?? .doubtful)] + status.brief
    }

    private var verdictWords: String {
        let words = verdict?.words ?? "unknown"
        let since = isDaemons ? " since \(status.since)" : ""
        let why =
            switch verdict {
            case .protected?: nil as String?
            case .notNeeded?: status.amt.evidence.first?.says
            case .degraded?, .exposed?, nil: status.reasons.first?.says
            }
        return words + since + (why.map { ": \($0)" } ?? "")
    }
}

extension Absence {
    /// The status that amtguardctl sees itself, as an event.
    public var brief: [Status.Line] {
        [Status.Line("Verdict", "\(word): \(reason.says)", isExposed ? .bad : .doubtful)] + status.brief
    }
}

extension Status.AMT {
    /// `shared with eno1 (192.168.1.20)`, of the interface that matters most.
    fileprivate var addressWords: String {
        interfaces?.first { $0.address == address }?.words ?? address
    }
}

extension Status {
    /// AMT, and the ports.
    fileprivate var brief: [Line] {
        [
            Line("AMT", "\(amt.words); address \(amt.addressWords)"),
            Line("Ports", portWords, ports.areExposed == false ? .plain : .bad),
        ]
    }

    /// `required 623,664, all reserved; local port range 32768-60999`
    fileprivate var portWords: String {
        guard let required = PortSet(told: ports.required), !required.isEmpty else { return "none required" }
        let range = ports.ephemeralRange.map { "local port range \($0)" } ?? "local port range unknown"
        guard let reserved = ports.reservedSet else {
            return "required \(shown(ports.required)), the list can't be read; \(range)"
        }
        let missing = required.subtracting(reserved)
        let words = missing.isEmpty ? "all reserved" : "not reserved: \(missing.abbreviated(to: 100))"
        return "required \(shown(ports.required)), \(words); \(range)"
    }
}
