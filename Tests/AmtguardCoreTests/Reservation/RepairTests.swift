import AmtguardCore
import Testing

@Suite struct `A reservation` {
    @Test func `is made at the first look, and is no repair`() {
        var scene = Scene(list: "8080")
        #expect(scene.list == amt.union("8080"))
        #expect(
            scene.toldEvents().prefix(1) == [.reserved(amt, list: amt.union("8080"))])
        #expect(scene.status.repairs.count == 0)
        #expect(scene.status.repairs.last == nil)
    }

    @Test func `that is whole is left alone`() {
        var scene = Scene(list: amt.union("1"))
        _ = scene.told()
        for prompt in [Prompt.watch, .audit, .request, .readBack, .token] {
            scene.look(prompt)
            #expect(scene.told() == [])
        }
    }

    @Test func `is repaired after an overwrite, keeping what others reserved, and the writer is named`() {
        var scene = Scene()
        _ = scene.told()
        scene.now = 200
        scene.overwrite(with: "5000-5010,16993", by: sysctl)
        #expect(scene.list == amt.union("5000-5010"))
        let events = scene.toldEvents()
        #expect(events.map(\.name) == ["disowned", "repaired"], "16993 is the other's as well now")
        guard case .repaired(let repair) = events.last else { return }
        #expect(repair.found == "5000-5010,16993")
        #expect(repair.restored == amt.union("5000-5010"))
        #expect(repair.writer == sysctl)
        #expect(repair.at == at(200))
        #expect(scene.status.repairs.count == 1)
        #expect(scene.status.repairs.last?.bootUSec == 200_000_000)
        #expect(scene.status.lastWriters?.map(\.writer) == [sysctl])
    }

    @Test func `is repaired without a name if the watch gave none, and an old name is not used again`() {
        var scene = Scene()
        scene.overwrite(with: amt.union("1"), by: sysctl)
        scene.overwrite(with: "1")
        #expect(scene.status.repairs.last?.writer == nil)
        #expect(scene.status.repairs.count == 1)
    }

    @Test func `of which an addition got lost is added to again, as the same repair`() {
        var scene = Scene()
        _ = scene.told()
        scene.losing = ["664", "16995"]
        scene.overwrite(with: "")
        let asked = scene.told()
        #expect(asked.additions == [amt, "664", "16995"])
        #expect(scene.list == amt)
        #expect(scene.status.repairs.count == 1)
        #expect(scene.status.repairs.last?.found == "")
    }

    @Test func `is a repair also where the list is overwritten while ports are given back`() {
        var guardian = Guardian(remembering: Memory(scope: scope))
        _ = guardian.observe(.watch(Watch(.fanotify)), at: at(1))
        _ = guardian.observe(.list(.ports(""), .request), at: at(1))
        _ = guardian.observe(.list(.ports(amt), .readBack), at: at(1))
        var less = Configuration()
        less.ports = "623"
        _ = guardian.observe(.configuration(less, []), at: at(2))
        _ = guardian.observe(.list(.ports(amt), .request), at: at(2))
        #expect(guardian.observe(.list(.ports("9"), .readBack), at: at(2)).contains(.add("623")))
        _ = guardian.observe(.list(.ports("9,623"), .readBack), at: at(2))
        #expect(guardian.status.repairs.count == 1)
    }

    @Test func `is never written in observe mode, only reported`() {
        var configuration = Configuration()
        configuration.mode = .observe
        var scene = Scene(list: "623", configuration: configuration)
        scene.overwrite(with: "")
        scene.look(.audit)
        scene.see(.stopping)
        scene.look(.request)
        let asked = scene.told()
        #expect(asked.additions == [] && asked.removals == [])
        #expect(scene.list.isEmpty)
        #expect(scene.status.verdict == .exposed)
        #expect(scene.status.reasons.map(\.id).contains("not-reserved"))
        #expect(scene.status.repairs.count == 0)
    }

    @Test func `grows with the configuration, without a word of alarm in between`() {
        var scene = Scene()
        _ = scene.told()
        scene.reload { $0.extraPorts = "5900" }
        #expect(scene.list == amt.union("5900"))
        #expect(scene.owned == amt.union("5900"))
        #expect(scene.toldEvents() == [.reserved("5900", list: amt.union("5900"))])
    }

    @Test func `that never shows what was added does not hold the guard for ever`() {
        var configuration = Configuration()
        configuration.pace = Pace(burst: 1_000, perSecond: 1_000)
        var scene = Scene(configuration: configuration)
        _ = scene.told()
        scene.losing = Array(repeating: amt, count: 1_000)
        scene.overwrite(with: "")
        let asked = scene.told()
        #expect((2...16).contains(asked.additions.count))
        #expect(asked.contains(.look(at: at(100).instant + .milliseconds(1))))
    }
}
