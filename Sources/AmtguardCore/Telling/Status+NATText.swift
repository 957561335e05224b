// What `amtguardctl status` prints about translated connections.

extension Status {
    /// Empty if connections are not translated and no table is in force.
    var natText: [Line] {
        guard let nat, nat.translation != "no" || nat.inForce == true else { return [] }
        let place = nat.chains?.first.map { " (\($0.words)\(more(than: nat.chains)))" } ?? ""
        var lines = [Line("Translation", nat.translation == "yes" ? "in use\(place)" : nat.translation)]
        let counts = nat.inForce == true ? "; \(nat.redrawn) redrawn, \(nat.refused) refused" : ""
        lines.append(Line("Redraw", nat.standing + counts, nat.tone))
        if let count = nat.victimCount, let worst = nat.victims?.first {
            lines.append(Line("", "cut off: \(count == 1 ? "" : "\(count), the oldest: ")\(worst.words)", .bad))
        }
        return lines
    }

    /// What `amtguardctl nat` prints above the table.
    public var natDetails: [Line] {
        guard let nat else { return [Line("Translation", "unknown: amtguardd is of an older version", .doubtful)] }
        var lines: [Line] = []
        let chains = (nat.chains ?? []).map(\.words) + (nat.legacy == true ? ["legacy iptables"] : [])
        lines.append(
            Line("Translation", nat.translation == "yes" ? "in use" : nat.translation, nat.translation.unknownTone))
        lines += chains.map { Line("", $0) }
        for reason in reasons where reason.id.hasPrefix("translat") || reason.id == "published" {
            lines.append(Line("", reason.says))
            lines += Line.advice(of: reason)
        }
        lines.append(Line("Redraw", "\(nat.redraw), \(nat.standing)", nat.tone))
        lines.append(Line("Redrawn", "\(nat.redrawn)"))
        lines.append(Line("Refused", "\(nat.refused)"))
        guard let victims = nat.victims else { return lines + [Line("Victims", "unknown", .doubtful)] }
        lines.append(Line("Victims", victims.isEmpty ? "none" : "\(nat.victimCount ?? victims.count)"))
        lines += victims.map { Line("", $0.words, .bad) }
        return lines
    }

    private func more(than chains: [Chain]?) -> String {
        let others = (chains?.count ?? 0) - 1
        return others > 0 ? " and \(others) more" : ""
    }
}

extension Status.NAT {
    /// Whether the table is in force, in words.
    fileprivate var standing: String {
        switch inForce {
        case true?: owned == false ? "in force, but other programs can delete it" : "in force"
        case _ where addresses.isEmpty: "not in force: AMT is not known to share an address"
        case false?: translation == "no" && redraw != "yes" ? "not needed: nothing is translated" : "not in force"
        case nil: "unknown"
        }
    }

    fileprivate var tone: Status.Tone {
        if inForce == true { return .good }
        return translation == "yes" && !addresses.isEmpty ? .bad : .plain
    }
}

extension String {
    fileprivate var unknownTone: Status.Tone { self == "unknown" ? .doubtful : .plain }
}
