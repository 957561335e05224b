import AmtguardCore
import Testing

@Suite struct `A write that the watch did not show` {
    @Test(arguments: [Prompt.audit, .request])
    func `is repaired at the next look, told, and followed by audits each second for ten minutes`(prompt: Prompt) {
        var scene = Scene()
        _ = scene.told()
        scene.list = "8080"
        scene.lookAndWait(prompt)
        #expect(scene.list == amt.union("8080"))
        let asked = scene.told()
        #expect(asked.contains(.report(.unseenWrite(found: "8080"))))
        #expect(asked.contains(.audit(every: .seconds(1))))
        #expect(scene.status.observed.auditUSec == 1_000_000)
        #expect(scene.status.reasons.map(\.id).contains("unseen-write"))
        #expect(scene.status.verdict == .protected)

        scene.now += 599
        scene.look(.audit)
        #expect(scene.told() == [])
        scene.now += 2
        scene.look(.audit)
        #expect(scene.told() == [.audit(every: .seconds(30))])
        #expect(!scene.status.reasons.map(\.id).contains("unseen-write"))
    }

    @Test func `is told once for as long as more of them come, and the ten minutes begin anew`() {
        var scene = Scene()
        _ = scene.told()
        for _ in 0..<5 {
            scene.now += 500
            scene.list = "8080"
            scene.lookAndWait(.audit)
        }
        #expect(scene.toldNames().filter { $0 == "unseenWrite" }.count == 1)
        scene.now += 599
        scene.look(.audit)
        #expect(scene.status.observed.auditUSec == 1_000_000)
        scene.now += 2
        scene.look(.audit)
        scene.now += 1
        scene.list = "8080"
        scene.lookAndWait(.audit)
        #expect(scene.toldNames().filter { $0 == "unseenWrite" }.count == 1)
    }

    @Test func `is none where the watch shows it a moment after the audit has seen it`() {
        var scene = Scene()
        _ = scene.told()
        scene.list = "8080"
        scene.look(.audit)
        #expect(scene.told().contains(.look(at: Instant(sinceBoot: .seconds(scene.now) + .milliseconds(10)))))
        scene.look(.watch)
        scene.look(.token)
        #expect(!scene.toldNames().contains("unseenWrite"))
        #expect(scene.status.observed.auditUSec == 30_000_000)
    }

    @Test func `counts also where it spared the required ports`() {
        var scene = Scene()
        _ = scene.told()
        scene.list = scene.list.union("9090")
        scene.lookAndWait(.audit)
        #expect(scene.toldNames() == ["unseenWrite"])
        #expect(scene.owned.isEmpty)
    }

    @Test(arguments: [Prompt.watch, .readBack, .token])
    func `is none where amtguard was prompted by the write, or by itself`(prompt: Prompt) {
        var scene = Scene()
        _ = scene.told()
        scene.list = scene.list.union("9090")
        scene.look(prompt)
        #expect(scene.toldNames() == [])
    }

    @Test func `is no news where nothing is watched`() {
        var scene = Scene(watch: Watch(.none))
        _ = scene.told()
        scene.list = "8080"
        scene.lookAndWait(.audit)
        #expect(scene.list == amt.union("8080"))
        #expect(scene.toldNames() == ["repaired"])
        #expect(scene.status.observed.auditUSec == 30_000_000)
    }

    @Test func `does not slow down audits that are faster anyway`() {
        var configuration = Configuration()
        configuration.audit = .milliseconds(200)
        var scene = Scene(configuration: configuration)
        scene.list = "8080"
        scene.lookAndWait(.audit)
        #expect(scene.status.observed.auditUSec == 200_000)
    }
}

extension Scene {
    /// A look, and the second one that comes if the first was suspicious.
    fileprivate mutating func lookAndWait(_ prompt: Prompt) {
        look(prompt)
        look(.token)
    }
}
