// What `amtguardctl status` says of translated connections.

extension Status {
    /// Nothing if there is nothing to say: connections are not translated, and no table is in force.
    var natText: [Line] {
        guard let nat, nat.translation != "no" || nat.inForce == true else { return [] }
        let place = nat.chains?.first.map { " (\($0.words)\(more(than: nat.chains)))" } ?? ""
        var lines = [Line("Translation", nat.translation == "yes" ? "in use\(place)" : nat.translation)]
        switch nat.inForce {
        case true?:
            lines.append(Line("Redraw", "in force; \(nat.redrawn) redrawn, \(nat.refused) refused", .good))
        case false? where nat.addresses.isEmpty: lines.append(Line("Redraw", "not needed: AMT shares no address"))
        case false?: lines.append(Line("Redraw", "not in force", nat.translation == "yes" ? .bad : .plain))
        case nil: lines.append(Line("Redraw", "unknown", .doubtful))
        }
        if let count = nat.victimCount, let worst = nat.victims?.first {
            lines.append(Line("", "cut off: \(count == 1 ? "" : "\(count), the oldest: ")\(worst.words)", .bad))
        }
        return lines
    }

    private func more(than chains: [Chain]?) -> String {
        let others = (chains?.count ?? 0) - 1
        return others > 0 ? " and \(others) more" : ""
    }
}
