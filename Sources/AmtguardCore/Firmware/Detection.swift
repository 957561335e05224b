/// Everything that is known about AMT: the last reading of each kind, and the judgement. Within one boot it forgets no
/// evidence.
struct Detection: Hashable, Sendable {
    private(set) var basis: StateJudgement.Basis
    /// Updated when a reading arrives, so that a look at the list needs no judgement.
    private(set) var judgement: StateJudgement
    /// When the firmware was last asked.
    private(set) var inquiredAt: Moment?
    /// AMT's last statements that stay valid while it is silent: its version and its interfaces.
    private(set) var heard: FirmwareAnswer?
    /// The host's interfaces; `nil` if they can't be read.
    private(set) var interfaces: [HostInterface]?
    private var interfacesFailure: ReadingFailure?
    /// The host's addresses, and lost ones as long as AMT still reports them.
    private(set) var had: Set<IPv4Address> = []
    private(set) var sockets: SocketReading?
    private var socketsFailure: ReadingFailure?
    /// Whether a reading of the sockets was tried.
    private(set) var soughtSockets = false
    private var isWirelessDiverted: Bool?

    init(sawCSME: Bool, sighting: AMTSighting?) {
        basis = StateJudgement.Basis(sawCSME: sawCSME, sighting: sighting)
        judgement = StateJudgement(basis)
    }

    /// Whether a CSME was ever seen in this boot.
    var sawCSME: Bool { basis.sawCSME }
    /// The last sighting of AMT in this boot.
    var sighting: AMTSighting? { basis.sighting }
    var state: AMTState { judgement.state }
    /// All evidence for and against AMT, the deciding one first.
    var evidence: [Evidence] { judgement.evidence }

    /// Takes over what another guardian saw in this boot.
    mutating func recall(sawCSME: Bool, sighting: AMTSighting?) {
        if sawCSME { basis.sawCSME = true }
        if let sighting { basis.sighting = sighting }
        judge()
    }

    /// Takes a reading of `/sys`. A part that could not be read keeps its last known value.
    mutating func observe(_ presence: Presence) {
        let presence = presence.completed(by: basis.presence)
        basis.presence = presence
        if presence.speaksForCSME { basis.sawCSME = true }
        // The firmware may stop showing it later in this boot.
        if presence.showsAMT, basis.sighting == nil { basis.sighting = .present }
        judge()
    }

    mutating func observe(_ inquiry: FirmwareInquiry, at now: Moment) {
        basis.inquiry = inquiry
        inquiredAt = now
        judge()
        if let sighting = judgement.sighting {
            // `present` is weaker than an earlier sighting.
            if sighting != .present || basis.sighting == nil { basis.sighting = sighting }
            if let answer = inquiry.answer, answer.amthi.value == .answers { heard = answer.completed(by: heard) }
        }
    }

    mutating func observe(_ smbios: SMBIOSReading?) {
        basis.smbios = smbios
        judge()
    }

    mutating func observe(_ interfaces: [HostInterface]?, _ failure: ReadingFailure? = nil) {
        self.interfaces = interfaces
        interfacesFailure = failure
        guard let interfaces else { return }
        let said = [heard?.wired, heard?.wireless].compactMap { $0?.value?.ipv4 }
        had = Set(interfaces.flatMap(\.ipv4)).union(had.intersection(said))
    }

    mutating func observe(_ sockets: SocketReading?, _ failure: ReadingFailure? = nil) {
        self.sockets = sockets
        socketsFailure = failure
        soughtSockets = true
    }

    mutating func observe(wirelessDiverted: Bool?) { isWirelessDiverted = wirelessDiverted }

    private mutating func judge() { judgement = StateJudgement(basis) }

    /// The version of AMT, else that of the engine's firmware, from any source.
    var firmwareVersion: String? {
        // If there are two engines, the version of the one that answered.
        let asked = basis.inquiry?.answer.flatMap { $0.device.value == nil ? nil : $0.firmwareVersion.value }
        return heard?.amtVersion.value ?? asked
            ?? basis.presence?.candidates.lazy.compactMap(\.firmwareVersion).first
    }

    /// AMT's interfaces; `nil` until any are known.
    var amtInterfaces: [AMTInterface]? {
        if case .impossible = state { return [] }
        let now = basis.inquiry?.answer
        // If AMT is disabled now, its earlier statements do not count.
        let former: FirmwareAnswer? = if case .disabled = state { nil } else { heard }
        guard now != nil || former != nil else { return nil }
        return AMTInterface.Medium.allCases.map { medium in
            let said = now?[medium] ?? .unknown("the firmware did not answer")
            let before = said.value == nil ? former?[medium].value : nil
            var interface = AMTInterface(
                medium, before.map(Finding.known) ?? said, among: interfaces, isWirelessDiverted: isWirelessDiverted)
            interface.isFormer = before != nil
            return interface
        }
    }

