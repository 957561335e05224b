// The evidence for and against AMT, one line each, for people.

extension StateJudgement {
    /// The deciding evidence, then all other evidence.
    static func evidence(_ basis: Basis, _ state: AMTState) -> [Evidence] {
        var evidence = byFirmware(basis.inquiry?.answer)
        if let note = basis.smbios?.amtNote {
            let support = note.isSupported ? "supported" : "not supported"
            evidence.append(
                Evidence(
                    source: "smbios",
                    says: "at the start AMT was \(support) and \(note.isEnabled ? "enabled" : "not enabled")"))
        }
        for vPro in basis.smbios?.vPro ?? [] {
            let version = vPro.firmwareVersion.map { " \($0)" } ?? ""
            let kind =
                vPro.hasAMTFirmware
                ? "one with AMT" : vPro.hasStandardManageability ? "one with Standard Manageability" : "one without AMT"
            evidence.append(Evidence(source: "smbios", says: "the engine's firmware\(version) is \(kind)"))
        }
        evidence += byBuses(basis.presence)
        if basis.presence?.speaksForCSME == false {
            // If there is no engine at all, this comes first.
            evidence.insert(Evidence(source: "pci", says: state.because), at: 0)
        }
        return evidence
    }

    private static func byFirmware(_ answer: FirmwareAnswer?) -> [Evidence] {
        guard let answer else { return [] }
        var evidence: [Evidence] = []
        func say(_ source: FirmwareAnswer.Source, _ says: String) {
            evidence.append(Evidence(source: source.rawValue, says: says))
        }
        if let state = answer.provisioningState.value { say(.amthi, "AMT says that it is \(state.words)") }
        if let mode = answer.controlMode.value { say(.amthi, "its control mode is \(mode.word)") }
        if answer.provisioningState.value != nil, let reason = answer.controlMode.reason {
            say(.amthi, "its control mode is not known: \(reason)")
        }
        if let version = answer.amtVersion.value { say(.amthi, "its version is \(version)") }
        switch answer.amthi.value {
        case .disabled: say(.amthi, "the AMT host interface answers with nothing, which means that AMT is disabled")
        case .notOffered: say(.amthi, "the firmware does not offer the AMT host interface")
        case .busy: say(.amthi, "the AMT host interface is there, and another program holds it")
        case .silent: say(.amthi, "the AMT host interface took a question and did not answer")
        case .resetting: say(.amthi, "the AMT host interface was not ready")
        case .garbled: say(.amthi, "the AMT host interface gave no complete answer")
        case .answers, nil: break
        }
        if let flag = answer.capable.value { say(.mkhi, "the engine is \(flag ? "" : "not ")capable of AMT") }
        if let flag = answer.enabled.value { say(.mkhi, "AMT is \(flag ? "" : "not ")enabled") }
        if let flag = answer.available.value { say(.mkhi, "AMT is \(flag ? "" : "not ")ready") }
        return evidence
    }

    private static func byBuses(_ presence: Presence?) -> [Evidence] {
        guard let presence else { return [] }
        var evidence = presence.heci.map {
            Evidence(source: "pci", says: "\($0) is Intel's management engine interface")
        }
        for device in presence.devices {
            let state = device.state.map { ", \($0)" } ?? ""
            let version = device.firmwareVersion.map { ", firmware \($0)" } ?? ""
            evidence.append(
                Evidence(source: "mei", says: "\(device.name) belongs to \(device.owner)\(state)\(version)"))
        }
        for port in presence.serialOverLAN {
            evidence.append(Evidence(source: "pci", says: "\(port) is AMT's serial port (SOL)"))
        }
        for parent in presence.offeringAMTHI {
            evidence.append(Evidence(source: "amthi", says: "\(parent) offers the AMT host interface"))
        }
        for parent in presence.offeringWatchdog {
            evidence.append(Evidence(source: "amthi", says: "\(parent) offers AMT's watchdog"))
        }
        return evidence
    }
}
