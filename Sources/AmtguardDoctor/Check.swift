/// One test of the doctor, with its identifier.
///
/// A check is one file in `Checks/`: it reads through an `Examination`, and reports what it found there. To add one,
/// write that file, its line in `Check.all`, its table of configurations in the tests, and its anchor in
/// `docs/DOCTOR.md`; `make test` lists what is missing.
public struct Check: Sendable {
    /// Stable, because scripts use it, and `docs/DOCTOR.md` has an anchor of this name.
    public let id: String
    /// The program whose settings it reads: "Unbound", "the kernel".
    public let component: String
    /// What it examines, for people: "the ports of its queries".
    public let subject: String
    let examine: @Sendable (Examination) -> Void

    init(_ id: String, of component: String, _ subject: String, examine: @escaping @Sendable (Examination) -> Void) {
        self.id = id
        self.component = component
        self.subject = subject
        self.examine = examine
    }

    /// Runs the check. If nothing was reported, the check has passed: one finding says so.
    public func findings(on machine: any Machine, in situation: Situation) -> [Diagnosis.Finding] {
        let examination = Examination(self, machine, situation)
        examine(examination)
        guard examination.findings.isEmpty else { return examination.findings }
        return [
            Diagnosis.Finding(check: id, severity: .ok, component: component, says: "\(subject): nothing to report")
        ]
    }
}

extension Check {
    /// All checks, in the order of the output: those of the whole machine first.
    public static let all: [Check] = [
        .guard, .portRange, .unprivilegedPorts, .autobindReuse, .listWriters, .listSyntax, .tuned, .kubernetes, .talos,
        .translation, .published, .namespaces, .userNetwork, .sunrpc, .bindresvport, .lms, .bmc, .versions, .clock,
        .bind, .unbound, .powerdnsRecursor, .dnsmasq, .asterisk, .freeswitch, .haproxy,
    ]
}
