import Testing

@testable import AmtguardCore

@Suite struct `A reading of /sys that fails` {
    static let nothing = Presence(
        pciFunctions: nil, heci: [], devices: [], offeringAMTHI: [], controllers: nil,
        failures: [
            .pci: .noDescriptor, .devices: .noDescriptor, .clients: .noDescriptor, .machine: .noDescriptor,
        ])

    @Test func `leaves what was known, and is reported with its reason`() {
        var scene = Scene()
        let before = scene.status.amt
        _ = scene.told()
        scene.see(.presence(Self.nothing))
        scene.look(.audit)
        #expect(scene.status.amt == before)
        #expect(scene.toldNames() == [])
        let unread = scene.status.reasons.filter { $0.id == "presence-unread" }
        #expect(unread.count == 4)
        #expect(
            unread.first?.says == "/sys/bus/pci/devices can't be read now: there are no file descriptors left; "
                + "the last successful reading still counts")
        #expect(unread.first?.advice?.contains("LimitNOFILE=") == true)
        scene.see(.presence(.csme))
        #expect(!scene.status.reasons.contains { $0.id == "presence-unread" })
    }

    @Test(arguments: Presence.Part.allCases)
    func `says nothing against what it shows otherwise`(part: Presence.Part) {
        var scene = Scene()
        var partly = Presence.csme
        switch part {
        case .pci: (partly.pciFunctions, partly.heci) = (nil, [])
        case .devices: partly.devices = []
        case .clients: partly.offeringAMTHI = []
        case .machine: partly.machine.hypervisor = nil
        }
        partly.failures = [part: .failed("Input/output error")]
        scene.see(.presence(partly))
        var shown = scene.guardian.presence
        #expect(shown?.failures == [part: .failed("Input/output error")])
        shown?.failures = [:]
        #expect(shown == .csme)
    }

    @Test func `is no departure, which is one as soon as it is read`() {
        var scene = Scene()
        scene.see(.presence(Self.nothing))
        scene.see(.presence(.without))
        #expect(scene.status.amt.evidence.contains { $0.says.contains("was seen in this boot and is gone") })
    }

    @Test func `makes nothing impossible, and nothing possible that was not`() {
        let scene = Scene(presence: Self.nothing)
        #expect(scene.status.amt.state == "unknown")
        #expect(scene.status.verdict == .protected)
        #expect(scene.status.reasons.first { $0.id == "amt-unknown" }?.says.contains("no file descriptors") == true)
        var absent = Scene(list: "8080", presence: .without)
        absent.see(.presence(Self.nothing))
        #expect(absent.status.verdict == .notNeeded)
        #expect(absent.status.reasons.map(\.id).first == "presence-unread")
    }

    @Test func `keeps what of a device was read, and takes what is new`() {
        var scene = Scene()
        var reading = Presence.csme
        reading.devices[0].kind = nil
        reading.devices[0].state = "RESETTING"
        reading.devices.append(
            .init(name: "mei1", kind: "gsc", state: nil, firmwareVersion: nil, parent: "i915.mei-gsc.768"))
        reading.failures = [.devices: .noDescriptor]
        scene.see(.presence(reading))
        #expect(scene.guardian.presence?.devices.map(\.kind) == ["mei", "gsc"])
        #expect(scene.guardian.presence?.devices.map(\.state) == ["RESETTING", nil])
    }

    @Test func `leaves the helper without a choice, for that reason`() {
        #expect(
            Self.nothing.choice
                == .none(.failed("/sys/bus/pci/devices can't be read: there are no file descriptors left")))
    }

    @Test func `of interfaces, sockets and the range is reported with its reason`() {
        var scene = Scene()
        scene.see(.interfaces(nil, .noDescriptor))
        scene.see(.sockets(nil, .noDescriptor))
        scene.see(.choice(nil, .failed("Input/output error")))
        let reasons = scene.status.reasons
        for (id, cause) in [
            ("interfaces-unknown", "no file descriptors"), ("sockets-unknown", "no file descriptors"),
            ("range-unknown", "Input/output error"),
        ] {
            #expect(reasons.first { $0.id == id }?.says.contains(cause) == true, "\(id)")
        }
    }

    @Test func `adds what it shows of the firmware's clients, each once`() {
        var scene = Scene(presence: .csme.with { $0.offeringWatchdog = ["0000:00:16.0"] })
        var reading = Presence.csme
        reading.offeringAMTHI = ["0000:00:16.0", "0000:00:16.4"]
        reading.offeringWatchdog = ["0000:00:16.4"]
        reading.failures = [.clients: .noDescriptor]
        scene.see(.presence(reading))
        #expect(scene.guardian.presence?.offeringAMTHI == ["0000:00:16.0", "0000:00:16.4"])
        #expect(scene.guardian.presence?.offeringWatchdog == ["0000:00:16.0", "0000:00:16.4"])
    }

    @Test func `is the only reason to keep what is gone`() {
        var scene = Scene(presence: Self.everything)
        scene.see(.presence(.without))
        #expect(scene.guardian.presence == .without)
        scene = Scene(presence: Self.everything)
        var reading = Presence.without
        reading.machine = Presence.Machine()
        reading.failures = [.machine: .noDescriptor]
        scene.see(.presence(reading))
        #expect(scene.guardian.presence?.machine.hypervisor == "QEMU or KVM")
        #expect(scene.guardian.presence?.machine.networkCards == ["0000:05:00.0"])
        #expect(scene.guardian.presence?.machine.chipset == nil, "it is on the bus")
        #expect(scene.guardian.presence?.heci == [])
        scene = Scene(presence: Self.everything)
        reading = Self.everything
        (reading.heci, reading.serialOverLAN, reading.trustedEngines) = ([], [], [])
        reading.failures = [.pci: .noDescriptor]
        scene.see(.presence(reading))
        #expect(scene.guardian.presence?.heci == Self.everything.heci)
        #expect(scene.guardian.presence?.serialOverLAN == Self.everything.serialOverLAN)
        #expect(scene.guardian.presence?.trustedEngines == Self.everything.trustedEngines)
    }

    private static let everything = Presence(
        pciFunctions: 9, heci: ["0000:00:16.0"], devices: Presence.csme.devices, offeringAMTHI: ["0000:00:16.0"],
        offeringWatchdog: ["0000:00:16.0"], serialOverLAN: ["0000:00:16.3"], trustedEngines: ["0000:00:0f.0"],
        driver: .loaded,
        machine: Presence.Machine(chipset: .intel, hypervisor: "QEMU or KVM", networkCards: ["0000:05:00.0"]))
}

