import Testing

@testable import AmtguardCore

@Suite struct `Guardians that take turns` {
    /// A stand-in for a daemon, with the same list as `scene`.
    private static func bridge(beside scene: Scene) -> Scene { Scene(list: scene.list) }

    @Test func `own what the other wrote down`() {
        let daemon = Scene(list: "623,8080")
        var bridge = Self.bridge(beside: daemon)
        #expect(bridge.owned.isEmpty)
        bridge.guardian.recall(daemon.remembered, at: at(100))
        bridge.look(.watch)
        #expect(bridge.owned == daemon.owned)
    }

    @Test func `add what is missing, and the other owns it`() {
        let daemon = Scene(list: "8080")
        var bridge = Self.bridge(beside: daemon)
        bridge.guardian.recall(daemon.remembered, at: at(100))
        bridge.overwrite(with: "623,9090")
        #expect(bridge.status.repairs.count == 1)
        let next = Scene(list: bridge.list, remembering: bridge.remembered)
        #expect(next.owned == amt.subtracting("623"))
    }

    @Test func `own what a former one wrote down, also where the record is found late`() {
        let former = Scene(list: "8080")
        var next = Scene(list: former.list)
        #expect(next.owned.isEmpty)
        next.see(.record(former.remembered))
        next.look(.audit)
        #expect(next.owned == former.owned)
        #expect(next.guardian.memory.ownership == former.guardian.memory.ownership)
        // The former guardian was killed right after its addition.
        var killed = Memory(scope: scope)
        killed.ownership = Ownership(list: ("8080" as PortSet).fingerprint)
        killed.ownership.foresee(adding: amt, to: "8080")
        var successor = Scene(list: former.list)
        successor.see(.record(killed))
        #expect(successor.owned == amt, "before the next look as well")
        // Another program, or this one, wrote the list in between: in doubt, not owned.
        var other = Scene(list: former.list.union("9090"))
        other.see(.record(former.remembered))
        #expect(other.owned.isEmpty)
        var adding = Scene(list: "8080,9090")
        adding.see(.record(former.remembered))
        #expect(adding.owned == amt)
    }

    @Test func `own nothing of a list that was changed after the other's word`() {
        let daemon = Scene(list: "8080")
        var bridge = Self.bridge(beside: daemon)
        bridge.list = bridge.list.union("9090")
        bridge.guardian.recall(daemon.remembered, at: at(100))
        bridge.look(.watch)
        #expect(bridge.owned.isEmpty)
    }

    @Test func `forget nothing that the other saw of AMT`() {
        let seen = Memory(scope: scope, sawCSME: true, sighting: .provisionedAdmin)
        var scene = Scene(presence: .without)
        #expect(scene.guardian.missing(from: "") == "")
        scene.guardian.recall(seen, at: at(100))
        #expect(scene.guardian.missing(from: "623") == amt.subtracting("623"))
        #expect(scene.guardian.memory.sawCSME && scene.guardian.memory.sighting == .provisionedAdmin)
        scene.guardian.recall(Memory(scope: scope), at: at(100))
        #expect(scene.guardian.memory.sawCSME && scene.guardian.memory.sighting == .provisionedAdmin)
    }

    @Test func `miss nothing where amtguard does not write, or AMT is impossible`() {
        var observing = Configuration()
        observing.mode = .observe
        #expect(Scene(configuration: observing).guardian.missing(from: "") == "")
        #expect(Scene(presence: .without).guardian.missing(from: "") == "")
        #expect(Scene(list: amt).guardian.missing(from: "664,16992") == "623,16993-16995")
    }
}
