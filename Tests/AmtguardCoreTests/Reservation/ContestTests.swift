import AmtguardCore
import Testing

@Suite struct `A contested list` {
    /// A bucket of three repairs and two a second.
    private static var calm: Scene {
        var configuration = Configuration()
        configuration.pace = Pace(burst: 3, perSecond: 2)
        var scene = Scene(list: amt, configuration: configuration)
        _ = scene.told()
        return scene
    }

    private static var contested: Scene {
        var scene = calm
        for _ in 0..<4 { scene.overwrite(with: "1", by: sysctl) }
        return scene
    }

    @Test func `begins when the bucket is empty, is reported at once, and the watch is not used`() {
        var scene = Self.calm
        for _ in 0..<3 { scene.overwrite(with: "1", by: sysctl) }
        #expect(scene.toldNames() == ["repaired", "repaired", "repaired"])
        scene.overwrite(with: "1", by: sysctl)
        let asked = scene.told()
        #expect(asked.additions == [])
        #expect(asked.contains(.watch(false)))
        #expect(asked.contains(.look(at: at(100.5).instant)))
        #expect(scene.status.contested)
        #expect(scene.status.verdict == .exposed)
        #expect(scene.status.reasons.first?.id == "contested")
        #expect(
            scene.status.reasons.first?.says.hasPrefix(
                "the list is repeatedly overwritten by sysctl[4711] of systemd-sysctl.service (3 times)") == true)
        #expect(scene.status.overwrites?.answer == "paced")
        let names = asked.events.map(\.name)
        #expect(names == ["contested", "verdict"])
    }

    @Test func `counts as exposed only where the kernel may choose the ports`() {
        var scene = Self.contested
        scene.see(.choice(.usual))
        #expect(scene.status.verdict == .degraded)
        #expect(scene.status.ports.exposed == "")
    }

    @Test func `is repaired at the pace, one look a token, and no repair of it is reported`() {
        var scene = Self.contested
        _ = scene.told()
        for step in 1...10 {
            scene.list = "1"
            scene.now = 100 + Double(step) * 0.5
            scene.look(.token)
            let asked = scene.told()
            #expect(asked.additions == [amt])
            #expect(asked.contains(.look(at: at(scene.now + 0.5).instant)))
            #expect(!asked.contains(.watch(true)))
            #expect(asked.events == [])
            #expect(scene.list.isSuperset(of: amt))
        }
        #expect(scene.status.repairs.count == 13)
    }

    @Test func `is reported once a minute, with the repairs since and the last writer that was named`() {
        var scene = Self.contested
        #expect(scene.toldNames().filter { $0 == "contested" }.count == 1)
        var told: [Contest] = []
        for step in 1...600 {
            scene.list = "1"
            scene.now = 100 + Double(step) * 0.5
            scene.look(.token)
            for case .contested(let contest) in scene.toldEvents() { told.append(contest) }
        }
        #expect(told.map(\.untold) == [120, 120, 120, 120, 120])
        #expect(told.last?.count == 603)
        #expect(
            told.allSatisfy { $0.writers.entries.first?.writer == sysctl && $0.found == "1" && $0.since == at(100) })
    }

    @Test func `is no longer exposed when the bucket is full, and ends when the list has rested for a minute`() {
        var scene = Self.contested
        scene.now = 100.5
        scene.look(.token)
        #expect(scene.status.contested)
        _ = scene.told()
        // The other program stopped: at the next token the watch is on again. The broken list counts as exposed for 10
        // s.
        scene.now = 101
        scene.look(.token)
        #expect(scene.told() == [.watch(true), .look(at: at(110.5).instant)])
        scene.now = 110.5
        scene.look(.token)
        #expect(scene.told().filter { $0.isLook } == [.look(at: at(160.5).instant)])
        #expect(scene.status.verdict == .degraded && scene.status.contested)
        scene.now = 160.5
        scene.look(.token)
        #expect(scene.toldNames() == ["calmed", "verdict"])
        #expect(!scene.status.contested)
        #expect(scene.status.verdict == .protected)
        scene.overwrite(with: "1")
        #expect(scene.toldNames() == ["repaired"])
    }

    @Test func `ends also where the other put the ports back itself`() {
        var scene = Self.contested
        scene.list = amt
        scene.now = 161
        scene.look(.audit)
        #expect(!scene.status.contested)
        #expect(scene.told().contains(.watch(true)))
    }

    @Test func `takes the watch back where the kernel begins to refuse`() {
        var scene = Self.contested
        scene.refusal = .readOnly
        scene.now = 100.5
        _ = scene.told()
        scene.look(.token)
        #expect(scene.told().contains(.watch(true)))
        #expect(scene.status.reasons.prefix(2).map(\.id) == ["list-read-only", "contested"])
        #expect(scene.status.overwrites?.answer == "left")
    }

    @Test func `ends in observe mode`() {
        var scene = Self.contested
        _ = scene.told()
        scene.reload { $0.mode = .observe }
        #expect(!scene.status.contested)
        #expect(scene.told().contains(.watch(true)))
    }

    @Test func `keeps the new pace after a reload, not the debt of the old one`() {
        var configuration = Configuration()
        configuration.pace = Pace(burst: 1_000, perSecond: 1)
        var scene = Scene(list: amt, configuration: configuration)
        for _ in 0..<1_001 { scene.overwrite(with: "1") }
        #expect(scene.status.contested)
        scene.now += 1
        scene.reload { $0.pace = Pace(burst: 10, perSecond: 20) }
        scene.now += 1
        scene.look(.token)
        #expect(scene.list.isSuperset(of: amt))
        scene.now += 10
        scene.look(.token)
        #expect(scene.status.overwrites?.answer == "repaired")
    }

    @Test func `is not entered by the looks alone`() {
        var scene = Self.calm
        for _ in 0..<1_000 { scene.overwrite(with: amt.union("1")) }
        #expect(!scene.status.contested)
    }
}
