// Which of AMT's ports its firmware is expected to listen on. No port is probed: a packet from this host never reaches
// the firmware. All of it is inferred from what the firmware says of itself.

/// One of AMT's ports, and whether the firmware is expected to listen on it.
public struct ExpectedListener: Hashable, Sendable {
    /// What to expect.
    public enum Expectation: String, Hashable, Sendable, CaseIterable {
        case open
        case closed
        case unknown
    }

    public var port: UInt16
    public var `protocol`: LocalSocket.TransportProtocol
    public var expected: Expectation
    /// The evidence, or why it is unknown; one line.
    public var evidence: String

    /// All of AMT's ports, for this state and this last answer.
    static func all(_ state: AMTState, _ answer: FirmwareAnswer?) -> [ExpectedListener] {
        if case .impossible = state { return [] }
        let all = AMTService.allCases.flatMap { service in
            let (expected, evidence) = service.judge(state, answer)
            return service.ports.map {
                ExpectedListener(
                    port: $0, protocol: service.protocol, expected: expected, evidence: evidence)
            }
        }
        return all.sorted { ($0.protocol.rawValue, $0.port) < ($1.protocol.rawValue, $1.port) }
    }
}

extension AMTService {
    fileprivate func judge(_ state: AMTState, _ answer: FirmwareAnswer?) -> (ExpectedListener.Expectation, String) {
        // Before the set-up and after switching off, the hardware may divert these ports or not: there is no evidence.
        switch state {
        case .impossible: return (.closed, state.because)
        case .unknown(let reason): return (.unknown, "AMT's state is not known: \(reason)")
        case .disabled: return (.unknown, "it is not known what happens to the port while AMT is disabled")
        case .unprovisioned:
            return (.unknown, "it is not known what happens to the port before AMT is provisioned")
        case .provisioning: return (.unknown, "it is not known what happens to the port while AMT is provisioned")
        case .provisioned: break
        }
        guard self != .rmcp else { return (.unknown, "the firmware does not report whether it answers RMCP") }
        guard let answer else { return (.unknown, "the firmware was not asked") }
        guard let security = answer.security.value else {
            return (.unknown, "TLS: \(answer.security.reason ?? "not reported")")
        }
        guard security.networkInterfaceEnabled else {
            return (.closed, "the firmware says that it does not use the network")
        }
        if [.redirection, .redirectionTLS].contains(self) {
            guard let redirection = answer.redirection.value else {
                return (.unknown, "redirection: \(answer.redirection.reason ?? "not reported")")
            }
            guard !redirection.intersection([.sol, .ider, .kvm]).isEmpty else {
                return (.closed, "provisioned, SOL, IDE-R and KVM are off")
            }
        }
        return byTLS(security.tls, Generation(answer.amtVersion.value))
    }

    private func byTLS(_ tls: Bool, _ generation: Generation) -> (ExpectedListener.Expectation, String) {
        switch (tls, generation) {
        case (true, _):
            return isOfTLS ? (.open, "provisioned, TLS is on") : (.closed, "provisioned, TLS is on")
        case (false, .tlsOnly):
            let evidence = "provisioned, firmware from 19 on serves only TLS"
            return isOfTLS ? (.open, evidence) : (.closed, evidence)
        case (false, .tlsOutside):
            return (.unknown, "provisioned, TLS is off, and firmware from 16.1 on serves the network only by TLS")
        case (false, .free):
            return isOfTLS ? (.closed, "provisioned, TLS is off") : (.open, "provisioned, TLS is off")
        }
    }
}

/// How the firmware's generation handles TLS.
private enum Generation {
    case free, tlsOutside, tlsOnly

    /// `16.1.25`; without a version, the older way.
    init(_ version: String?) {
        let numbers = (version ?? "").split(separator: ".").prefix(2).map { Int($0) ?? 0 }
        let (major, minor) = (numbers.first ?? 0, numbers.count > 1 ? numbers[1] : 0)
        self = major >= 19 ? .tlsOnly : (major, minor) >= (16, 1) ? .tlsOutside : .free
    }
}
