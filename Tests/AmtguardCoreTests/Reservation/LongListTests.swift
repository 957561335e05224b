import AmtguardCore
import Testing

@Suite struct `A list that does not fit one write` {
    /// 1,500 single ports: 9 kB.
    private static let others = PortSet(
        merging: stride(from: 20_001, to: 23_001, by: 2).map { UInt16($0)...UInt16($0) })

    @Test func `is added to as ever, and nothing is taken out of it, which is told once`() {
        var configuration = Configuration()
        configuration.extraPorts = "5900"
        var scene = Scene(list: Self.others, configuration: configuration)
        #expect(scene.list == Self.others.union(amt).union("5900"))
        _ = scene.told()
        scene.reload { $0.extraPorts = "" }
        let told = scene.told()
        #expect(told.removals == [])
        #expect(told.events == [.stranded("5900", list: scene.list)])
        #expect(scene.status.verdict == .protected)
        #expect(scene.status.reasons.map(\.id).contains("list-long"))
        for _ in 0..<3 { scene.look(.audit) }
        #expect(scene.told() == [])
        #expect(scene.owned == amt.union("5900"), "it is still known whose it is")
    }

    @Test func `keeps all at a stop with OnStop=release`() {
        var configuration = Configuration()
        configuration.onStop = .release
        var scene = Scene(list: Self.others, configuration: configuration)
        _ = scene.told()
        scene.see(.stopping)
        scene.look(.readBack)
        #expect(scene.told().removals == [])
        #expect(scene.list == Self.others.union(amt))
        #expect(scene.remembered.ownership.owned == amt)
        // Started again with a shorter list, it would still own nothing in it, because another program shortened it.
        var next = Scene(list: scene.list, remembering: scene.remembered, configuration: configuration)
        #expect(next.owned == amt)
        next.see(.stopping)
        next.look(.readBack)
        #expect(next.toldNames().contains("stranded"))
    }

    @Test func `may be emptied, and what is left may be as long as one write`() {
        // 666 ports of five digits and a comma are 3,996 bytes, and 667 are 4,002.
        for (count, fits) in [(666, true), (667, false)] {
            let others = PortSet(
                merging: stride(from: 20_001, to: 20_001 + 2 * count, by: 2).map { UInt16($0)...UInt16($0) })
            var scene = Scene(list: others)
            scene.reload { $0.ports = "20001" }
            #expect(scene.list == (fits ? others : others.union(amt)))
        }
    }
}
