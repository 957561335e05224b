// What `amtguardctl status` prints. Every word of it is in the JSON as well.

extension Status {
    /// How a line is to be shown; the words carry the meaning, the colour only underlines it.
    public enum Tone: Hashable, Sendable { case plain, good, doubtful, bad, faint }

    /// A label, a value and its tone.
    public struct Line: Hashable, Sendable {
        public var label: String
        public var value: String
        public var tone: Tone = .plain
    }

    /// The status for people, the verdict first, one fact a line.
    public var text: [Line] {
        var lines = [Line(label: "Verdict", value: "\(verdict.words) since \(since)", tone: verdict.tone)]
        for reason in reasons {
            lines.append(Line(label: "", value: reason.says))
            if let advice = reason.advice { lines.append(Line(label: "", value: "→ \(advice)", tone: .faint)) }
        }
        lines.append(Line(label: "AMT", value: amt.state + (amt.version.map { ", firmware \($0)" } ?? "")))
        lines += amt.evidence.map { Line(label: "", value: "\($0.source): \($0.says)", tone: .faint) }
        lines.append(Line(label: "Required", value: shown(ports.required)))
        lines.append(Line(label: "Reserved", value: ports.reserved.map(shown) ?? "unknown"))
        lines.append(Line(label: "Owned", value: shown(ports.owned)))
        lines.append(Line(label: "Ephemeral", value: ports.ephemeralRange ?? "unknown"))
        if !ports.exposed.isEmpty { lines.append(Line(label: "Exposed", value: shown(ports.exposed), tone: .bad)) }
        lines.append(Line(label: "Watch", value: Watch(watch).word))
        lines.append(Line(label: "Repairs", value: "\(repairs.count)" + (contested ? ", contested" : "")))
        if let last = repairs.last {
            lines.append(
                Line(label: "", value: "last at \(last.at) by \(last.writer.map(\.description) ?? "an unnamed writer")")
            )
            lines.append(Line(label: "", value: "found \(shown(last.found)), restored \(shown(last.restored))"))
        }
        lines.append(Line(label: "Observed", value: "\(observed.at), amtguardd \(version)", tone: .faint))
        return lines
    }

    /// A long list is cut for the terminal; the JSON has all of it.
    private func shown(_ list: String) -> String {
        guard !list.isEmpty else { return "none" }
        return (try? PortSet(kernel: Array(list.utf8)))?.abbreviated(to: 100) ?? "unreadable"
    }
}

extension Verdict {
    fileprivate var tone: Status.Tone {
        switch self {
        case .protected, .notNeeded: .good
        case .degraded: .doubtful
        case .exposed: .bad
        }
    }
}
