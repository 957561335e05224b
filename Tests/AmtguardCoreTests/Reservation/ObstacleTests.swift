import AmtguardCore
import Testing

@Suite struct `A kernel that is in the way` {
    static let obstacles: [(Obstacle, String)] = [
        (.missing, "list-missing"), (.readOnly, "list-read-only"), (.notPermitted, "not-permitted"),
        (.covered, "list-covered"), (.malformed("<html>"), "list-malformed"), (.busy, "list-busy"),
        (.failed("Input/output error"), "list-failed"),
    ]

    @Test(arguments: obstacles)
    func `and refuses additions is reported once, and tried only at audits`(obstacle: Obstacle, id: String) {
        var scene = Scene(list: "8080", looking: false)
        scene.refusal = obstacle
        scene.look(.request)
        #expect(scene.status.verdict == .exposed)
        #expect(scene.status.reasons.first?.id == id)
        #expect(scene.status.reasons.first?.advice?.isEmpty == false)
        #expect(scene.status.ports.reserved == "8080")
        #expect(scene.status.ports.owned == "")
        #expect(scene.toldNames() == ["obstructed", "amt", "verdict"])
        for _ in 0..<5 {
            scene.now += 30
            scene.look(.audit)
            let asked = scene.told()
            #expect(asked.additions == [amt], "a retry at each audit")
            #expect(asked.events == [], "said once")
            scene.overwrite(with: scene.list.union("9"))
            #expect(scene.told().additions == [], "no try at a write of others")
        }
        scene.refusal = nil
        scene.now += 30
        scene.look(.audit)
        #expect(scene.toldNames() == ["reserved", "verdict"])
        #expect(scene.status.verdict == .protected)
        #expect(scene.list.isSuperset(of: amt))
        // It returns, and is reported again.
        scene.refusal = obstacle
        scene.overwrite(with: "1")
        #expect(scene.toldNames() == ["obstructed", "verdict"])
    }

    @Test(arguments: obstacles)
    func `and refuses is no contest, however often somebody asks for a look`(obstacle: Obstacle, id: String) {
        var scene = Scene(list: "8080", looking: false)
        scene.refusal = obstacle
        scene.look(.request)
        _ = scene.told()
        for _ in 0..<300 {
            scene.now += 0.01
            scene.look(.request)
        }
        let asked = scene.told()
        #expect(asked.additions.count <= 4, "an attempt a second")
        #expect(asked.events == [])
        #expect(scene.status.reasons.first?.id == id)
        #expect(!scene.status.contested)
        // When the obstacle ends, the former attempts count neither as repairs nor as a contest.
        scene.refusal = nil
        scene.now += 1
        scene.look(.request)
        #expect(scene.status.verdict == .protected)
        #expect(scene.status.repairs.count == 0 && !scene.status.contested)
    }

    @Test(arguments: obstacles)
    func `and can't be read is reported once, looked at by audits, and recovers`(obstacle: Obstacle, id: String) {
        var scene = Scene(list: amt, looking: false)
        scene.unreadable = obstacle
        scene.look(.request)
        #expect(scene.status.verdict == .exposed)
        #expect(scene.status.reasons.first?.id == id)
        #expect(scene.status.ports.reserved == nil)
        #expect(scene.told().contains(.audit(every: .seconds(30))))
        for prompt in [Prompt.audit, .watch, .request, .audit] {
            scene.look(prompt)
            #expect(scene.told() == [])
        }
        scene.unreadable = nil
        scene.look(.watch)
        #expect(scene.toldNames() == ["verdict"])
        #expect(scene.status.verdict == .protected)
    }

    @Test func `is reported again if the obstacle is another one`() {
        var scene = Scene(list: "", looking: false)
        scene.refusal = .notPermitted
        scene.look(.request)
        _ = scene.told()
        scene.refusal = .readOnly
        scene.look(.audit)
        #expect(scene.toldNames() == ["obstructed"])
        #expect(scene.status.reasons.first?.id == "list-read-only")
    }

