// Which of AMT's ports its firmware is expected to listen on. No port is probed, because a packet from this host never
// reaches the firmware. Everything is inferred from the firmware's answers.

/// One of AMT's ports, and whether the firmware is expected to listen on it.
public struct ExpectedListener: Hashable, Sendable {
    /// What to expect.
    public enum Expectation: String, Hashable, Sendable, CaseIterable {
        /// The firmware is expected to listen.
        case open
        /// The firmware is not expected to listen, because a service or the network is off.
        case closed
        /// There is no evidence for either, or the firmware was not asked.
        case unknown
    }

    /// The port on AMT's address.
    public var port: UInt16
    /// TCP and UDP of one port may belong to different services.
    public var `protocol`: LocalSocket.TransportProtocol
    /// An inference, as no packet of this host reaches the firmware.
    public var expected: Expectation
    /// The evidence, or why it is unknown; one line.
    public var evidence: String

    /// All of AMT's ports, for this state and this last answer.
    ///
    /// - Parameter version: AMT's version, else that of the engine's firmware; `nil` if neither is known.
    static func all(_ state: AMTState, _ answer: FirmwareAnswer?, version: String?) -> [ExpectedListener] {
        if case .impossible = state { return [] }
        let version = version.flatMap(FirmwareVersion.init)
        let all = AMTService.allCases.flatMap { service in
            service.ports.map { port in
                let (expected, evidence) = service.judge(port, state, answer, version)
                return ExpectedListener(
                    port: port, protocol: service.protocol, expected: expected, evidence: evidence)
            }
        }
        return all.sorted { ($0.protocol.rawValue, $0.port) < ($1.protocol.rawValue, $1.port) }
    }
}

extension AMTService {
    private typealias Judgement = (ExpectedListener.Expectation, String)

    fileprivate func judge(
        _ port: UInt16, _ state: AMTState, _ answer: FirmwareAnswer?, _ version: FirmwareVersion?
    ) -> (ExpectedListener.Expectation, String) {
        // There is no evidence whether the hardware diverts these ports before the set-up or after switching off.
        switch state {
        case .impossible: return (.closed, state.because)
        case .unknown(let reason): return (.unknown, "AMT's state is not known: \(reason)")
        case .disabled: return (.unknown, "it is not known what happens to the port while AMT is disabled")
        case .unprovisioned:
            if self == .rmcp, port == 623, let version, version >= .answersPingsEarly {
                return (.open, "firmware from 6.1 on answers RMCP pings before it is provisioned")
            }
            return (.unknown, "it is not known what happens to the port before AMT is provisioned")
        case .provisioning: return (.unknown, "it is not known what happens to the port while AMT is provisioned")
        case .provisioned: break
        }
        if let elsewhere = answer.flatMap(byNetwork) { return elsewhere }
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
        let (expected, evidence) = byTLS(security.tls, version)
        return isTunnelled(answer) && expected == .open
            ? (expected, evidence + ", only for remote access") : (expected, evidence)
    }

    /// Outside its company's network, AMT serves only the tunnel that it opens itself.
    private func byNetwork(_ answer: FirmwareAnswer) -> Judgement? {
        answer.remoteAccess.value?.network == .outside && !isTunnelled(answer)
            ? (.closed, "provisioned, and the firmware says that it is outside its company's network") : nil
    }

    private func isTunnelled(_ answer: FirmwareAnswer) -> Bool {
        answer.remoteAccess.value.map { $0.network == .outside && $0.connection == .connected } ?? false
    }

    /// Source: Intel's page "Intel AMT and Security Considerations". Without a version, assumes older firmware.
    private func byTLS(_ tls: Bool, _ version: FirmwareVersion?) -> Judgement {
        let evidence: String
        switch version {
        case _ where tls: evidence = "provisioned, TLS is on"
        case let version? where version >= .servesTLSOnly: evidence = "provisioned, firmware from 19 on serves TLS only"
        case let version? where version >= .servesNetworkByTLSOnly:
            // The firmware still serves this host without TLS.
            let firmware = "firmware from 16.1 on serves the network by TLS only"
            return isOfTLS
                ? (.open, "provisioned, \(firmware)") : (.unknown, "provisioned, TLS is off, and \(firmware)")
        default: return isOfTLS ? (.closed, "provisioned, TLS is off") : (.open, "provisioned, TLS is off")
        }
        return isOfTLS ? (.open, evidence) : (.closed, evidence)
    }
}

/// The first two numbers of a version of the firmware.
private struct FirmwareVersion: Comparable {
    private let major: Int
    private let minor: Int

    private init(_ major: Int, _ minor: Int) {
        (self.major, self.minor) = (major, minor)
    }

    /// `16.1.25`; `nil` if it does not begin with two numbers.
    init?(_ text: String) {
        let numbers = text.split(separator: ".").prefix(2).compactMap { Int($0) }
        guard numbers.count == 2 else { return nil }
        self.init(numbers[0], numbers[1])
    }

    static let answersPingsEarly = FirmwareVersion(6, 1)
    static let servesNetworkByTLSOnly = FirmwareVersion(16, 1)
    static let servesTLSOnly = FirmwareVersion(19, 0)

    static func < (a: Self, b: Self) -> Bool { (a.major, a.minor) < (b.major, b.minor) }
}
