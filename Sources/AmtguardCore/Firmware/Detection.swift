/// Judges what `/sys` shows, and does not forget within one boot.
struct Detection: Hashable, Sendable {
    /// `nil` before the first reading.
    private(set) var presence: Presence?
    /// Whether a CSME was ever seen in this boot.
    private(set) var sawCSME: Bool

    init(sawCSME: Bool) {
        self.sawCSME = sawCSME
    }

    mutating func observe(_ presence: Presence) {
        self.presence = presence
        if presence.speaksForCSME { sawCSME = true }
    }

    /// The judgement. Only a PCI bus that could be read, shows devices, and has no CSME makes AMT impossible.
    var state: AMTState {
        guard let presence else { return .unknown("nothing was looked at yet") }
        if presence.speaksForCSME {
            return .unknown("a management engine is present, and its firmware was not asked")
        }
        if sawCSME { return .unknown("the management engine was seen in this boot and is gone") }
        guard let functions = presence.pciFunctions else { return .unknown("the PCI bus can't be read in /sys") }
        guard functions > 0 else { return .unknown("the PCI bus shows no device at all") }
        return .impossible("none of the \(functions) functions on the PCI bus is a management engine")
    }

    /// The firmware's version, where the driver tells it.
    var firmwareVersion: String? {
        presence?.csmeDevices.lazy.compactMap(\.firmwareVersion).first
    }

    /// Everything that speaks for or against AMT, the strongest first.
    var evidence: [Evidence] {
        guard let presence else { return [] }
        var evidence: [Evidence] = []
        for function in presence.heci {
            evidence.append(Evidence(source: "pci", says: "\(function) is Intel's management engine interface"))
        }
        for device in presence.devices where device.isOfCSME {
            let state = device.state.map { ", \($0)" } ?? ""
            let version = device.firmwareVersion.map { ", firmware \($0)" } ?? ""
            evidence.append(
                Evidence(source: "mei", says: "\(device.name) belongs to the management engine\(state)\(version)"))
        }
        for parent in presence.offeringAMTHI {
            evidence.append(Evidence(source: "amthi", says: "\(parent) offers the AMT host interface"))
        }
        if !presence.speaksForCSME {
            evidence.append(Evidence(source: "pci", says: state.because))
        }
        return evidence
    }
}

extension Presence {
    /// Whether anything here makes a management engine possible, be it at an unusual place: that is never "impossible".
    var speaksForCSME: Bool {
        !heci.isEmpty || !offeringAMTHI.isEmpty || devices.contains(where: \.isOfCSME)
    }

    /// The nodes that lead to the CSME: not those of a graphics card (`kind` gsc, gscfi), whatever their index.
    public var csmeDevices: [Device] {
        devices.filter { device in
            guard device.isOfCSME, let parent = device.parent else { return false }
            return heci.contains(parent) || offeringAMTHI.contains(parent)
        }
    }
}

extension Presence.Device {
    /// Not of a graphics card (`kind` gsc, gscfi) or a touch screen.
    var isOfCSME: Bool { kind == nil || kind == "mei" }
}
