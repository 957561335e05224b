/// What all checks found.
public struct Diagnosis: Hashable, Sendable {
    /// In the order of `Check.all`.
    public let findings: [Finding]
    /// How many checks ran.
    public let checks: Int

    public init(_ findings: [Finding], checks: Int) {
        self.findings = findings
        self.checks = checks
    }

    /// Runs these checks, one after the other.
    ///
    /// - Parameter progress: Called before each check, for people who wait.
    public init(
        _ checks: [Check], on machine: any Machine, in situation: Situation, progress: (Check) -> Void = { _ in }
    ) {
        findings = checks.flatMap { check in
            progress(check)
            return check.findings(on: machine, in: situation)
        }
        self.checks = checks.count
    }

    /// The most severe finding.
    public var worst: Severity { findings.map(\.severity).max() ?? .ok }

    /// How many checks found nothing worse than `ok`.
    public var passed: Int { checks - Set(findings.filter { $0.severity != .ok }.map(\.check)).count }

    /// The findings of this severity.
    public func findings(_ severity: Severity) -> [Finding] { findings.filter { $0.severity == severity } }
}
