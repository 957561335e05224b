// A failed reading of `/sys` proves nothing. In particular, it does not prove that something is gone.

extension Presence {
    /// Why a part is unknown that was never read, one line; `nil` if each part was read at least once.
    var ignorance: String? {
        for part in Part.allCases where unseen.contains(part) {
            if let failure = failures[part] { return "\(part.path) can't be read: \(failure.says)" }
        }
        return nil
    }

    /// This reading, with each failed part filled from a former reading.
    func completed(by former: Presence?) -> Presence {
        guard let former else { return self }
        var whole = self
        whole.controllers = controllers ?? former.controllers
        whole.unseen.formIntersection(former.unseen)
        if failures[.pci] != nil {
            whole.pciFunctions = pciFunctions ?? former.pciFunctions
            whole.heci = former.heci.union(heci)
            whole.serialOverLAN = former.serialOverLAN.union(serialOverLAN)
            whole.trustedEngines = former.trustedEngines.union(trustedEngines)
            whole.machine.chipset = machine.chipset ?? former.machine.chipset
            whole.machine.networkCards = machine.networkCards ?? former.machine.networkCards
            if driver == .missing { whole.driver = former.driver }
        }
        if failures[.devices] != nil {
            let known = former.devices.map { before in
                devices.first { $0.name == before.name }?.completed(by: before) ?? before
            }
            let new = devices.filter { device in !known.contains { $0.name == device.name } }
            whole.devices = known + new
        }
        if failures[.clients] != nil {
            whole.offeringAMTHI = former.offeringAMTHI.union(offeringAMTHI)
            whole.offeringWatchdog = former.offeringWatchdog.union(offeringWatchdog)
        }
        if failures[.machine] != nil {
            whole.machine.hypervisor = machine.hypervisor ?? former.machine.hypervisor
            whole.machine.networkCards = machine.networkCards ?? former.machine.networkCards
        }
        return whole
    }
}

extension Presence.Device {
    fileprivate func completed(by former: Presence.Device) -> Presence.Device {
        Presence.Device(
            name: name, kind: kind ?? former.kind, state: state ?? former.state,
            firmwareVersion: firmwareVersion ?? former.firmwareVersion, parent: parent ?? former.parent)
    }
}

extension [String] {
    /// These, and those of `others` that are not in the list yet.
    fileprivate func union(_ others: [String]) -> [String] { self + others.filter { !contains($0) } }
}
