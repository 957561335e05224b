// The table of evidence, the strongest first: AMT's own answers, those of the engine's kernel, the BIOS's notes from
// the start of the machine, and the buses.

/// The state of AMT, and the evidence for it.
struct StateJudgement: Hashable, Sendable {
    /// The input of the judgement.
    struct Basis: Hashable, Sendable {
        /// `nil` before the first reading of `/sys`.
        var presence: Presence?
        /// `nil` until the firmware was asked.
        var inquiry: FirmwareInquiry?
        /// `nil` if SMBIOS was not handed over.
        var smbios: SMBIOSReading?
        /// Whether a CSME was seen in this boot.
        var sawCSME = false
        /// What was seen of AMT in this boot.
        var sighting: AMTSighting?
    }

    let state: AMTState
    /// All evidence for and against it, the deciding one first.
    let evidence: [Evidence]
    /// What the firmware itself shows now; `nil` for nothing.
    let sighting: AMTSighting?

    init(_ basis: Basis) {
        (state, sighting) = Self.judge(basis)
        evidence = Self.evidence(basis, state)
    }

    /// The state, and what the firmware itself shows now.
    static func judge(_ basis: Basis) -> (state: AMTState, sighting: AMTSighting?) {
        let (decided, sighting) = decide(basis)
        let shows = basis.inquiry?.answer?.showsAMT ?? false
        return (doubting(decided, basis), sighting ?? (shows ? .present : nil))
    }

    // MARK: - The table

    private static func decide(_ basis: Basis) -> (AMTState, AMTSighting?) {
        if let decided = withoutEngine(basis) { return (decided, nil) }
        guard let inquiry = basis.inquiry else {
            let reason = "a management engine is present, and its firmware was not asked"
            return (bySMBIOS(basis, failing: basis.deadEnd?.says ?? reason), nil)
        }
        guard let answer = inquiry.answer else {
            return (bySMBIOS(basis, failing: basis.deadEnd?.says ?? inquiry.says), nil)
        }
        if [.answers, nil].contains(answer.amthi.value), let decided = byAMTHI(answer) {
            return (decided, AMTSighting(decided) ?? .present)
        }
        if answer.isStarting {
            return (unknown(FirmwareAnswer.Outcome.resetting.says, basis), nil)
        }
        switch answer.amthi.value {
        case .answers:
            let reason = answer.provisioningState.reason ?? "its answers contradict each other"
            let unreported = "the firmware answers, but does not report AMT's provisioning state: \(reason)"
            return (unknown(unreported, basis), .present)
        case .disabled: return (.disabled("the AMT host interface answers with nothing"), .disabled)
        case .notOffered: return byMKHI(answer, basis)
        // AMTHI is offered, and nothing else is known. This outweighs every note of the BIOS.
        case .busy, .garbled: return (unknown(answer.outcome.says, basis), .present)
        case .silent, .resetting: return (bySMBIOS(basis, failing: answer.outcome.says), nil)
        case nil:
            let reason = answer.outcome == .answered ? answer.amthi.reason : basis.deadEnd?.says
            return (bySMBIOS(basis, failing: reason ?? answer.outcome.says), nil)
        }
    }

    /// "Impossible" needs a proof, and no evidence of AMT. With such evidence the state is unknown, and its reason
    /// names the contradiction.
    private static func doubting(_ state: AMTState, _ basis: Basis) -> AMTState {
        guard case .impossible(let proof) = state else { return state }
        let contrary = contrary(basis)
        guard !contrary.isEmpty else { return state }
        return .unknown("\(proof), but \(contrary.joined(separator: ", and "))")
    }

    /// The evidence for AMT, from every source.
    private static func contrary(_ basis: Basis) -> [String] {
        let contrary =
            (basis.presence?.speaksForAMT ?? []) + (basis.inquiry?.answer?.speaksForAMT ?? [])
            + (basis.smbios?.speaksForAMT ?? [])
        // The evidence in /sys was recorded as seen in this boot.
        guard let sighting = basis.sighting, sighting != .present || basis.presence?.showsAMT != true else {
            return contrary
        }
        return contrary + ["in this boot \(sighting.words)"]
    }

    /// The state if no management engine shows; `nil` if one does.
    private static func withoutEngine(_ basis: Basis) -> AMTState? {
        guard let presence = basis.presence else {
            return basis.inquiry == nil ? unknown("nothing was looked at yet", basis) : nil
        }
        if presence.speaksForCSME { return nil }
        // A device may exist although it can't be read.
        if let ignorance = presence.ignorance, basis.inquiry?.answer?.outcome != .answered {
            return unknown(ignorance, basis)
        }
        if basis.sawCSME { return unknown("the management engine was seen in this boot and is gone", basis) }
        // An engine that answers exists, even if /sys does not show it.
        if basis.inquiry?.answer?.outcome == .answered { return nil }
        guard let functions = presence.pciFunctions else { return unknown("the PCI bus can't be read in /sys", basis) }
        guard functions > 0 else { return unknown("the PCI bus shows no device at all", basis) }
        return byMachine(presence.machine, functions, basis)
    }

