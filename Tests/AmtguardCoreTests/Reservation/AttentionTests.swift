import AmtguardCore
import Testing

@Suite struct `A program that writes the list all day and keeps the required ports` {
    private func scene() -> Scene {
        var configuration = Configuration()
        configuration.pace = Pace(burst: 3, perSecond: 2)
        var scene = Scene(configuration: configuration)
        _ = scene.told()
        return scene
    }

    @Test func `is not followed at each write`() {
        var scene = scene()
        for port in 1...3 {
            scene.list = amt.union(PortSet(8_000 + UInt16(port)...8_000 + UInt16(port)))
            scene.look(.watch)
        }
        let asked = scene.told()
        #expect(asked.contains(.watch(false)))
        let next = Instant(sinceBoot: .seconds(scene.now) + .milliseconds(500))
        #expect(asked.contains(.look(at: next)))
        #expect(!scene.status.contested)
    }

    @Test func `is followed again with the next token, which a quiet look does not take`() {
        var scene = scene()
        for _ in 1...3 { scene.look(.watch) }
        _ = scene.told()
        scene.now += 1
        scene.look(.token)
        #expect(scene.told() == [.watch(true)])
        scene.look(.token)
        #expect(scene.told() == [])
    }

    @Test func `hides no overwrite for longer than a token takes`() {
        var scene = scene()
        for _ in 1...3 { scene.look(.watch) }
        scene.now += 1
        scene.list = "8080"
        scene.look(.token)
        #expect(scene.list == amt.union("8080"))
    }

    @Test func `is followed sooner when the pace is raised`() {
        var scene = scene()
        for _ in 1...3 { scene.look(.watch) }
        scene.reload { $0.pace = Pace(burst: 3, perSecond: 1_000) }
        #expect(scene.told().contains(.watch(false)))
        scene.now += 0.1
        scene.look(.token)
        #expect(scene.told() == [.watch(true)])
    }
}
