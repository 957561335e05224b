import AmtguardCore
import Testing

@Suite struct `A write that the watch did not show` {
    @Test(arguments: [Prompt.audit, .request])
    func `is repaired at the next look, reported, and followed by audits each second for ten minutes`(prompt: Prompt) {
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

    @Test func `is reported once for as long as more of them come, and the ten minutes begin anew`() {
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
        #expect(scene.told().contains(.look(at: Instant(sinceBoot: .seconds(scene.now) + .milliseconds(250)))))
        scene.look(.watch)
        scene.look(.token)
        #expect(!scene.toldNames().contains("unseenWrite"))
        #expect(scene.status.observed.auditUSec == 30_000_000)
    }

    /// The look of a request repaired it, then the event was drained, and no other event follows.
    @Test(arguments: [Prompt.audit, .request], [[sysctl], []])
    func `is none where the watch shows it while it is repaired`(prompt: Prompt, writers: [Writer]) {
        var guardian = Guardian(remembering: Memory(scope: scope))
        _ = guardian.observe(.presence(.csme), at: at(1))
        _ = guardian.observe(.watch(Watch(.fanotify)), at: at(1))
        _ = guardian.observe(.list(.ports(amt), .request), at: at(1))
        #expect(guardian.observe(.list(.ports("8080"), prompt), at: at(9)).additions == [amt])
        _ = guardian.observe(.written(by: writers), at: at(9))
        let repaired = guardian.observe(.list(.ports(amt.union("8080")), .readBack), at: at(9))
        #expect(repaired.events.map(\.name) == ["repaired"])
        #expect(guardian.status.repairs.last?.writer == writers.last)
        #expect(guardian.status.repairs.last?.brokenAfter == nil)
        for step in 1...10 {
            let effects = guardian.observe(.list(.ports(amt.union("8080")), .token), at: at(9 + Double(step) / 10))
            #expect(effects == [])
        }
        #expect(guardian.status.observed.auditUSec == 30_000_000)
    }

    @Test func `is none where the watch had shown it behind the reading`() {
        var scene = Scene()
        _ = scene.told()
        scene.list = amt.union("8080")
        scene.see(.written(by: []))
        scene.lookAndWait(.request)
        #expect(scene.toldNames() == ["disowned"])
    }

    @Test func `broke the list for an unknown time: the bounds are reported, and the verdict begins anew`() {
        var scene = Scene()
        scene.now = 120
        scene.look(.audit)
        scene.list = "8080"
        scene.now = 127
        scene.lookAndWait(.audit)
        let last = scene.status.repairs.last
        #expect(last?.brokenAfter == at(120).iso8601)
        #expect(last?.brokenAtMostUSec == 7_000_000)
        #expect(scene.status.verdict == .protected && scene.status.since == at(127).iso8601)
        scene.now = 200
        scene.look(.audit)
        #expect(scene.status.since == at(127).iso8601, "once")
        scene.overwrite(with: "8080")
        #expect(scene.status.repairs.last?.brokenAfter == nil, "the watch woke amtguard at the write")
        #expect(scene.status.since == at(127).iso8601)
    }

    @Test func `is as good as none where the guard was held up, as by SIGSTOP: the watch shows it too late`() {
        var scene = Scene()
        scene.now = 300
        scene.overwrite(with: "8080", by: sysctl)
        #expect(scene.status.repairs.last?.writer == sysctl)
        #expect(scene.status.repairs.last?.brokenAfter == at(100).iso8601)
        #expect(scene.status.repairs.last?.brokenAtMostUSec == 200_000_000)
        #expect(scene.status.since == at(300).iso8601)
    }

    @Test func `counts also where it spared the required ports`() {
        var scene = Scene()
        _ = scene.told()
        scene.list = scene.list.union("9090")
        scene.lookAndWait(.audit)
        #expect(scene.toldNames() == ["disowned", "unseenWrite"])
        #expect(scene.owned.isEmpty)
    }

    @Test(arguments: [Prompt.watch, .readBack, .token])
    func `is none where amtguard was prompted by the write, or by itself`(prompt: Prompt) {
        var scene = Scene()
        _ = scene.told()
        scene.list = scene.list.union("9090")
        scene.look(prompt)
        #expect(scene.toldNames() == ["disowned"])
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

    @Test func `tells how long amtguard looks each second`() {
        var scene = Scene()
        scene.list = "8080"
        scene.lookAndWait(.audit)
        func says() -> String? { scene.status.reasons.first { $0.id == "unseen-write" }?.says }
        scene.now += 59
        scene.look(.audit)
        #expect(says()?.hasSuffix("each second for 10 min more") == true)
        scene.now += 482
        scene.look(.audit)
        #expect(says()?.hasSuffix("each second for 1 min more") == true)
    }

    /// The audit's interval, a tenth of it and a second.
    @Test(arguments: [(33.9, false), (34, false), (34.1, true)])
    func `may be one that the watch shows too late after the last look`(seconds: Double, isLate: Bool) {
        var scene = Scene()
        scene.now += seconds
        scene.overwrite(with: "8080", by: sysctl)
        #expect((scene.status.repairs.last?.brokenAfter != nil) == isLate)
    }

    @Test(arguments: [Prompt.watch, .token])
    func `is not assumed where another look found the list broken`(prompt: Prompt) {
        var scene = Scene()
        scene.now += 7
        scene.list = "8080"
        scene.look(prompt)
        #expect(scene.status.repairs.count == 1 && scene.status.repairs.last?.brokenAfter == nil)
    }
}

extension Scene {
    /// A look, and the second look that follows a suspicious one.
    fileprivate mutating func lookAndWait(_ prompt: Prompt) {
        look(prompt)
        now += 0.25
        look(.token)
    }
}
