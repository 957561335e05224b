extension Status {
    /// The verdict in one line: `STATUS=` of the service, shown by `systemctl status`.
    public var line: String {
        let first = verdict == .protected ? nil : reasons.first
        let because = first.map { ": \($0.says)" } ?? ""
        switch verdict.known {
        case .notNeeded: return "Not needed: \(amt.evidence.first?.says ?? "AMT is impossible here").".oneLine
        case .protected, .degraded, .exposed, nil:
            let word = verdict.text.prefix(1).uppercased() + verdict.text.dropFirst()
            let count = repairs.count == 1 ? "1 repair" : "\(repairs.count) repairs"
            let victims = victimCount.map { $0 == 0 ? "" : $0 == 1 ? ", 1 victim" : ", \($0) victims" } ?? ""
            let state = "AMT \(amt.state)\(victims)"
            return "\(word)\(because). Required \(shown(ports.required)), \(count), \(state).\(ignored)".oneLine
        }
    }

    /// `systemctl reload` succeeds even if a line of the configuration is ignored. `systemctl status`, which a user
    /// runs next, shows the ignored line.
    private var ignored: String {
        let count = reasons.count { $0.id == Reason.configurationWarning }
        return count == 0 ? "" : " Ignored in the configuration: \(count == 1 ? "1 line" : "\(count) lines")."
    }
}
