// What amtguard reports about the last probe, and how the report is made.

extension Status {
    /// The last probe: `amtguardctl probe`.
    public struct Probe: Hashable, Sendable, Codable {
        /// When amtguardd recorded it, on the wall clock, for people.
        public var at: String
        /// As `at`, on the boot clock, in microseconds.
        public var bootUSec: Int64
        /// The local address.
        public var from: String
        /// `192.0.2.2:22`
        public var to: String
        /// Whether AMT shares the local address; `nil` if that is not known.
        public var shared: Bool?
        /// Whether this host translated addresses; `nil` if that is not known, or an older release made the probe.
        public var translated: Bool?
        /// How long it waited for answers, in milliseconds.
        public var waitedMSec: Int64
        /// The verdict on all ports together.
        public var verdict: Told<ProbeVerdict>
        /// The result, in one line.
        public var says: String
        /// What to do.
        public var advice: [String]
        /// The ports in question, in ascending order.
        public var ports: [ProbedPort]
        /// The control ports, with which they are compared.
        public var controls: [ProbedControl]
    }

    /// A probed port.
    public struct ProbedPort: Hashable, Sendable, Codable {
        /// The local TCP port.
        public var port: UInt16
        /// What follows from the comparison with the controls.
        public var verdict: Told<ProbeVerdict>
        /// The outcome of its connection, a word for programs: `ProbeOutcome`.
        public var outcome: String
        /// The address and the port with which the connection left; `nil` if that is not known.
        public var left: String?
        /// The observation and the comparison, for people.
        public var says: String
    }

    /// A control port, for comparison.
    public struct ProbedControl: Hashable, Sendable, Codable {
        /// The local TCP port.
        public var port: UInt16
        /// The outcome of its connection, a word for programs: `ProbeOutcome`.
        public var outcome: String
        /// The address and the port with which the connection left; `nil` if that is not known.
        public var left: String?
        /// The observation, for people.
        public var says: String
    }
}

extension Status.Probe {
    /// The report of `record`.
    public init(_ record: ProbeRecord) {
        let result = record.result
        at = record.at.iso8601
        bootUSec = record.at.instant.sinceBoot.microseconds
        from = result.from.description
        to = result.to.with(port: result.port)
        shared = result.isShared
        translated = result.isTranslating
        waitedMSec = result.waited.microseconds / 1_000
        verdict = Told(result.verdict)
        says = result.headline
        advice = result.advice
        ports = result.plan.ports.ranges.flatMap { $0 }.map {
            Status.ProbedPort(
                port: $0, verdict: Told(result.verdict(on: $0)), outcome: result.outcome(of: $0).word,
                left: result.departure(of: $0), says: result.says(of: $0))
        }
        controls = result.plan.controls.ranges.flatMap { $0 }.map {
            let outcome = result.outcome(of: $0)
            let doubt = result.doubt(about: $0)
            return Status.ProbedControl(
                port: $0, outcome: outcome.word, left: result.departure(of: $0),
                says: outcome.says + (doubt.map { ", but \($0.says)" } ?? ""))
        }
    }
}

// MARK: - Telling

extension Status.Probe {
    /// What `amtguardctl probe` prints, the result first.
    public var text: [Status.Line] {
        var lines = [Status.Line("Probe", says, verdict.tone)]
        lines += advice.map { Status.Line.advice($0) }
        let sharing = shared.map { $0 ? ", which AMT shares" : ", which AMT is not known to share" }
        lines.append(Status.Line("From", from + (sharing ?? "; whether AMT shares it is not known")))
        lines.append(Status.Line("To", to))
        lines.append(Status.Line("Translation", translation))
        lines += ports.map { Status.Line("\($0.port)", "\($0.verdict.words): \($0.says)", $0.verdict.tone) }
        for (index, group) in controlsBySaying.enumerated() {
            lines.append(Status.Line(index == 0 ? "Beside" : "", "\(group.ports): \(group.says)", .faint))
        }
        return lines
    }

    private var translation: String {
        switch translated {
        case true?: "in use on this host"
        case false?: "not in use on this host"
        case nil where isUnclear: "not known whether it changed a port"
        case nil: "it changed none of these ports"
        }
    }

    /// Whether address translation may have changed a port whose verdict assumes that it did not.
    fileprivate var isUnclear: Bool {
        translated == nil
            && ports.contains { $0.left == nil && ($0.verdict == .passes || $0.verdict == .diverted) }
    }

    private var controlsBySaying: [(says: String, ports: PortSet)] {
        controls.reduce(into: []) { groups, control in
            let ports = PortSet(control.port...control.port)
            if let index = groups.firstIndex(where: { $0.says == control.says }) {
                groups[index].ports = groups[index].ports.union(ports)
            } else {
                groups.append((control.says, ports))
            }
        }
    }
}

extension Status {
    /// The last probe in `amtguardctl status`: its result, and when.
    var probeText: [Line] {
        probe.map { probe in
            let translation =
                probe.translated == true
                ? "; address translation was in use then"
                : probe.isUnclear ? "; whether addresses were translated then is not known" : ""
            return [Line("Probe", "\(probe.says), as of \(probe.at)\(translation)", probe.verdict.tone)]
        } ?? []
    }
}
