// Evidence for AMT, by source: one array of texts each, empty without evidence. While any of them is not empty, AMT is
// never "impossible".

extension Presence {
    var speaksForAMT: [String] {
        var words: [String] = []
        if !offeringAMTHI.isEmpty { words.append("/sys shows the AMT host interface") }
        if !offeringWatchdog.isEmpty { words.append("/sys shows AMT's watchdog") }
        if let port = serialOverLAN.first { words.append("\(port) is AMT's serial port (SOL)") }
        return words
    }
}

extension FirmwareAnswer {
    var speaksForAMT: [String] {
        var words: [String] = []
        if let amthi = amthi.value, amthi != .notOffered { words.append("the firmware offers the AMT host interface") }
        if provisioningState.value != nil { words.append("AMT reports its provisioning state") }
        if controlMode.value != nil { words.append("AMT reports its control mode") }
        if amtVersion.value != nil { words.append("AMT reports its version") }
        if let sku = sku.value, sku.isOfMany, !sku.isDisjoint(with: [.amt, .standardManageability]) {
            words.append("the firmware is sold with AMT")
        }
        if [wired, wireless].contains(where: { $0.value.map { !$0.mac.isZero } ?? false }) {
            words.append("AMT reports an interface")
        }
        if security.value != nil || redirection.value != nil { words.append("AMT reports its settings") }
        if capable.value == true { words.append("the firmware says that it is capable of AMT") }
        if enabled.value == true { words.append("the firmware says that AMT is enabled") }
        if available.value == true { words.append("the firmware says that AMT is ready") }
        if amtSwitch.value?.isOn == true { words.append("the watchdog client says that AMT is switched on") }
        return words
    }

    /// Whether the evidence is kept for this boot, whatever later answers say. An interface that was only silent or in
    /// reset may not have been reached.
    var showsAMT: Bool {
        var answer = self
        if [.silent, .resetting].contains(amthi.value) { answer.amthi = .unsaid }
        return !answer.speaksForAMT.isEmpty
    }
}

extension SMBIOSReading {
    var speaksForAMT: [String] {
        var words: [String] = []
        if amtNote?.isSupported == true {
            words.append("SMBIOS says that AMT is supported")
        } else if amtNote?.isEnabled == true {
            words.append("SMBIOS says that AMT is enabled")
        }
        if vPro.contains(where: \.hasAMTFirmware) {
            words.append("SMBIOS says that the engine's firmware is one with AMT")
        } else if vPro.contains(where: \.hasStandardManageability) {
            words.append("SMBIOS says that the engine's firmware is one with Standard Manageability")
        }
        return words
    }
}
