import AmtguardCore
import AmtguardDoctor

// A diagnosis for people and for programs.

extension Diagnosis {
    /// The most severe findings first, and a last line that counts the findings.
    ///
    /// - Parameter isVerbose: Adds the passed checks, and notes in full.
    func text(isVerbose: Bool) -> [Status.Line] {
        var lines: [Status.Line] = []
        let needRoot = isVerbose ? [] : findings(.unknown).filter(\.needsRoot)
        for severity in Severity.allCases.reversed() where severity != .ok || isVerbose {
            for finding in findings(severity) where !needRoot.contains(finding) {
                lines += isVerbose || severity.isAlarm ? finding.text : [finding.line]
            }
        }
        if let first = needRoot.first {
            let more = needRoot.count > 1 ? " and \(needRoot.count - 1) more" : ""
            lines.append(
                Status.Line(
                    "unknown", "\(first.place.map { "\($0)" } ?? first.component)\(more) can't be read", .doubtful))
            lines.append(.advice("Run amtguardctl doctor as root to see the rest."))
        }
        return lines + [Status.Line("Result", result, worst.tone)]
    }

    /// "1 problem, 2 warnings; 20 of 23 checks found nothing"
    private var result: String {
        let counts = Severity.allCases.reversed().filter { $0 != .ok }.compactMap { severity -> String? in
            let count = findings(severity).count
            guard count > 0 else { return nil }
            return severity == .unknown ? "\(count) unknown" : "\(count) \(severity)\(count == 1 ? "" : "s")"
        }
        let passed = "\(self.passed) of \(checks == 1 ? "1 check" : "\(checks) checks") found nothing"
        return counts.isEmpty ? passed : "\(counts.joined(separator: ", ")); \(passed)"
    }

    /// What `amtguardctl doctor --json` prints.
    var json: JSON {
        [
            "schema": 1, "version": .string(amtguardVersion), "worst": .string(worst.rawValue),
            "checks": .number(Int64(checks)), "findings": .array(findings.map(\.json)),
        ]
    }
}

extension Diagnosis.Finding {
    /// One line: what was found, and where.
    fileprivate var line: Status.Line {
        let place = place.map { " (\($0))" } ?? ""
        return Status.Line(severity.rawValue, "\(component): \(says)\(place) [\(check)]", severity.tone)
    }

    /// All of it.
    fileprivate var text: [Status.Line] {
        var lines = [Status.Line(severity.rawValue, "\(component): \(says)", severity.tone)]
        if let place { lines.append(Status.Line("", "\(place)")) }
        if let consequence { lines.append(Status.Line("", consequence)) }
        if let change { lines.append(.advice(change)) }
        if severity != .ok { lines.append(Status.Line("", "See \(link)", .faint)) }
        return lines
    }

    /// Where the check is explained.
    private var link: String { "/usr/share/doc/amtguard/docs/DOCTOR.md#\(check)" }

    fileprivate var json: JSON {
        func text(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }
        return [
            "check": .string(check), "severity": .string(severity.rawValue), "component": .string(component),
            "file": text(place?.file), "line": place?.line.map { .number(Int64($0)) } ?? .null, "says": .string(says),
            "consequence": text(consequence), "change": text(change), "link": .string(link),
        ]
    }
}

extension Severity {
    fileprivate var tone: Status.Tone {
        switch self {
        case .ok: .good
        case .note: .plain
        case .unknown, .warning: .doubtful
        case .problem: .bad
        }
    }
}
