import Testing

@testable import AmtguardCore

@Suite struct `What /sys shows of AMT` {
    static let gsc = Presence.Device(
        name: "mei0", kind: "gscfi", state: "ENABLED", firmwareVersion: "102.0.0.1", parent: "xe.mei-gscfi.768")
    static let csme = Presence.Device(
        name: "mei1", kind: "mei", state: "ENABLED", firmwareVersion: "16.1.25.2124", parent: "0000:00:16.0")
    static let old = Presence.Device(name: "mei0", kind: nil, state: nil, firmwareVersion: nil, parent: "0000:00:16.0")
    static let astray = Presence.Device(name: "mei0", kind: "mei", state: nil, firmwareVersion: nil, parent: nil)

    @Test(
        arguments: [
            (20, ["0000:00:16.0"], [csme], ["0000:00:16.0"], "unknown", "16.1.25.2124"),
            (20, ["0000:00:16.0"], [gsc, csme], ["0000:00:16.0"], "unknown", "16.1.25.2124"),
            (20, ["0000:00:16.0"], [gsc], [], "unknown", nil),
            (20, ["0000:00:16.0"], [], [], "unknown", nil),
            (20, ["0000:00:16.0"], [old], [], "unknown", nil),
            (20, [], [gsc], [], "impossible", nil),
            (20, [], [], [], "impossible", nil),
            (1, [], [], [], "impossible", nil),
            (20, [], [astray], [], "unknown", nil),
            (20, [], [], ["0000:00:16.0"], "unknown", nil),
            (0, [], [], [], "unknown", nil),
            (nil, [], [], [], "unknown", nil),
            (nil, [], [gsc], [], "unknown", nil),
        ] as [(Int?, [String], [Presence.Device], [String], String, String?)])
    func `makes it impossible only on positive evidence`(
        functions: Int?, heci: [String], devices: [Presence.Device], offering: [String], state: String,
        version: String?
    ) {
        let presence = Presence(
            pciFunctions: functions, heci: heci, devices: devices, offeringAMTHI: offering,
            machine: Presence.without.machine)
        let scene = Scene(list: "8080", presence: presence)
        #expect(scene.status.amt.state == state)
        #expect(scene.status.amt.version == version)
        #expect(!scene.status.amt.evidence.isEmpty)
        #expect(!scene.status.amt.evidence.contains { $0.says.contains("mei-gscfi") })
        let says = scene.status.amt.evidence.map(\.says)
        #expect(says.contains { $0.hasPrefix("mei0 belongs to a graphics card") } == devices.contains(Self.gsc))
        #expect(scene.list == (state == "impossible" ? "8080" : amt.union("8080")))
    }

    @Test func `needs nothing and no audit where it is impossible`() {
        var scene = Scene(list: "8080", presence: .without)
        #expect(scene.list == "8080")
        #expect(scene.status.verdict == .notNeeded)
        #expect(scene.status.observed.auditUSec == nil)
        #expect(scene.status.ports.required == "")
        let asked = scene.told()
        #expect(asked.additions == [])
        #expect(!asked.contains { if case .audit(every: .some) = $0 { true } else { false } })
        #expect(scene.toldNames() == [])
    }

    @Test func `requires the ports all the same in Mode=always`() {
        var configuration = Configuration()
        configuration.mode = .always
        let scene = Scene(configuration: configuration, presence: .without)
        #expect(scene.list == amt)
        #expect(scene.status.verdict == .protected)
        #expect(scene.status.amt.state == "impossible")
    }

    @Test func `requires the ports before anything was looked at`() {
        let scene = Scene(presence: nil)
        #expect(scene.list == amt)
        #expect(scene.status.amt.state == "unknown")
    }

    @Test func `leaves "unknown" behind where it was seen in this boot and is gone, also after a restart`() {
        var scene = Scene()
        #expect(scene.remembered.sawCSME)
        scene.see(.presence(.without))
        scene.look(.request)
        #expect(scene.status.amt.state == "unknown")
        #expect(scene.status.verdict == .protected)
        #expect(scene.list == amt)
        let successor = Scene(list: scene.list, remembering: scene.remembered, presence: .without)
        #expect(successor.status.amt.state == "unknown")
        #expect(successor.status.verdict == .protected)
    }

    /// Most machines load the driver at boot, but this is not guaranteed.
    @Test func `is asked for AMT when it comes after an hour`() {
        var scene = Scene(presence: .without)
        scene.see(.ready)
        #expect(scene.list.isEmpty && !scene.told().contains(.askFirmware))
        scene.now += 3_600
        scene.see(.presence(.csme))
        scene.lookAsAsked()
        #expect(scene.list == amt)
        #expect(scene.status.amt.state == "unknown" && scene.remembered.sawCSME)
        // Evidence that has disappeared is not forgotten.
        scene.see(.presence(StateJudgementTests.withoutAMTHI))
        scene.see(.firmware(.answer(.mkhi(false, nil))))
        #expect(scene.status.amt.state == "unknown")
        #expect(scene.guardian.detection.state.because.hasSuffix("not capable of AMT, but in this boot it was there"))
    }

    @Test func `tells the version of the engine that is asked, of two`() {
        let other = Presence.Device(
            name: "mei0", kind: "mei", state: "ENABLED", firmwareVersion: "9.1.1.1000", parent: "0000:00:16.4")
        let presence = Presence(
            pciFunctions: 20, heci: ["0000:00:16.0", "0000:00:16.4"], devices: [other, Self.csme],
            offeringAMTHI: ["0000:00:16.0"])
        var scene = Scene(presence: presence)
        #expect(presence.choice == .ask([Self.csme, other]))
        #expect(scene.status.amt.version == "16.1.25.2124")
        scene.see(
            .firmware(
                .answer(
                    .mkhi(true, false).with {
                        $0.device = .known("mei0")
                        $0.firmwareVersion = .known("9.1.1.1000")
                    })))
        #expect(scene.status.amt.version == "9.1.1.1000")
    }

    @Test func `is remembered at once when a management engine is seen`() {
        var guardian = Guardian(remembering: Memory(scope: scope))
        #expect(guardian.observe(.presence(.csme), at: at(1)) == [.remember])
        #expect(guardian.memory.sawCSME)
        #expect(guardian.observe(.presence(.csme), at: at(2)) == [])
    }

    @Test func `gives back what is owned where it turns out to be impossible`() {
        var scene = Scene(list: "8080", presence: nil)
        _ = scene.told()
        scene.see(.presence(.without))
        scene.look(.request)
        #expect(scene.list == "8080")
        #expect(scene.toldNames() == ["released", "amt", "verdict"])
        #expect(scene.status.verdict == .notNeeded)
        #expect(scene.status.observed.auditUSec == nil)
    }

    @Test func `requires the ports when a management engine arrives`() {
        var scene = Scene(presence: .without)
        scene.see(.presence(.csme))
        scene.look(.request)
        #expect(scene.list == amt)
        #expect(scene.status.verdict == .protected)
        #expect(scene.status.observed.auditUSec == 30_000_000)
    }
}