    /// Which ports AMT is expected to listen on; `nil` until the firmware was asked.
    var expectedListeners: [ExpectedListener]? {
        if case .impossible = state { return [] }
        guard basis.inquiry != nil else { return nil }
        return ExpectedListener.all(state, basis.inquiry?.answer, version: firmwareVersion)
    }

    /// Listeners of this host on AMT's ports; `nil` if unknown.
    var hostListeners: [HostListener]? {
        sockets.map { HostListener.all($0.listeners) }
    }
}

extension FirmwareAnswer {
    fileprivate subscript(_ medium: AMTInterface.Medium) -> Finding<LANSettings> {
        medium == .wired ? wired : wireless
    }

    /// This answer, with its gaps filled from a former one.
    fileprivate func completed(by former: FirmwareAnswer?) -> FirmwareAnswer {
        var whole = self
        if let former {
            if wired.value == nil { whole.wired = former.wired }
            if wireless.value == nil { whole.wireless = former.wireless }
            if amtVersion.value == nil { whole.amtVersion = former.amtVersion }
        }
        return whole
    }
}

extension Presence {
    /// Whether anything here makes a management engine possible, even at an unusual address. Then AMT is never
    /// "impossible".
    public var speaksForCSME: Bool {
        !heci.isEmpty || !offeringAMTHI.isEmpty || !offeringWatchdog.isEmpty || devices.contains(where: \.isOfCSME)
    }

    /// Whether it shows something that only firmware with AMT shows.
    var showsAMT: Bool { !offeringAMTHI.isEmpty || !offeringWatchdog.isEmpty || !serialOverLAN.isEmpty }

    /// The nodes of the CSME, with any index: not those of a graphics card (`kind` gsc, gscfi).
    public var csmeDevices: [Device] {
        devices.filter { device in
            guard device.isOfCSME, let parent = device.parent else { return false }
            return heci.contains(parent) || offeringAMTHI.contains(parent) || offeringWatchdog.contains(parent)
        }
    }
}

extension Presence.Device {
    /// Whether it is of the CSME, not of a graphics card (`kind` gsc, gscfi) or a touch screen.
    public var isOfCSME: Bool { kind == nil || kind == "mei" }

    /// Its owner, for people.
    var owner: String {
        switch kind {
        case nil, "mei": "the management engine"
        case "gsc", "gscfi": "a graphics card"
        case let kind?: "another device (\(kind))"
        }
    }
}

extension Detection {
    /// What is unknown about AMT, and what to do about it.
    var reasons: [Reason] {
        var reasons: [Reason] = []
        let failure = basis.inquiry.flatMap { $0.word == FirmwareAnswer.Outcome.answered.word ? nil : $0 }
        switch state {
        case .impossible: return []
        case .unknown(let reason):
            reasons.append(.unknown(reason, failure, advice: basis.deadEnd?.advice))
        case .disabled, .unprovisioned, .provisioning:
            reasons += failure.map { [.notAsked($0, advice: basis.deadEnd?.advice)] } ?? []
        case .provisioned(nil):
            let answer = basis.inquiry?.answer
            reasons.append(
                .unknownControlMode(
                    answer?.controlMode.reason ?? "the firmware says \(answer?.controlMode.value?.word ?? "nothing")"))
        case .provisioned: break
        }
        reasons += unreadReasons
        if let interfacesFailure { reasons.append(.unknownInterfaces(interfacesFailure)) }
        if soughtSockets, sockets == nil { reasons.append(.unknownSockets(socketsFailure)) }
        return reasons
    }

    /// Without AMT nothing is reserved, but a server's BMC may take 623 and 664. This reason is only a hint, and does
    /// not change the verdict.
    var controllerReasons: [Reason] {
        let names =
            (basis.presence?.controllers ?? []) + (basis.smbios?.describesIPMI == true ? ["SMBIOS type 38"] : [])
        return names.isEmpty ? [] : [.managementController(names)]
    }

    /// The parts of `/sys` that could not be read.
    var unreadReasons: [Reason] {
        guard let presence = basis.presence else { return [] }
        return Presence.Part.allCases.compactMap { part in
            presence.failures[part].map { Reason.unread(part, $0) }
        }
    }
}