    @Test func `and refuses a removal is reported once, and tried at audits`() {
        var scene = Scene(list: "8080")
        scene.refusal = .readOnly
        _ = scene.told()
        scene.reload { $0.ports = "623" }
        #expect(scene.toldNames() == ["obstructed", "verdict"].filter { $0 != "verdict" })
        for _ in 0..<3 {
            scene.now += 30
            scene.look(.audit)
            let asked = scene.told()
            #expect(asked.removals == ["664,16992-16995"] && asked.events == [])
            #expect(asked.first == .remember, "the record comes first")
            scene.look(.watch)
            #expect(scene.told() == [])
        }
        scene.refusal = nil
        scene.look(.audit)
        #expect(scene.list == "623,8080")
        #expect(scene.toldNames() == ["released"])
    }

    @Test func `and refuses to give back the last of it is still asked at audits`() {
        var scene = Scene(list: "8080", presence: Presence(pciFunctions: nil, heci: [], devices: [], offeringAMTHI: []))
        #expect(scene.owned == amt)
        scene.refusal = .readOnly
        scene.see(.presence(.without))
        scene.look(.request)
        #expect(scene.status.observed.auditUSec == 30_000_000)
        scene.refusal = nil
        scene.look(.audit)
        #expect(scene.list == "8080")
        #expect(scene.status.observed.auditUSec == nil)
        #expect(
            scene.told().last == .report(.verdict(.notNeeded, from: .protected, reasons: [])) || scene.owned.isEmpty)
    }

    @Test func `never takes the required ports for reserved`() {
        var scene = Scene(list: amt)
        scene.unreadable = .missing
        scene.look(.audit)
        #expect(scene.status.verdict == .exposed)
        #expect(scene.status.ports.exposed == nil)
        #expect(scene.status.ports.each.allSatisfy { $0.exposure == "unknown" && $0.reserved == nil })
        #expect(scene.status.json.description.contains(#""exposed":null"#))
        #expect(scene.status.text.contains(Status.Line("Exposed", "unknown", .doubtful)))
        _ = scene.told()
        scene.see(.stopping)
        #expect(scene.toldEvents() == [.stopping(keeping: nil)])
    }

    @Test func `never takes them for missing`() {
        var scene = Scene(list: amt, choice: .usual)
        scene.reload { $0.mode = .observe }
        scene.unreadable = .covered
        scene.look(.audit)
        #expect(scene.status.verdict == .degraded)
        #expect(!scene.status.reasons.contains { $0.id == "not-reserved" })
        #expect(scene.status.reasons.first?.says.contains("is mounted over") == true)
        #expect(!scene.status.text.contains { $0.value.contains("not reserved") })
    }

    @Test func `is told from any other reason by its id`() {
        for (obstacle, id) in Self.obstacles { #expect(Reason(id: id, says: obstacle.says).isObstacle) }
        for id in ["contested", "not-reserved", "list", ""] { #expect(!Reason(id: id, says: "").isObstacle) }
    }

    @Test(arguments: [Prompt.audit, .request, .token])
    func `and lacks ports when it can be read again is written at once`(prompt: Prompt) {
        var scene = Scene(list: "8080", looking: false)
        scene.unreadable = .missing
        scene.look(.request)
        scene.unreadable = nil
        scene.look(prompt)
        #expect(scene.list == amt.union("8080"))
    }

    @Test func `of an observer is reported each time it comes`() {
        var configuration = Configuration()
        configuration.mode = .observe
        var scene = Scene(list: amt, configuration: configuration)
        for _ in 0..<2 {
            _ = scene.told()
            scene.unreadable = .missing
            scene.look(.audit)
            #expect(scene.toldNames().contains("obstructed"))
            scene.unreadable = nil
            scene.look(.audit)
        }
    }
}
