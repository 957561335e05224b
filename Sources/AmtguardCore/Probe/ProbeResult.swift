/// What a probe observed, and what follows from it.
///
/// Only the observations are recorded; each reader derives the verdicts from them again.
public struct ProbeResult: Hashable, Sendable {
    /// The local address.
    public var from: IPAddress
    /// The address of the service, and its port.
    public var to: IPAddress
    /// The port of the service, on the other machine.
    public var port: UInt16
    /// Whether AMT shares the local address; `nil` if that is unknown.
    public var isShared: Bool?
    /// How long the probe waited for an answer.
    public var waited: Duration
    /// The local ports to try.
    public var plan: ProbePlan
    /// The outcome at each port of the plan.
    public var outcomes: [UInt16: ProbeOutcome]
    /// The ports with which those connections left that got an answer or waited for one; empty in results of older
    /// releases.
    public var departures: [UInt16: ProbeDeparture]
    /// Whether amtguardd reported that this host translates addresses; `nil` if it did not say.
    public var isTranslationReported: Bool?

    /// A result; a port that is missing in `outcomes` was not tried.
    public init(
        from: IPAddress, to: IPAddress, port: UInt16, isShared: Bool?, waited: Duration, plan: ProbePlan,
        outcomes: [UInt16: ProbeOutcome], departures: [UInt16: ProbeDeparture] = [:],
        isTranslationReported: Bool? = nil
    ) {
        self.from = from
        self.to = to
        self.port = port
        self.isShared = isShared
        self.waited = waited
        self.plan = plan
        self.outcomes = outcomes
        self.departures = departures.filter { outcomes[$0.key]?.isComparable == true }
        self.isTranslationReported = isTranslationReported
    }

    func outcome(of port: UInt16) -> ProbeOutcome { outcomes[port] ?? .failed("it was left out") }

    /// The verdict on one port of the plan.
    public func verdict(on port: UInt16) -> ProbeVerdict {
        if doubt(about: port) != nil { return .unknown }
        return ProbeVerdict(outcome(of: port), beside: controls(beside: port).map(outcome))
    }

    /// The controls that left from their own port.
    private func controls(beside port: UInt16) -> [UInt16] {
        plan.controls(beside: port).filter { doubt(about: $0) == nil }
    }

    /// The ports with this verdict.
    public func ports(_ verdict: ProbeVerdict) -> PortSet {
        let ports = plan.ports.ranges.flatMap { $0 }.filter { self.verdict(on: $0) == verdict }
        return PortSet(merging: ports.map { $0...$0 })
    }

    /// Whether it shows anything about any port. If not, it does not replace a result that did.
    public var saysAnything: Bool {
        plan.ports.ranges.contains { $0.contains { outcome(of: $0).wasTried } }
    }

    /// One verdict on all: diverted if any port is, passes if all do, else unknown.
    public var verdict: ProbeVerdict {
        let verdicts = plan.ports.ranges.flatMap { $0 }.map(verdict(on:))
        if verdicts.contains(.diverted) { return .diverted }
        return verdicts.first { $0 != .passes } ?? .passes
    }
}

// MARK: - Words

extension ProbeResult {
    private var way: String { "between \(from) and \(to.with(port: port))" }

    /// The result in one line.
    public var headline: String {
        let count = plan.ports.count
        guard count > 1 else { return headlineOfOne }
        let diverted = ports(.diverted).count
        let passing = ports(.passes).count
        if diverted > 0 {
            let unknown = count - diverted - passing
            return "\(diverted) of \(count) ports \(diverted == 1 ? "is" : "are") diverted \(way)"
                + (unknown > 0 ? "; \(unknown) could not be tested" : "")
        }
        if passing == count { return "none of \(count) ports is diverted \(way)" }
        if passing > 0 {
            return "\(passing) of \(count) ports \(passing == 1 ? "passes" : "pass") \(way); "
                + "the others could not be tested"
        }
        return "it is not known whether any of \(count) ports is diverted \(way)"
    }

    private var headlineOfOne: String {
        switch verdict {
        case .diverted: "port \(plan.ports) is diverted \(way)"
        case .passes: "port \(plan.ports) is not diverted \(way)"
        case .noAnswer, .busy, .notTried, .unknown: "it is not known whether port \(plan.ports) is diverted \(way)"
        }
    }

    /// What was observed at one port, and what it is compared with.
    public func says(of port: UInt16) -> String {
        let outcome = outcome(of: port)
        if let doubt = doubt(about: port) { return "\(outcome.says), but \(doubt.says)" }
        guard outcome == .silent else { return outcome.says }
        let beside = controls(beside: port)
        guard !beside.isEmpty else { return "nothing came back, and there is no port beside it to compare with" }
        if beside.allSatisfy({ self.outcome(of: $0).isAnswer }) {
            let names = beside.map(String.init).joined(separator: " and ")
            return "nothing came back, while \(names) beside it \(beside.count == 1 ? "was" : "were") answered"
        }
        let told = beside.map { "\($0) \(self.outcome(of: $0).isAnswer ? "was answered" : self.outcome(of: $0).word)" }
        return "nothing came back; beside it " + told.joined(separator: ", ")
    }

    /// What to do, one line each.
    public var advice: [String] {
        var advice: [String] = []
        if !ports(.diverted).isEmpty {
            advice.append(
                "Keep these ports reserved, and let no program bind them: what is sent to them never arrives.")
            if isShared == false {
                advice.append(
                    "\(from) is not known to be an address of AMT: a packet filter may be the cause as well.")
            }
        }
        if !ports(.noAnswer).isEmpty {
            advice.append("Probe a service that answers everybody: try to connect to \(to.with(port: port)) first.")
        }
        advice += adviceOnTranslation
        let busy = ports(.busy)
        if !busy.isEmpty {
            advice.append(
                "To probe \(busy), stop the program that has the port, and start it again afterwards: Intel LMS by "
                    + "systemctl stop lms. --ports leaves a port out.")
        }
        if plan.all.contains(where: { outcome(of: $0) == .notPermitted }) {
            advice.append("Only root can probe ports below 1024. To leave them out, use --ports.")
        }
        return advice
    }

    private var adviceOnTranslation: [String] {
        let doubts = Set(plan.ports.ranges.flatMap { $0 }.compactMap(doubt(about:)))
        let isTranslated = doubts.contains { if case .translated = $0 { true } else { false } }
        return [
            isTranslated
                ? "A rule on this host changes the port: see nft list ruleset. While you probe, exclude the host's own "
                    + "connections to \(to) from masquerade and snat." : nil,
            doubts.contains(.untracked) ? "A packet filter of this host may drop them: see nft list ruleset." : nil,
            doubts.contains(.notPermitted) ? "Run the probe as root: it then sees with which port it left." : nil,
        ].compactMap(\.self)
    }
}
