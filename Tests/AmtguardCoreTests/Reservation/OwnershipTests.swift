import AmtguardCore
import Testing

@Suite struct `What amtguard owns` {
    @Test func `is what was not there when it was added`() {
        let scene = Scene(list: "623,8080")
        #expect(scene.list == amt.union("8080"))
        #expect(scene.owned == "664,16992-16995")
        #expect(scene.status.ports.owned == "664,16992-16995")
    }

    @Test func `is written down before it is added`() {
        var scene = Scene()
        let asked = scene.told().filter { if case .report = $0 { false } else { true } }
        #expect(asked.firstIndex(of: .remember).map { $0 < (asked.firstIndex(of: .add(amt)) ?? 0) } == true)
        #expect(scene.remembered == scene.guardian.memory)
    }

    @Test(arguments: ["8080", "623,664,8080,16992-16995", "623", ""] as [PortSet])
    func `is forgotten as far as it still stands in a list that somebody else changed`(left: PortSet) {
        var scene = Scene()
        scene.overwrite(with: left)
        #expect(scene.list == left.union(amt))
        #expect(scene.owned == amt.subtracting(left), "what had to be added again is owned again")
    }

    @Test func `passes to a program that reads the list and writes the same ports back, which is reported once`() {
        var scene = Scene()
        _ = scene.told()
        scene.overwrite(with: amt.union("9090"), by: sysctl)
        #expect(scene.owned.isEmpty)
        #expect(scene.toldEvents() == [.disowned(amt)])
        #expect(scene.status.ports.unowned == amt.description)
        #expect(scene.status.reasons.map(\.id).contains("not-owned"))
        scene.overwrite(with: "", by: sysctl)
        #expect(scene.owned == amt && scene.status.ports.unowned.isEmpty)
        scene.overwrite(with: amt.union("9091"), by: sysctl)
        #expect(scene.toldNames() == ["repaired"])
        #expect(scene.status.verdict == .protected)
    }