    /// A missing engine proves nothing by itself: a BIOS can hide it. The kind of machine decides.
    private static func byMachine(_ machine: Presence.Machine, _ functions: Int, _ basis: Basis) -> AMTState {
        let none = "none of the \(functions) functions on the PCI bus is a management engine"
        if let hypervisor = machine.hypervisor {
            guard let cards = machine.networkCards else {
                return unknown(
                    "this is a virtual machine (\(hypervisor)), and whether a network card is passed through to it is "
                        + "not known", basis)
            }
            if cards.isEmpty {
                return .impossible(
                    "\(none); this is a virtual machine (\(hypervisor)), and no network card of Intel is passed through "
                        + "to it")
            }
        } else if case .other(let vendor)? = machine.chipset {
            return .impossible("\(none), and the host bridge is not Intel's (vendor \(vendor))")
        } else if machine.chipset == .intel, let note = basis.smbios?.amtNote, !note.isSupported, !note.isEnabled {
            return .impossible("\(none), and SMBIOS says that AMT is not supported")
        }
        return unknown(
            basis.deadEnd?.says ?? "\(none), and no host bridge shows whether the chipset is Intel's", basis)
    }

    /// The state that AMT itself reports; `nil` if it reports none.
    private static func byAMTHI(_ answer: FirmwareAnswer) -> AMTState? {
        guard let provisioning = answer.provisioningState.value else { return nil }
        switch provisioning {
        case .pre:
            // If both are known, they must agree.
            if let mode = answer.controlMode.value, mode != .none {
                return .unknown("its firmware contradicts itself: not provisioned, and in control mode \(mode.word)")
            }
            return answer.switchedOff.map(AMTState.disabled) ?? .unprovisioned
        case .in: return .provisioning
        case .post: return .provisioned(controlMode(answer))
        }
    }

    private static func controlMode(_ answer: FirmwareAnswer) -> AMTState.ControlMode? {
        switch answer.controlMode {
        case .known(.client): .client
        case .known(.admin): .admin
        case .known(.none): .legacy
        case .known: nil
        // Firmware from before control modes refuses with one of these two codes.
        case .unknown(.refused(.unsupported)), .unknown(.refused(.invalidParameter)): .legacy
        case .unknown: nil
        }
    }

    /// If AMTHI is not offered, there is no AMT, or it is off in the BIOS. The engine's kernel decides, else the BIOS.
    private static func byMKHI(_ answer: FirmwareAnswer, _ basis: Basis) -> (AMTState, AMTSighting?) {
        let lacks = "the firmware does not offer the AMT host interface"
        switch (answer.capable.value, answer.enabled.value) {
        case (_, true?):
            return (unknown("\(lacks), and says that AMT is enabled: ask again", basis), .present)
        case (true?, false?):
            return (.disabled("the firmware says that it is capable of AMT, and that AMT is not enabled"), .disabled)
        case (false?, _):
            return (.impossible("the firmware says that it is not capable of AMT"), nil)
        case (true?, nil):
            let reason = answer.enabled.reason ?? "no answer"
            return (bySMBIOS(basis, failing: "\(lacks), nor says whether AMT is enabled: \(reason)"), .present)
        case (nil, _):
            let reason = answer.capable.reason ?? "no answer"
            return (bySMBIOS(basis, failing: "\(lacks), nor says whether it is capable of AMT: \(reason)"), nil)
        }
    }

    /// If the firmware does not decide, the BIOS's notes count. They can prove that AMT is off, but never that it is
    /// absent.
    private static func bySMBIOS(_ basis: Basis, failing reason: String) -> AMTState {
        guard basis.sighting?.isOn != true else { return unknown(reason, basis) }
        guard let smbios = basis.smbios else { return unknown(reason, basis) }
        guard let note = smbios.amtNote else {
            let isMade = smbios.vPro.contains { $0.hasAMTFirmware || $0.hasStandardManageability }
            return unknown(reason + (isMade ? "; SMBIOS says that its firmware is one with AMT" : ""), basis)
        }
        switch (note.isSupported, note.isEnabled) {
        case (true, false): return .disabled("SMBIOS says that AMT was supported and not enabled at the start")
        case (_, true):
            return unknown("\(reason); by SMBIOS it was enabled at the start, and is taken to be on", basis)
        case (false, false):
            return unknown("\(reason); SMBIOS alone, which says that it is not supported, rules nothing out", basis)
        }
    }

    private static func unknown(_ reason: String, _ basis: Basis) -> AMTState {
        guard let sighting = basis.sighting, sighting != .present else { return .unknown(reason) }
        return .unknown("\(reason); in this boot \(sighting.words)")
    }
}

extension SMBIOSReading {
    /// The note that all structures have in common; if they differ, the one with more evidence for AMT.
    var amtNote: (isSupported: Bool, isEnabled: Bool)? {
        guard !amt.isEmpty else { return nil }
        return (amt.contains(where: \.isSupported), amt.contains(where: \.isEnabled))
    }
}
