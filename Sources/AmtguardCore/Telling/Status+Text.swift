// What `amtguardctl status` prints. The JSON contains every word of it as well.

extension Status {
    /// How to show a line. The words carry the meaning; the colour only emphasizes it.
    public enum Tone: Hashable, Sendable {
        /// A fact that is neither good nor bad.
        case plain
        /// All is well.
        case good
        /// Something needs attention, or is unknown.
        case doubtful
        /// Required ports are exposed.
        case bad
        /// An addition, such as advice.
        case faint
    }

    /// A label, a value and its tone.
    public struct Line: Hashable, Sendable {
        /// The subject; empty if it continues the fact above.
        public var label: String
        /// The fact, on one line of any length.
        public var value: String
        /// The tone of the value alone.
        public var tone: Tone
        /// How many characters of the value have the tone; `nil` if all.
        public var emphasis: Int?
        /// Whether it is advice about the line above; then an arrow precedes it.
        public var isAdvice = false

        /// A line; an empty label continues the fact above. Characters that may not be shown are replaced.
        public init(_ label: String, _ value: String, _ tone: Tone = .plain) {
            self.label = label.oneLine
            self.value = value.oneLine
            self.tone = tone
        }

        /// Advice.
        public static func advice(_ text: String) -> Line {
            var line = Line("", text, .faint)
            line.isAdvice = true
            return line
        }

        /// The advice of a reason, if it has any.
        public static func advice(of reason: Reason) -> [Line] {
            reason.advice.map { [advice($0)] } ?? []
        }
    }

    /// The status for people, the verdict first, one fact per line.
    public var text: [Line] { text(verdict: Line("Verdict", "\(verdict.words) since \(since)", verdict.tone)) }

    /// The status for people, with another verdict.
    ///
    /// - Parameter showsOwnLook: Whether the ports are from amtguardctl's own look, later than the rest.
    func text(verdict: Line, showsOwnLook: Bool = false) -> [Line] {
        var lines = [verdict]
        for reason in reasons {
            lines.append(Line("", reason.says))
            lines += Line.advice(of: reason)
        }
        if mode != Configuration.Mode.auto.rawValue { lines.append(Line("Mode", "\(mode) (amtguard.conf)")) }
        lines += amtText
        lines.append(Line("Required", shown(ports.required)))
        let source = showsOwnLook ? " (read from the kernel now)" : ""
        lines.append(Line("Reserved", (ports.reserved.map(shown) ?? "unknown") + source))
        lines.append(Line("Owned", shown(ports.owned)))
        lines.append(Line("Range", ports.ephemeralRange ?? "unknown"))
        switch ports.exposed {
        case nil: lines.append(Line("Exposed", "unknown", .doubtful))
        case let exposed? where !exposed.isEmpty: lines.append(Line("Exposed", shown(exposed), .bad))
        default: break
        }
        lines += holdText
        lines += victimText
        lines += natText
        lines.append(Line("Watch", watch.known?.word ?? watch.text))
        if let watchShortfall { lines.append(Line("", "no better watch: \(watchShortfall)", .faint)) }
        lines.append(Line("Repairs", "\(repairs.count)" + (contested ? ", repeatedly overwritten" : "")))
        if let last = repairs.last {
            lines.append(
                Line("", "last at \(last.at) by \(last.writer.map(\.description) ?? "an unnamed writer")")
            )
            lines.append(Line("", "found \(shown(last.found)), restored \(shown(last.restored))"))
            if let after = last.brokenAfter {
                lines.append(Line("", "broken at some time between \(after) and \(last.at)", .doubtful))
            }
        }
        if let prevented, prevented.count > 0 {
            lines.append(Line("Prevented", prevented.count.times))
            if let last = prevented.last {
                lines.append(Line("", "last at \(last.at) by \(last.writer)"))
                lines.append(Line("", "asked for \(shown(last.asked)), kept \(shown(last.kept))"))
            }
        }
        if let lastWriters, lastWriters.count > 1 {
            lines.append(Line("Writers", "\(lastWriters[0].writer) at \(lastWriters[0].at)"))
            lines += lastWriters.dropFirst().map { Line("", "\($0.writer) at \($0.at)") }
        }
        lines += probeText
        lines.append(Line("Observed", "\(observed.at), amtguardd \(version)", .faint))
        return lines
    }

    /// A long list is cut for the terminal; the JSON contains all of it.
    func shown(_ list: String) -> String {
        guard !list.isEmpty else { return "none" }
        return PortSet(told: list)?.abbreviated(to: 100) ?? "unreadable"
    }
}

/// A word with a tone.
protocol Toned {
    /// The word for people.
    var words: String { get }
    var tone: Status.Tone { get }
}

extension Told where Known: Toned {
    var words: String { known?.words ?? text }
    var tone: Status.Tone { known?.tone ?? .doubtful }
}

extension Verdict: Toned {
    var tone: Status.Tone {
        switch self {
        case .protected, .notNeeded: .good
        case .degraded: .doubtful
        case .exposed: .bad
        }
    }
}

extension Sequence<Status.Line> {
    /// The lines with their labels in one column. `paint` may colour a value, and an arrow precedes advice.
    public func table(
        arrow: String = "→", painting paint: (String, Status.Tone) -> String = { text, _ in text }
    ) -> String {
        let width = (map(\.label.count).max() ?? 0) + 2
        return map { line in
            let label = line.label.isEmpty ? "" : line.label + ":"
            let value = line.isAdvice ? "\(arrow) \(line.value)" : line.value
            let toned = line.emphasis.map(value.prefix) ?? value[...]
            return label + String(repeating: " ", count: width - label.count)
                + paint(String(toned), line.tone) + value.dropFirst(toned.count)
        }.joined(separator: "\n")
    }
}