@Suite struct `A management controller of a server` {
    static func server(_ controllers: [String]?) -> Presence {
        var presence = Presence.without
        presence.controllers = controllers
        return presence
    }

    @Test func `is pointed at where nothing is reserved, and changes no verdict`() {
        let scene = Scene(list: "8080", presence: Self.server(["ipmi0"]))
        #expect(scene.status.verdict == .notNeeded)
        #expect(scene.list == "8080")
        #expect(scene.status.reasons.map(\.id) == ["bmc"])
        #expect(scene.status.reasons[0].says.contains("as ipmi0 shows; "))
        #expect(scene.status.reasons[0].advice?.contains("Mode=always and Ports=623 664") == true)
    }

    @Test func `is no news where there is none, and where the ports are reserved anyway`() {
        #expect(Scene(presence: Self.server([])).status.reasons == [])
        var csme = Presence.csme
        csme.controllers = ["ipmi0"]
        #expect(!Scene(presence: csme).status.reasons.contains { $0.id == "bmc" })
        var configuration = Configuration()
        configuration.mode = .always
        #expect(
            !Scene(configuration: configuration, presence: Self.server(["ipmi0"])).status.reasons
                .contains { $0.id == "bmc" })
    }

    @Test func `is not forgotten by a reading that fails`() {
        var scene = Scene(presence: Self.server(["IPI0001:00"]))
        scene.see(.presence(Self.server(nil)))
        #expect(scene.status.reasons.map(\.id) == ["bmc"])
    }

    @Test func `is seen by SMBIOS type 38 as well`() {
        var scene = Scene(presence: .without)
        let ipmi: [UInt8] = [38, 18, 0x30, 0] + [UInt8](repeating: 0, count: 14) + [0, 0]
        let table = SMBIOSReading.extract(from: [1, 4, 0, 0, 0, 0] + ipmi + [127, 4, 0, 0, 0, 0])
        #expect(table == ipmi)
        scene.see(.smbios(SMBIOSReading(table: table)))
        #expect(scene.status.reasons.map(\.id) == ["bmc"])
        #expect(scene.status.reasons[0].says.contains("SMBIOS type 38"))
    }
}
