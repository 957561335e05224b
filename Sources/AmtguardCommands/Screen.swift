import AmtguardCore

/// A summary on one screen: at most twelve lines if all is well, else twenty-five, and none wider than the terminal.
///
/// The verdict, what to do about it, and the facts come first; long facts are cut. Remarks fill the rest. The last line
/// counts what does not fit, and names the command that shows it.
struct Screen {
    private let summary: Summary
    private let terminal: Terminal

    static let most = 25
    static let mostIfWell = 12

    init(_ summary: Summary, on terminal: Terminal) {
        self.summary = summary
        self.terminal = terminal
    }

    func render() -> String {
        var remarks = summary.remarks.map { reason in
            entry([Status.Line("Also", reason.says)] + Status.Line.advice(of: reason))
        }
        var head = entry([summary.verdict] + summary.advice)
        var facts = summary.facts.map { entry([$0]) }
        let most = summary.isWell ? Self.mostIfWell : Self.most
        // One line is kept for the count of remarks that don't fit.
        let room = most - (remarks.isEmpty ? 0 : 1)
        while head.count + facts.joined().count > room {
            // The longest fact is cut first. The head is cut last, because it says what is wrong.
            if let longest = facts.indices.filter({ facts[$0].count > 1 }).max(by: { facts[$0].count < facts[$1].count }
            ) {
                facts[longest] = cut(facts[longest])
            } else if head.count > 2 {
                head = cut(head)
            } else {
                facts.removeLast()
            }
        }
        var lines = head + facts.joined()
        while let next = remarks.first, lines.count + next.count <= (remarks.count == 1 ? most : most - 1) {
            lines += next
            remarks.removeFirst()
        }
        if !remarks.isEmpty {
            let count = remarks.count == 1 ? "1 remark" : "\(remarks.count) remarks"
            lines.append(Status.Line("More", "\(count): amtguardctl status --verbose", .faint))
        }
        return terminal.table(lines)
    }

    /// The width of the widest label on the screen, so that each entry can be folded by itself.
    private var labels: Int {
        ([summary.verdict] + summary.facts).map(\.label.count).max().map { $0 + 2 } ?? 0
    }

    private func entry(_ lines: [Status.Line]) -> [Status.Line] {
        let lines = lines.map { $0.shown(on: terminal) }
        guard terminal.folds else { return lines }
        return lines.flatMap { $0.folded(to: max(10, terminal.width - labels), breaking: true) }
    }

    /// Without the last line; the line before it then ends in dots.
    private func cut(_ lines: [Status.Line]) -> [Status.Line] {
        var lines = Array(lines.dropLast())
        let end = terminal.isUTF8 ? "…" : "..."
        let room = terminal.width - labels - end.count
        if let last = lines.indices.last {
            let value = lines[last].value
            guard !value.hasSuffix(end) else { return lines }
            lines[last].value = (value.count > room ? String(value.prefix(room)) : value) + end
        }
        return lines
    }
}
