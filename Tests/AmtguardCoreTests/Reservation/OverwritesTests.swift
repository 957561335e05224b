import Testing

@testable import AmtguardCore

@Suite struct `A list that is overwritten again and again` {
    private func repeated(_ count: Int, every step: Double = 0.1) -> Scene {
        var scene = Scene()
        _ = scene.told()
        for _ in 0..<count {
            scene.now += step
            scene.overwrite(with: "8080", by: sysctl)
        }
        return scene
    }

    @Test func `are reported singly five times, then summed up at warning, and the verdict is degraded`() {
        var scene = repeated(5)
        #expect(scene.toldNames() == Array(repeating: "repaired", count: 5))
        #expect(scene.status.verdict == .protected && !scene.status.contested && scene.status.overwrites == nil)
        scene.now += 0.1
        scene.overwrite(with: "9090", by: sysctl)
        let told = scene.toldEvents()
        #expect(told.map(\.name) == ["contested", "verdict"])
        #expect(told.map(\.journalEntry.priority) == [.warning, .warning])
        #expect(scene.list == amt.union("9090"), "it is repaired at once all the same")
        #expect(scene.status.verdict == .degraded && scene.status.contested)
        #expect(scene.status.reasons.first?.id == "contested")
        #expect(scene.status.overwrites?.count == 6)
        #expect(scene.status.overwrites?.answer == "repaired")
    }

    @Test func `that go on are one entry a minute, whatever their number`() {
        var scene = repeated(6)
        _ = scene.told()
        var told: [Contest] = []
        for _ in 0..<3_000 {
            scene.now += 0.1
            scene.overwrite(with: "8080", by: sysctl)
            for event in scene.toldEvents() {
                guard case .contested(let contest) = event else {
                    Issue.record("\(event.name)")
                    continue
                }
                told.append(contest)
            }
        }
        #expect((4...5).contains(told.count))
        #expect(told.allSatisfy { (599...601).contains($0.untold) })
        #expect(scene.status.verdict == .degraded)
    }

    @Test func `that end rest after a minute, and the next one is reported singly again`() {
        var scene = repeated(6)
        let asked = scene.told()
        let rest = Instant(sinceBoot: .seconds(scene.now) + Overwrites.window)
        #expect(asked.last { $0.isLook } == .look(at: rest))
        scene.now += 60
        scene.look(.token)
        #expect(scene.toldNames() == ["calmed", "verdict"])
        #expect(scene.status.verdict == .protected && !scene.status.contested)
        scene.overwrite(with: "8080", by: sysctl)
        #expect(scene.toldNames() == ["repaired"])
    }

    @Test func `with a minute of rest between them are never a contest`() {
        var scene = repeated(100, every: 61)
        #expect(scene.toldNames() == Array(repeating: "repaired", count: 100))
        #expect(scene.status.verdict == .protected)
    }

    @Test func `are counted by the name of the writer, and a new name each time does not fill the memory`() {
        var scene = Scene()
        for pid: Int32 in 1...30 {
            scene.overwrite(with: "8080", by: Writer(pid: pid, command: "sysctl", unit: "tuned.service"))
            if pid.isMultiple(of: 2) { scene.overwrite(with: "8080", by: Writer(pid: 1_000 + pid, command: "x\(pid)")) }
        }
        let overwrites = scene.status.overwrites
        #expect(overwrites?.writers.count == 8)
        #expect(overwrites?.writers.first?.command == "sysctl" && overwrites?.writers.first?.count == 30)
        #expect(overwrites?.writers.first?.pid == 30, "the last one")
        #expect(overwrites?.otherWriters == 8)
        #expect(overwrites?.count == 45)
        let says = scene.status.reasons.first { $0.id == "contested" }?.says
        #expect(says?.contains("sysctl of tuned.service (30 times)") == true, "no pid where each was another")
    }

    @Test(arguments: [1, 5, 20, 60])
    func `of two minutes are at most 40 lines a minute, at any rate and any pace`(rate: Int) {
        for pace in [Configuration().pace, Pace(burst: 1, perSecond: 1), Pace(burst: 3, perSecond: 50)] {
            for gap in [0.0, 1, 3, 11] {
                var configuration = Configuration()
                configuration.pace = pace
                let lines = lines(of: rate, pausing: gap, configuration)
                #expect(lines <= 80, "\(rate) a second, \(pace), pauses of \(gap) s")
            }
        }
    }

