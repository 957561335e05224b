/// Which device nodes lead to the management engine, or why none does.
public enum DeviceChoice: Hashable, Sendable {
    /// The nodes, the most likely one first; never empty.
    case ask([Presence.Device])
    /// No node can be asked: why.
    case none(FirmwareAnswer.Outcome)
}

extension Presence {
    /// The nodes to ask: those of the CSME, with any index. A node that is known to offer AMTHI comes first.
    public var choice: DeviceChoice {
        let candidates = candidates
        if !candidates.isEmpty { return .ask(candidates) }
        if let astray = devices.first(where: \.isOfCSME) {
            return .none(.failed("the PCI bus shows no management engine interface for \(astray.name)"))
        }
        // A node that can't be read is not missing.
        if let ignorance { return .none(.failed(ignorance)) }
        if speaksForCSME { return .none(.noDriver) }
        guard pciFunctions != nil else { return .none(.failed("the PCI bus can't be read in /sys")) }
        return .none(devices.isEmpty ? .noDevice : .graphicsOnly)
    }

    /// The nodes of the CSME, the most likely one first.
    var candidates: [Device] {
        let promising = csmeDevices.filter { device in device.parent.map(offeringAMTHI.contains) ?? false }
        return promising + csmeDevices.filter { !promising.contains($0) }
    }
}
