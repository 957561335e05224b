public import AmtguardCore

// What amtguard reports, as far as the doctor needs it.

extension Situation {
    /// The situation that amtguardd reported.
    ///
    /// - Parameter hold: `Hold=` in the present configuration files.
    public init(_ assessment: Assessment, hold: Configuration.HoldPolicy) {
        let status = assessment.status
        self.init(status)
        guarding = Guarding(assessment)
        isHeldStrictly = guarding.acts && hold == .strict
        let isWell = assessment.verdict.map { $0 == .protected || $0 == .notNeeded } ?? false
        complaint = guarding.acts && !isWell ? status.reasons.first?.says : nil
    }

    /// The situation that amtguardctl sees without a report of amtguardd.
    public init(_ absence: Absence) {
        self.init(absence.status)
        guarding =
            absence.reason.id == "not-running"
            ? .absent
            : .unknown(absence.reason.says, advice: absence.reason.advice ?? Guarding.look)
    }

    private init(_ status: Status) {
        self.init()
        required = PortSet(told: status.ports.required) ?? PortSet()
        reserved = status.ports.reservedSet
        reach = status.ports.reach.flatMap(PortSet.init(told:))
        sharing = Sharing(status.amt)
        held = status.held("tcp", onEachOf: sharing.addresses)
        heldUDP = status.held("udp", onEachOf: sharing.addresses)
        isTranslating = status.nat.flatMap { ["yes": true, "no": false][$0.translation] }
        isRedrawing = status.nat?.inForce == true
        // If the addresses of AMT are unknown, amtguardd does not look for such rules.
        if let nat = status.nat, nat.chains != nil, sharing != .unknown {
            published = nat.published.map {
                Published(transport: $0.protocol, port: $0.port, chain: $0.chain.words)
            }
        }
    }
}

extension Sharing {
    init(_ amt: Status.AMT) {
        switch amt.address {
        case "shared":
            let shared = (amt.interfaces ?? []).filter { $0.address == "shared" }
            self = .shared(shared.flatMap(\.hostAddresses))
        case "separate", "none": self = .no
        default: self = .unknown
        }
    }
}

extension Guarding {
    /// The advice if there is none more specific.
    static let look = "Look at journalctl -u amtguardd."

    init(_ assessment: Assessment) {
        let status = assessment.status
        guard assessment.voice == .answers else {
            let reason = assessment.voice.reason
            self = .unknown(
                reason?.says ?? "amtguardd does not answer", advice: reason?.advice ?? Self.look)
            return
        }
        let reserved = status.ports.reservedSet ?? PortSet()
        let missing = (PortSet(told: status.ports.required) ?? PortSet()).subtracting(reserved)
        if status.mode == Configuration.Mode.observe.rawValue {
            self = .observes
        } else if !missing.isEmpty || status.reasons.contains(where: \.isObstacle) {
            self = .hindered
        } else {
            self = .repairs
        }
    }
}

extension Status {
    /// The ports that are held on all these addresses.
    fileprivate func held(_ transport: String, onEachOf addresses: [String]) -> PortSet {
        let sets = addresses.map { address in
            PortSet(
                merging: holds.filter { $0.address == address && $0.protocol == transport && $0.state == "held" }
                    .map { $0.port...$0.port })
        }
        return sets.dropFirst().reduce(sets.first ?? PortSet()) { $0.intersection($1) }
    }
}