    /// Two minutes that alternate between a second of overwriting and a pause, with the guard's own looks in between.
    private func lines(of rate: Int, pausing gap: Double, _ configuration: Configuration) -> Int {
        var scene = Scene(configuration: configuration)
        _ = scene.told()
        var lines = 0
        var next: Instant?
        var isListening = true
        let end = scene.now + 120
        var write = scene.now
        var pause = write + 1
        func note(_ effects: [Effect]) {
            lines += effects.events.count
            for case .look(let time) in effects { next = time }
            for case .watch(let on) in effects { isListening = on }
        }
        while write < end {
            if let look = next, look < Instant(sinceBoot: .seconds(write)) {
                // A timer never fires early.
                scene.now = max(scene.now, Double(look.sinceBoot.microseconds + 1) / 1e6)
                next = nil
                scene.look(.token)
                note(scene.told())
                continue
            }
            scene.now = max(scene.now, write)
            if isListening {
                next = nil
                scene.overwrite(with: "8080", by: sysctl)
                note(scene.told())
            } else {
                scene.list = "8080"
            }
            write += 1 / Double(rate)
            guard gap > 0, write >= pause else { continue }
            write += gap
            pause = write + 1
        }
        return lines
    }

    @Test func `name the most frequent writer first`() {
        var tally = WriterTally()
        #expect(tally.words() == nil)
        for (pid, name) in ["a", "b", "c", "c", "b", "c", "a", "c"].enumerated() {
            tally.count(Writer(pid: Int32(pid), command: name))
        }
        #expect(tally.words() == "c (4 times), b (twice), a (twice)", "in the order in which they got there")
        #expect(tally.words(atMost: 1) == "c (4 times), others (4 times)")
        tally.count(Writer(pid: 9, command: "d"))
        #expect(tally.words()?.hasSuffix("d[9] (once)") == true)
    }

    @Test func `are told with two of their writers`() {
        var scene = Scene()
        for (pid, name) in ["a", "b", "c", "a", "b", "a", "d"].enumerated() {
            scene.now += 0.1
            scene.overwrite(with: "8080", by: Writer(pid: Int32(pid), command: name))
        }
        let says = scene.status.reasons.first { $0.id == "contested" }?.says
        #expect(
            says?.hasPrefix("the list is repeatedly overwritten by a (3 times), b (twice), others (twice), 7 times")
                == true)
    }

    @Test(arguments: [(29.0, false), (31, true)])
    func `are told again after a minute if they went on in its second half`(last: Double, isTold: Bool) {
        var scene = repeated(6)
        let told = scene.now
        scene.now = told + last
        scene.overwrite(with: "9090", by: sysctl)
        _ = scene.told()
        scene.now = told + 60
        scene.look(.token)
        #expect(scene.toldNames() == (isTold ? ["contested"] : []))
    }
}

@Suite struct `Overwrites where amtguard only observes` {
    private var observing: Scene {
        var configuration = Configuration()
        configuration.mode = .observe
        var scene = Scene(list: amt, configuration: configuration)
        _ = scene.told()
        return scene
    }

    @Test func `are reported with the writer, and nothing is written`() {
        var scene = observing
        scene.overwrite(with: "623,8080", by: sysctl)
        let told = scene.told()
        #expect(told.additions == [])
        let missing: PortSet = "664,16992-16995"
        let overwrite = ObservedOverwrite(found: "623,8080", missing: missing, writer: sysctl)
        #expect(told.events.contains(.overwritten(overwrite)))
        #expect(scene.status.verdict == .exposed)
        // Another overwrite, then the same one again: the watch shows the second, although the list is unchanged.
        scene.overwrite(with: "9090", by: sysctl)
        scene.overwrite(with: "9090", by: sysctl)
        #expect(scene.toldNames() == ["overwritten", "overwritten"])
    }

    @Test func `are reported without a name if an audit finds them`() {
        var scene = observing
        scene.list = "8080"
        scene.look(.audit)
        #expect(scene.told().contains(.look(at: at(scene.now).instant)))
        scene.look(.token)
        #expect(scene.toldNames() == ["overwritten"])
        scene.look(.audit)
        #expect(scene.toldNames() == [])
    }

    @Test func `are none where the list never held the ports and nobody writes it`() {
        var configuration = Configuration()
        configuration.mode = .observe
        var scene = Scene(list: "8080", configuration: configuration)
        for _ in 0..<3 { scene.look(.audit) }
        #expect(!scene.toldNames().contains("overwritten"))
    }

    @Test func `again and again are summed up, and the verdict does not come and go with each`() {
        var scene = observing
        var names: [String] = []
        for step in 0..<1_200 {
            scene.now += 0.05
            scene.overwrite(with: step.isMultiple(of: 2) ? "8080" : amt, by: sysctl)
            names += scene.toldNames()
        }
        #expect(names.count <= 40, "\(names.count)")
        #expect(names.contains("contested"))
        #expect(scene.status.verdict == .exposed)
        #expect(scene.status.overwrites?.answer == "left")
    }
}