    @Test func `is not what was reserved before, which is said in the status`() {
        let scene = Scene(list: "623,664")
        #expect(scene.status.ports.unowned == "623,664")
        #expect(
            scene.status.reasons.first { $0.id == "not-owned" }?.says.contains("not own these ports: 623,664;") == true)
        var configuration = Configuration()
        configuration.mode = .observe
        #expect(Scene(list: amt, configuration: configuration).status.ports.unowned.isEmpty)
    }

    @Test func `shares the list with others: the advice to their owner comes before there is a contest`() {
        let reason = Scene(list: "5000-5010").status.reasons.first { $0.id == "list-shared" }
        #expect(reason?.advice?.contains("ip_local_reserved_ports = 623,664,5000-5010,16992-16995") == true)
        #expect(!Scene().status.reasons.contains { $0.id == "list-shared" })
        #expect(
            !Scene(list: amt.union("8080")).status.reasons.contains { $0.id == "list-shared" }, "they write it already")
    }

    @Test func `is as before after a restart that finds the list as it was left`() {
        let before = Scene(list: "8080")
        let after = Scene(list: before.list, remembering: before.remembered)
        #expect(after.owned == amt)
        #expect(after.status.repairs.count == 0)
    }

    @Test func `is nothing after a restart that finds another list`() {
        let before = Scene(list: "8080")
        #expect(Scene(list: before.list.union("9090"), remembering: before.remembered).owned.isEmpty)
        #expect(Scene(list: before.list.subtracting("8080"), remembering: before.remembered).owned.isEmpty)
    }

    @Test func `is nothing after a restart that remembers nothing`() {
        #expect(Scene(list: amt).owned.isEmpty)
    }

    @Test func `is known after a kill between writing it down and the addition, and after the addition`() {
        var guardian = Guardian(remembering: Memory(scope: scope))
        _ = guardian.observe(.watch(Watch(.fanotify)), at: at(1))
        let effects = guardian.observe(.list(.ports("8080"), .request), at: at(1))
        #expect(effects.starts(with: [.remember]))
        #expect(effects.contains(.add(amt)))
        let remembered = guardian.memory
        // Killed before the addition: the list differs from the recorded one, so nothing is owned, and all ports are
        // added.
        #expect(Scene(list: "8080", remembering: remembered).owned == amt)
        // Killed after the addition: the list equals the recorded one.
        var scene = Scene(list: amt.union("8080"), remembering: remembered)
        #expect(scene.owned == amt)
        #expect(!scene.told().contains(.add(amt)))
        // Another program wrote first: in doubt, not owned.
        #expect(Scene(list: amt.union("8080,9090"), remembering: remembered).owned.isEmpty)
    }

    @Test(arguments: [Configuration.OnStop.keep, .release])
    func `is released at the stop where the administrator wants it, and nothing else`(onStop: Configuration.OnStop) {
        var configuration = Configuration()
        configuration.onStop = onStop
        var scene = Scene(list: "623,8080", configuration: configuration)
        _ = scene.told()
        scene.see(.stopping)
        scene.look(.request)
        switch onStop {
        case .keep:
            #expect(scene.list == amt.union("8080"))
            #expect(scene.owned == "664,16992-16995")
            #expect(scene.toldEvents() == [.stopping(keeping: amt)])
        case .release:
            #expect(scene.list == "623,8080")
            #expect(scene.owned.isEmpty && scene.remembered.ownership.owned.isEmpty)
            #expect(scene.toldEvents() == [.stopping(keeping: ""), .released("664,16992-16995", list: "623,8080")])
        }
    }

    @Test func `is not released where somebody else changed the list since the last look`() {
        var configuration = Configuration()
        configuration.onStop = .release
        var scene = Scene(list: "8080", configuration: configuration)
        scene.list = scene.list.union("9090")
        scene.see(.stopping)
        scene.look(.request)
        #expect(scene.list == amt.union("8080,9090"))
    }

    @Test func `is never taken out in observe mode`() {
        let before = Scene(list: "8080")
        var configuration = Configuration()
        configuration.mode = .observe
        configuration.onStop = .release
        var scene = Scene(list: before.list, remembering: before.remembered, configuration: configuration)
        scene.see(.stopping)
        scene.look(.request)
        #expect(scene.list == amt.union("8080"))
    }

    @Test func `is given back as far as a new configuration does not require it`() {
        var scene = Scene(list: "623,8080")
        _ = scene.told()
        scene.reload { $0.ports = "623,16992" }
        #expect(scene.list == "623,8080,16992")
        #expect(scene.owned == "16992")
        #expect(scene.remembered.ownership.owned == "16992")
        #expect(scene.toldNames() == ["released"])
        scene.reload { $0.ports = "8080" }
        #expect(scene.list == "623,8080")
        #expect(scene.owned.isEmpty)
    }

    @Test func `stays where it was after a removal that somebody's write undid, as it is theirs now`() {
        var guardian = Guardian(remembering: Memory(scope: scope))
        _ = guardian.observe(.watch(Watch(.fanotify)), at: at(1))
        _ = guardian.observe(.list(.ports(""), .request), at: at(1))
        _ = guardian.observe(.list(.ports(amt), .readBack), at: at(1))
        var less = Configuration()
        less.ports = "623"
        _ = guardian.observe(.configuration(less, []), at: at(2))
        #expect(guardian.observe(.list(.ports(amt), .request), at: at(2)).contains(.remove("664,16992-16995")))
        let effects = guardian.observe(.list(.ports(amt.union("9090")), .readBack), at: at(2))
        #expect(effects.removals == [])
        #expect(guardian.memory.ownership.owned.isEmpty)
    }

    @Test func `is asked for again at the next look where a removal had no effect, and not in a circle`() {
        var guardian = Guardian(remembering: Memory(scope: scope))
        _ = guardian.observe(.watch(Watch(.fanotify)), at: at(1))
        _ = guardian.observe(.list(.ports(""), .request), at: at(1))
        _ = guardian.observe(.list(.ports(amt), .readBack), at: at(1))
        var less = Configuration()
        less.ports = "623"
        _ = guardian.observe(.configuration(less, []), at: at(2))
        let removal = Effect.remove("664,16992-16995")
        #expect(guardian.observe(.list(.ports(amt), .request), at: at(2)).contains(removal))
        #expect(!guardian.observe(.list(.ports(amt), .readBack), at: at(2)).contains(removal))
        #expect(guardian.observe(.list(.ports(amt), .audit), at: at(32)).contains(removal))
    }

    @Test func `passes to a program that wrote the list right after the addition, before it was read back`() {
        var guardian = Guardian(remembering: Memory(scope: scope))
        _ = guardian.observe(.list(.ports(""), .request), at: at(1))
        let effects = guardian.observe(.list(.ports(amt.union("8080")), .readBack), at: at(1))
        #expect(effects.events.contains(.disowned(amt)))
        #expect(guardian.memory.ownership.owned == "")
    }

    /// It is in the record, which a daemon of another version may read.
    @Test func `is told from the list by the same number in every version`() {
        #expect(amt.fingerprint == 0x9F4C_2DEC_3039_46BE)
        #expect(("" as PortSet).fingerprint == 0xCBF2_9CE4_8422_2325)
    }
}
