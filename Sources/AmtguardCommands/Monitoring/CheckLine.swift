import AmtguardCore

/// The output line of a monitoring plugin: the state, why, and the performance data.
///
///     AMTGUARD OK - protected: 6 ports reserved, AMT provisioned | repairs=3c victims=0;0 exposed=0;;0
///
/// The format is that of the Monitoring Plugins Development Guidelines. The text before the bar has at most 80
/// characters, because pagers and columns of overviews show no more.
struct CheckLine: Hashable {
    let exit: ExitStatus
    /// One line, without its end.
    let text: String
    /// Whether amtguardd itself reported this, a moment ago.
    let isReported: Bool

    /// The longest text before the bar.
    static let limit = 80

    init(_ outcome: Inquiry.Outcome) {
        switch outcome {
        case .report(let assessment):
            self.init(
                ExitStatus(outcome), assessment.essence, PerformanceDatum.all(assessment),
                isReported: assessment.voice == .answers)
        case .absence(let absence):
            self.init(
                ExitStatus(outcome), absence.isExposed ? absence.here : absence.reason.says,
                PerformanceDatum.all(absence), isReported: false)
        }
    }

    private init(_ exit: ExitStatus, _ essence: String, _ data: [PerformanceDatum], isReported: Bool) {
        self.exit = exit
        self.isReported = isReported
        // A bar in the text would begin the performance data.
        let shown = essence.oneLine.replacing("|", with: "/").replacing("…", with: "...")
        let text = "AMTGUARD \(exit.word) - \(shown)".cut(to: Self.limit)
        self.text = text + (data.isEmpty ? "" : " | \(data.map(\.description).joined(separator: " "))")
    }
}

extension ExitStatus {
    /// The state's name in monitoring systems.
    var word: String {
        switch self {
        case .good: "OK"
        case .degraded: "WARNING"
        case .exposed: "CRITICAL"
        case .unknown: "UNKNOWN"
        }
    }
}

extension Assessment {
    /// The verdict and its grounds, in a few words.
    fileprivate var essence: String {
        let because = status.reasons.first.map { ": \($0.says)" } ?? ""
        switch verdict {
        case .protected:
            let count = PortSet(told: status.ports.required)?.count ?? 0
            return "protected: \(count == 1 ? "1 port" : "\(count) ports") reserved, AMT \(status.amt.state)"
        case .notNeeded: return "not needed" + (status.amt.evidence.first.map { ": \($0.says)" } ?? "")
        case .exposed:
            return "exposed" + (status.ports.exposedSet.map { ": \($0.abbreviated(to: 40)) not reserved" } ?? because)
        case .degraded: return "degraded\(because)"
        // An outdated report, or the verdict of a newer daemon.
        case nil where isDaemons: return status.verdict.text + because
        case nil: return status.reasons.first?.says ?? "nothing is known"
        }
    }
}

extension String {
    /// Its first words, at most `limit` characters; dots show that something is left out.
    fileprivate func cut(to limit: Int) -> String {
        guard count > limit else { return self }
        let room = prefix(limit - 3)
        // A long word without a blank is broken.
        let end = room.lastIndex(of: " ").flatMap { room.distance(from: $0, to: room.endIndex) <= 20 ? $0 : nil }
        return room[..<(end ?? room.endIndex)].trimmingEnd + "..."
    }
}

extension Substring {
    /// Without the blanks and the punctuation at its end, which would look wrong before dots.
    fileprivate var trimmingEnd: String {
        var text = self
        while let last = text.last, " ,;:(".contains(last) { text.removeLast() }
        return String(text)
    }
}
