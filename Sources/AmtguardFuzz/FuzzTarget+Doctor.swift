import AmtguardCore
import AmtguardDoctor

extension FuzzTarget {
    /// Configuration of other programs: files, each after a line `== PATH`.
    @Sendable static func foreignConfiguration(_ bytes: [UInt8]) throws(Violation) {
        let machine = MachineOfFiles(bytes)
        for check in Check.all {
            let findings = check.findings(on: machine, in: unguarded)
            try require(findings.count <= mostFindings, "\(check.id) tells a bounded number: \(findings.count)")
            for finding in findings {
                try require(finding.check == check.id, "\(check.id) does not speak for \(finding.check)")
                let texts = [finding.says, finding.consequence, finding.change].compactMap { $0 }
                for text in texts + [finding.place?.description].compactMap({ $0 }) {
                    try require(text.utf8.count <= 8_192, "\(check.id) tells a bounded text: \(text.utf8.count) bytes")
                }
            }
        }
    }

    /// Twenty of each severity, and a line that there are more.
    private static let mostFindings = Severity.allCases.count * 21

    /// The kernel may choose every port, and no daemon guards, so the checks report the most.
    private static var unguarded: Situation {
        var situation = Situation()
        situation.required = .ofAMT
        situation.reserved = PortSet()
        situation.reach = PortSet(1...65535)
        situation.sharing = .shared(["192.0.2.20"])
        return situation
    }
}

/// A machine with these files only.
private struct MachineOfFiles: Machine {
    private var files: [String: [UInt8]] = [:]

    init(_ bytes: [UInt8]) {
        var path: String?
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if line.starts(with: Array("== ".utf8)) {
                let name = String(decoding: line.dropFirst(3), as: UTF8.self)
                path = name.utf8.count < 256 ? name : nil
            } else if let path {
                files[path, default: []] += line + [UInt8(ascii: "\n")]
            }
        }
    }

    func read(_ path: String) -> [UInt8]? { files[path] }

    func names(in directory: String) -> [String] {
        let prefix = directory + "/"
        let names = files.keys.filter { $0.hasPrefix(prefix) }
            .compactMap { $0.dropFirst(prefix.count).split(separator: "/").first.map(String.init) }
        return Set(names).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    func namespaces() -> NamespaceSurvey { NamespaceSurvey([]) }
}
