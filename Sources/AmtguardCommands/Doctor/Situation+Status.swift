import AmtguardCore
import AmtguardDoctor
import AmtguardLinux
import Glibc

extension Situation {
    /// What the daemon reported, or what amtguardctl saw without one.
    ///
    /// - Parameter configuration: As the files say it now.
    init(_ outcome: Inquiry.Outcome, _ configuration: Configuration) {
        switch outcome {
        case .report(let assessment):
            self.init(assessment.status)
            isGuarded = assessment.voice == .answers && assessment.status.mode != Configuration.Mode.observe.rawValue
            let isWell = assessment.verdict.map { $0 == .protected || $0 == .notNeeded } ?? false
            complaint = isGuarded && !isWell ? assessment.status.reasons.first?.says : nil
        case .absence(let absence):
            self.init(absence.status)
        }
        isHeldStrictly = isGuarded && configuration.hold == .strict
    }

    private init(_ status: Status) {
        self.init()
        func set(_ text: String?) -> PortSet? { text.flatMap { try? PortSet(kernel: Array($0.utf8)) } }
        required = set(status.ports.required) ?? PortSet()
        if !required.isEmpty {
            tcp = required.union(.ofAMT)
            udp = .ofAMTsUDP
        }
        reserved = set(status.ports.reserved)
        reach = set(status.ports.reach)
        let shared = (status.amt.interfaces ?? []).filter { $0.address == "shared" }
        addresses = shared.flatMap(\.hostAddresses)
        interfaces = shared.flatMap(\.hostInterfaces)
        held = status.held(onEachOf: addresses)
        isTranslating = status.nat.flatMap { ["yes": true, "no": false][$0.translation] }
        isRedrawing = status.nat?.inForce == true
        isRoot = geteuid() == 0
        now = Moment.now().wallClock
    }
}

extension Status {
    /// The TCP ports that are held on all these addresses.
    fileprivate func held(onEachOf addresses: [String]) -> PortSet {
        let sets = addresses.map { address in
            PortSet(
                merging: holds.filter { $0.address == address && $0.protocol == "tcp" && $0.state == "held" }
                    .map { $0.port...$0.port })
        }
        return sets.dropFirst().reduce(sets.first ?? PortSet()) { $0.intersection($1) }
    }
}
