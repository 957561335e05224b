/// The first screen of `amtguardctl status`: the verdict and why, what to do, and the facts that matter.
///
/// The full text is `Status.text`. The terminal decides how much of the summary fits, so the parts are separate.
public struct Summary: Hashable, Sendable {
    /// The verdict in one word, and its reason in one sentence.
    public var verdict: Status.Line
    /// What to do; empty if nothing.
    public var advice: [Status.Line]
    /// One fact per line, the most important first.
    public var facts: [Status.Line]
    /// Further reasons, the most severe first.
    public var remarks: [Reason]
    /// Whether all is well; then the screen is short.
    public var isWell: Bool

    /// A summary of `status` under this verdict.
    ///
    /// - Parameters:
    ///   - word: The verdict in words.
    ///   - why: The sentence; `nil` to take it from the first reason.
    init(_ status: Status, _ word: String, _ tone: Status.Tone, why: String?) {
        isWell = tone == .good
        let first = why == nil ? status.reasons.first : nil
        let sentence =
            why ?? [tone == .bad ? status.exposure : nil, first?.says].compactMap { $0 }.joined(separator: ": ")
        verdict = Status.Line("Verdict", word + (sentence.isEmpty ? "" : ": \(sentence)"), tone)
        verdict.emphasis = word.count
        advice = first.map(Status.Line.advice) ?? []
        remarks = Array(status.reasons.dropFirst(first == nil ? 0 : 1))
        facts = status.facts
    }

    /// A summary of amtguardctl's own readings.
    init(_ absence: Absence) {
        var told = absence.status
        told.reasons = absence.reasons
        self.init(told, absence.word, absence.isExposed ? .bad : .doubtful, why: nil)
        // The verdict already names the exposed ports.
        facts = (absence.isExposed ? [] : [Status.Line("Here", absence.here)]) + told.ownFacts
    }
}

extension Assessment {
    /// What `amtguardctl status` prints on one screen.
    public var summary: Summary {
        guard let verdict else { return Summary(status, "unknown", .doubtful, why: nil) }
        return Summary(status, verdict.words, verdict.tone, why: verdict.isWell ? status.whyWell(verdict) : nil)
    }
}

extension Absence {
    /// What `amtguardctl status` prints on one screen, without a daemon: its own look.
    public var summary: Summary { Summary(self) }
}

extension Verdict {
    fileprivate var isWell: Bool { self == .protected || self == .notNeeded }
}

// MARK: - The facts

extension Status {
    /// The risk of an exposed host, for the first sentence.
    fileprivate var exposure: String? {
        ports.exposedSet.map { "the kernel may choose \($0.abbreviated(to: 40))" }
    }

    fileprivate func whyWell(_ verdict: Verdict) -> String {
        guard verdict != .notNeeded else { return amt.evidence.first?.says ?? "AMT is impossible here" }
        return "the kernel chooses none of AMT's ports, \(brief(ports.required))"
    }

    fileprivate var facts: [Line] {
        var facts = [Line("AMT", amt.words)]
        let interfaces = (amt.interfaces ?? []).filter { $0.address != "none" }
        if !interfaces.isEmpty {
            facts.append(
                Line("Address", interfaces.map { "\($0.medium): \($0.words)" }.joined(separator: "; ")))
        }
        if mode != Configuration.Mode.auto.rawValue {
            facts.append(
                Line("Mode", mode == Configuration.Mode.observe.rawValue ? "\(mode): nothing is repaired" : mode))
        }
        guard !ports.required.isEmpty else { return facts + [Line("Since", since), seen] }
        facts.append(reservedFact)
        facts.append(heldFact)
        facts += natFacts
        facts.append(Line("Since", since))
        facts.append(overwrittenFact)
        facts += victimText
        facts += probeText.prefix(1)
        return facts + [seen]
    }

    /// The facts that can be read without a daemon.
    fileprivate var ownFacts: [Line] {
        [Line("AMT", amt.words)] + (ports.required.isEmpty ? [] : [reservedFact])
            + [Line("Seen", "\(observed.at) by amtguardctl \(version)", .faint)]
    }

    private var reservedFact: Line {
        guard let reserved = ports.reservedSet else {
            return Line("Reserved", "unknown", .doubtful)
        }
        let required = PortSet(told: ports.required) ?? PortSet()
        let missing = required.subtracting(reserved)
        let owned = PortSet(told: ports.owned) ?? PortSet()
        let others = reserved.subtracting(required).subtracting(owned)
        let beside = others.isEmpty ? "" : "; beside them \(others.abbreviated(to: 40)) of other programs"
        guard !missing.isEmpty else { return Line("Reserved", "\(brief(ports.required)), all of them\(beside)") }
        let which =
            missing == required
            ? "none of \(brief(ports.required))" : "\(brief(ports.required)) except \(missing.abbreviated(to: 40))"
        return Line("Reserved", which + beside, ports.exposedSet == nil ? .plain : .bad)
    }

    private var heldFact: Line {
        let held = holds.filter { $0.state == "held" }
        let refused = holds.count - held.count
        guard !holds.isEmpty else { return Line("Held", "none") }
        let addresses = Set(held.map(\.address)).sorted()
        let on = addresses.isEmpty ? "" : " on \(addresses.prefix(3).joined(separator: ", "))"
        let more = addresses.count > 3 ? " and \(addresses.count - 3) more addresses" : ""
        let ports = PortSet(merging: held.map { $0.port...$0.port })
        let not = refused == 0 ? "" : "; \(refused == 1 ? "1 hold" : "\(refused) holds") refused"
        return Line("Held", (ports.isEmpty ? "none" : brief("\(ports)")) + on + more + not)
    }

    /// Empty if connections are not translated.
    private var natFacts: [Line] {
        let lines = natText
        guard let nat, let translation = lines.first, lines.count > 1 else { return lines }
        guard nat.inForce == true else {
            return [Line("Translation", "\(translation.value); redraw table \(lines[1].value)", lines[1].tone)]
                + lines.dropFirst(2)
        }
        let now = nat.translation == "no" ? "not in use now" : translation.value
        let counts = "\(nat.redrawn) redrawn, \(nat.refused) refused"
        return [Line("Translation", "\(now), kept off AMT's ports: \(counts)")] + lines.dropFirst(2)
    }

    private var overwrittenFact: Line {
        let prevented = self.prevented?.count ?? 0
        let counts = [
            prevented > 0 ? "\(prevented.times) (prevented)" : nil,
            repairs.count > 0 ? "\(repairs.count.times) (repaired)" : nil,
        ].compactMap { $0 }
        guard !counts.isEmpty else { return Line("Overwritten", "never since amtguardd started") }
        var parts = [counts.joined(separator: ", ")]
        if let last = lastWriters?.first {
            parts.append("last by \(last.writer.brief), \(last.at)")
        } else if let last = repairs.last {
            parts.append("last \(last.at)")
        }
        let before = (lastWriters ?? []).dropFirst().prefix(2).map(\.writer.brief)
        if !before.isEmpty { parts.append("before that by \(before.joined(separator: " and "))") }
        return Line("Overwritten", parts.joined(separator: "; "))
    }

    private var seen: Line { Line("Seen", "\(observed.at) by amtguardd \(version)", .faint) }

    /// A set of ports, cut to a length that is easy to read.
    private func brief(_ list: String) -> String {
        (PortSet(told: list) ?? PortSet()).abbreviated(to: 40)
    }
}
