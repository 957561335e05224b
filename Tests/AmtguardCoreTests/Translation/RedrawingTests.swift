import Testing

@testable import AmtguardCore

@Suite struct `The redraw table` {
    private static let docker = Translation(
        chains: [Translation.Chain(family: "ip", table: "nat", name: "POSTROUTING")], hasLegacyTable: false)
    private static let none = Translation(chains: [], hasLegacyTable: false)
    private static let shared = RedrawTable(
        addresses: [ip("192.0.2.20")], tcp: "623,664,16992-16995", udp: "623,664")

    /// A host with eno1, whose address AMT shares, and with this translation.
    private func scene(
        _ translation: Translation? = docker, _ change: (inout Configuration) -> Void = { _ in }
    ) -> Scene {
        var configuration = Configuration()
        change(&configuration)
        var scene = Scene(list: amt, configuration: configuration)
        scene.see(.redrawTable(scene.table, .request))
        if let translation { scene.see(.translation(translation)) }
        scene.hear(.provisioned(.admin))
        scene.look(.request)
        return scene
    }

    private func changes(_ scene: inout Scene) -> [RedrawChange] {
        scene.told().compactMap { if case .redraw(let change) = $0 { change } else { nil } }
    }

    @Test func `is put in force where an address is shared and translated, and reported once`() {
        var scene = scene()
        #expect(scene.table.table == Self.shared)
        #expect(scene.toldNames().filter { $0 == "redrawing" }.count == 1)
        scene.see(.redrawTable(scene.table, .audit))
        scene.see(.translation(Self.docker))
        #expect(scene.told() == [])
        #expect(scene.status.verdict == .protected && scene.status.nat?.inForce == true)
        #expect(scene.status.nat?.owned == true)
        #expect(scene.status.nat?.addresses == ["192.0.2.20"] && scene.status.nat?.translation == "yes")
    }

    @Test func `is left out where nothing is translated, so that no packet is tracked`() {
        var scene = scene(Self.none)
        #expect(changes(&scene).isEmpty && scene.status.nat?.inForce == false)
        #expect(scene.status.verdict == .protected)
        scene.see(.translation(Self.docker))
        #expect(changes(&scene) == [.load(Self.shared)])
        scene.see(.translation(Self.none))
        #expect(changes(&scene).isEmpty, "a program may be loading its rules anew")
        scene.now += 11
        scene.see(.translation(Self.none))
        #expect(changes(&scene) == [.unload] && scene.table.state == .absent)
    }

    @Test(arguments: [
        (Translation(chains: [], hasLegacyTable: nil, tracks: true, gap: "it can't be read"), true),
        (Translation(chains: [], hasLegacyTable: nil, tracks: false, gap: "it can't be read"), false),
        (Translation(chains: nil, hasLegacyTable: false, tracks: nil, gap: "it can't be read"), false),
        (Translation(chains: nil, hasLegacyTable: true, gap: "it can't be read"), true),
    ]) func `where translation is unknown, is in force if that costs nothing`(_ seen: Translation, isInForce: Bool) {
        let scene = scene(seen)
        #expect((scene.table.table != nil) == isInForce)
        let isKnown = seen.isInUse != nil
        #expect(scene.status.reasons.contains { $0.id == "translation-unknown" } != isKnown)
        #expect(scene.status.verdict == .protected)
    }

    @Test func `follows Redraw=`() {
        #expect(scene(Self.none) { $0.redraw = .yes }.table.table == Self.shared)
        var off = scene { $0.redraw = .no }
        #expect(off.table.state == .absent && off.status.verdict == .degraded)
        let reason = off.status.reasons.first { $0.id == "translation-unguarded" }
        #expect(reason?.says.contains("chain ip nat POSTROUTING") == true)
        #expect(reason?.advice == "Set Redraw=auto in amtguard.conf, then systemctl reload amtguardd.")
        off.reload { $0.redraw = .auto }
        #expect(off.table.table == Self.shared && off.status.verdict == .protected)
        off.reload { $0.redraw = .no }
        #expect(off.table.state == .absent)
        #expect(off.toldNames().contains("redrawingEnded"))
    }

    @Test func `is never touched by an observer`() {
        var scene = scene { $0.mode = .observe }
        scene.table = RedrawReading(.altered)
        scene.see(.redrawTable(scene.table, .audit))
        #expect(changes(&scene).isEmpty && scene.status.verdict == .degraded)
    }

    @Test func `needs an address that AMT shares`() {
        var scene = Scene(list: amt)
        scene.see(.redrawTable(scene.table, .request))
        scene.see(.translation(Self.docker))
        #expect(changes(&scene).isEmpty && scene.status.nat?.addresses == [])
        #expect(!scene.status.reasons.contains { $0.id.hasPrefix("translation") })
    }

    @Test func `of the daemon before stays until AMT was heard`() {
        var scene = Scene(list: amt)
        scene.table = RedrawReading(.inForce(Self.shared), isOwned: true, redrawn: 7)
        scene.see(.redrawTable(scene.table, .request))
        scene.see(.translation(Self.docker))
        #expect(changes(&scene).isEmpty, "AMT's addresses are not known yet")
        scene.hear(.provisioned(.admin))
        #expect(changes(&scene).isEmpty && scene.status.nat?.inForce == true)
    }

    @Test func `follows the host's addresses`() {
        var scene = scene()
        _ = scene.told()
        scene.see(.interfaces([.lo, .eno1("192.0.2.21")]))
        #expect(scene.table.table?.addresses == [ip("192.0.2.21")])
        scene.see(.interfaces([.lo]))
        #expect(scene.table.state == .absent)
    }

    @Test func `is made again when another program deletes it, which is told once a minute`() {
        var scene = scene()
        _ = scene.told()
        var told: [String] = []
        for second in 0..<100 {
            scene.now = 200 + Double(second)
            scene.table = RedrawReading(second % 2 == 0 ? .absent : .altered)
            scene.see(.redrawTable(scene.table, .watch))
            #expect(scene.table.table == Self.shared)
            told += scene.toldNames()
        }
        #expect(told == ["redrawRestored", "redrawRestored"])
        #expect(scene.status.verdict == .protected)
    }

    @Test func `that another program has under this name is told, and left alone`() {
        var scene = scene(nil)
        scene.table = RedrawReading(.foreign(owner: "firewalld"))
        scene.see(.redrawTable(scene.table, .request))
        scene.see(.translation(Self.docker))
        scene.see(.redrawTable(scene.table, .audit))
        #expect(changes(&scene).isEmpty && scene.status.verdict == .degraded)
        let reason = scene.status.reasons.first { $0.id == "translation-unguarded" }
        #expect(reason?.says.hasSuffix("another program (firewalld) has a table ip amtguard") == true)
        #expect(reason?.advice?.contains("nft delete table ip amtguard") == true)
    }

    @Test func `that the kernel refuses is told once, and tried again at each audit`() {
        var scene = scene(nil)
        scene.tableRefusal = .unknown(says: "this kernel lacks a part of nf_tables", advice: nil)
        scene.see(.translation(Self.docker))
        #expect(scene.toldNames().filter { $0 == "redrawObstructed" }.count == 1)
        #expect(scene.status.verdict == .degraded)
        scene.see(.redrawTable(scene.table, .audit))
        #expect(changes(&scene) == [.load(Self.shared)])
        scene.see(.redrawTable(scene.table, .audit))
        #expect(!scene.toldNames().contains("redrawObstructed"))
        scene.tableRefusal = nil
        scene.see(.redrawTable(scene.table, .audit))
        #expect(scene.table.table == Self.shared && scene.status.verdict == .protected)
    }

    @Test func `counts connections over all its lives, and tells them once a minute`() {
        var scene = scene()
        _ = scene.told()
        for (second, counts) in [(1.0, (3, 1)), (2, (5, 1)), (3, (1, 0)), (70, (2, 2))] {
            scene.now = 300 + second
            scene.table.redrawn = UInt64(counts.0)
            scene.table.refused = UInt64(counts.1)
            scene.see(.redrawTable(scene.table, .audit))
        }
        #expect(scene.status.nat?.redrawn == 7 && scene.status.nat?.refused == 3)
        #expect(
            scene.toldEvents() == [.redrawn(3, refused: 1), .redrawn(4, refused: 2)])
    }

    @Test func `of the daemon before has counted already, and a look that failed counts nothing`() {
        var scene = Scene(list: amt)
        scene.table = RedrawReading(.inForce(Self.shared), isOwned: true, redrawn: 7, refused: 2)
        scene.see(.redrawTable(scene.table, .request))
        scene.see(.translation(Self.docker))
        scene.hear(.provisioned(.admin))
        #expect(scene.status.nat?.redrawn == 0)
        scene.see(.redrawTable(RedrawReading(.unknown(says: "busy", advice: nil)), .watch))
        #expect(scene.status.nat?.inForce == true, "the next audit says more")
        scene.see(.redrawTable(RedrawReading(.unknown(says: "busy", advice: nil)), .audit))
        scene.table.redrawn = 8
        scene.see(.redrawTable(scene.table, .audit))
        #expect(scene.status.nat?.redrawn == 1 && scene.status.nat?.refused == 0)
    }

    @Test func `of the daemon before stays for a while though nothing is translated just now`() {
        var scene = Scene(list: amt)
        scene.table = RedrawReading(.inForce(Self.shared), isOwned: true)
        scene.see(.redrawTable(scene.table, .request))
        scene.see(.translation(Self.none))
        scene.hear(.provisioned(.admin))
        #expect(changes(&scene).isEmpty, "a ruleset may be loaded anew just now")
        scene.now += 11
        scene.see(.translation(Self.none))
        #expect(changes(&scene) == [.unload])
    }

    @Test func `that is in force is not missed by an observer`() {
        var scene = scene()
        scene.reload { $0.mode = .observe }
        #expect(scene.status.nat?.inForce == true)
        #expect(!scene.status.reasons.contains { $0.id == "translation-unguarded" })
    }

    @Test func `keeps its chains where the ruleset changes too fast to be read`() {
        var scene = scene()
        scene.see(.translation(Translation(chains: nil, hasLegacyTable: false, gap: "busy")))
        #expect(scene.status.nat?.translation == "yes" && scene.status.nat?.chains?.count == 1)
    }

    @Test func `of a daemon before goes where AMT turns out to be impossible`() {
        var scene = Scene(list: amt, presence: .without)
        scene.table = RedrawReading(.inForce(Self.shared), isOwned: true)
        scene.see(.redrawTable(scene.table, .request))
        #expect(scene.table.state == .absent)
    }

    @Test func `that Redraw=yes wants and that is refused degrades, though nothing is translated`() {
        var scene = scene(Self.none) { $0.redraw = .no }
        scene.tableRefusal = .unknown(says: "this kernel lacks a part of nf_tables", advice: nil)
        scene.reload { $0.redraw = .yes }
        #expect(scene.status.verdict == .degraded)
    }

    @Test func `is taken away at the end if no socket owns it`() {
        for isOwned in [true, false] {
            var scene = scene()
            scene.table.isOwned = isOwned
            scene.see(.redrawTable(scene.table, .audit))
            scene.see(.stopping)
            #expect((scene.table.state == .absent) == !isOwned)
        }
    }

    @Test func `is in the status as far as it is understood`() {
        var nat = scene().status.nat
        #expect(nat?.table == Self.shared)
        nat?.tcp = "x"
        #expect(nat?.table == nil)
        #expect(Scene().status.nat?.table == nil)
    }

    @Test func `was looked at as soon as there is a reading, also of none`() {
        var scene = Scene(list: amt)
        #expect(!scene.guardian.hasSeenRedrawTable)
        scene.see(.redrawTable(RedrawReading(.absent), .request))
        #expect(scene.guardian.hasSeenRedrawTable)
    }

    @Test func `that ended is told once, and so is the next one`() {
        var scene = scene()
        _ = scene.told()
        scene.reload { $0.redraw = .no }
        scene.see(.redrawTable(scene.table, .audit))
        #expect(scene.toldNames().filter { $0 == "redrawingEnded" }.count == 1)
        scene.reload { $0.redraw = .auto }
        #expect(scene.toldNames().filter { $0 == "redrawing" }.count == 1)
    }

    @Test func `names the chains that translate in their order`() {
        let chains = [("ip", "a", "b"), ("inet", "b", "a"), ("ip", "a", "a"), ("inet", "a", "b")].map {
            Translation.Chain(family: $0.0, table: $0.1, name: $0.2)
        }
        let status = scene(Translation(chains: chains, hasLegacyTable: false)).status
        #expect(status.nat?.chains?.map(\.words) == ["inet a b", "inet b a", "ip a a", "ip a b"])
    }
}

@Suite struct `A translated connection` {
    private static let flow = TranslatedFlow(
        .tcp, from: end("10.88.0.2", 40123), to: end("198.51.100.7", 443), as: end("192.0.2.20", 16994))

    private static func end(_ address: String, _ port: UInt16) -> LocalSocket.Endpoint {
        LocalSocket.Endpoint(.v4(ip(address)), port: port)
    }

    private func scene() -> Scene {
        var scene = Scene(list: amt)
        scene.see(.redrawTable(scene.table, .request))
        scene.see(
            .translation(
                Translation(
                    chains: [Translation.Chain(family: "inet", table: "t", name: "c")], hasLegacyTable: false,
                    published: [])))
        scene.hear(.provisioned(.admin))
        scene.see(.sockets(SocketReading([])))
        scene.look(.request)
        _ = scene.told()
        return scene
    }

    @Test func `on AMT's port and address is a victim, with its beginning and its end`() {
        var scene = scene()
        scene.see(.flows(FlowReading([Self.flow])))
        #expect(scene.toldNames() == ["translatedVictim"])
        #expect(
            scene.status.nat?.victims?.map(\.words) == [
                "tcp 10.88.0.2:40123 as 192.0.2.20:16994 to 198.51.100.7:443, unanswered since 2026-11-22T20:01:40Z"
            ])
        scene.now += 11
        scene.look(.request)
        scene.see(.flows(FlowReading([Self.flow])))
        #expect(scene.status.verdict == .degraded)
        #expect(scene.status.reasons.first?.id == "translated-victims")
        scene.see(.flows(FlowReading([])))
        #expect(scene.toldNames() == ["verdict", "translatedVictimEnded", "verdict"])
        #expect(scene.status.verdict == .protected)
    }

    @Test(arguments: [
        ("answered", { @Sendable (flow: inout TranslatedFlow) in flow.isAnswered = true }),
        ("on another address", { @Sendable in $0.translated.address = .v4(ip("192.0.2.99")) }),
        ("on another port", { @Sendable in $0.translated.port = 16991 }),
        ("of UDP on a port of which AMT takes only TCP", { @Sendable in $0.protocol = .udp }),
    ]) func `is none where it is`(_ case: String, _ change: @Sendable (inout TranslatedFlow) -> Void) {
        var scene = scene()
        var flow = Self.flow
        change(&flow)
        scene.see(.flows(FlowReading([flow])))
        #expect(scene.status.nat?.victimCount == 0, Comment(rawValue: `case`))
    }

    @Test func `of this host is told as such`() {
        var scene = scene()
        var flow = Self.flow
        flow.origin = Self.end("192.0.2.20", 51000)
        scene.see(.flows(FlowReading([flow])))
        #expect(scene.status.nat?.victims?.first?.own == true)
    }

    @Test func `is not looked for where nothing is translated, and unknown where AMT's address is`() {
        var scene = Scene(list: amt)
        #expect(scene.guardian.flowsOfInterest == nil, "nothing was seen yet")
        scene.see(.translation(Translation(chains: [], hasLegacyTable: false)))
        #expect(scene.guardian.flowsOfInterest?.addresses == [])
        let chain = Translation.Chain(family: "ip", table: "nat", name: "POSTROUTING")
        scene.see(.translation(Translation(chains: [chain], hasLegacyTable: false)))
        #expect(scene.guardian.flowsOfInterest == nil)
        scene.hear(.provisioned(.admin))
        #expect(scene.guardian.flowsOfInterest?.addresses == [ip("192.0.2.20")])
    }

    @Test func `is unknown where connection tracking can't be read`() {
        var scene = scene()
        scene.see(.flows(FlowReading([Self.flow])))
        scene.see(.flows(nil, .failed("Operation not permitted")))
        #expect(scene.status.nat?.victims == nil)
        #expect(scene.status.reasons.contains { $0.id == "translated-unread" })
    }

    @Test func `a published port of AMT's is deaf, and degrades`() {
        var scene = scene()
        let chain = Translation.Chain(family: "ip", table: "nat", name: "DOCKER")
        scene.see(
            .translation(
                Translation(
                    chains: [chain], hasLegacyTable: false,
                    published: [.init(.tcp, port: 16993, in: chain), .init(.tcp, port: 8080, in: chain)])))
        #expect(scene.status.verdict == .degraded)
        #expect(scene.status.nat?.published.map(\.port) == [16993])
        #expect(scene.status.reasons.first { $0.id == "published" }?.says.contains("ip nat DOCKER") == true)
    }

    @Test func `of this host is told as such, also from its loopback, and the oldest comes first`() {
        var scene = scene()
        let other = TranslatedFlow(
            .tcp, from: Self.end("127.0.0.1", 40000), to: Self.end("198.51.100.7", 443), as: Self.end("192.0.2.20", 623)
        )
        scene.see(.flows(FlowReading([Self.flow])))
        scene.now += 5
        scene.see(.flows(FlowReading([other, Self.flow])))
        #expect(scene.status.nat?.victims?.map(\.own) == [false, true])
        #expect(scene.status.nat?.victims?.map(\.translated) == ["192.0.2.20:16994", "192.0.2.20:623"])
    }

    @Test(arguments: [(1, 0, "a translated connection: tcp "), (2, 0, "2 translated connections, the oldest: tcp ")])
    func `is counted with those that were left out`(count: Int, omitted: Int, words: String) {
        var scene = scene()
        let flows = (0..<count).map { index in
            TranslatedFlow(
                .tcp, from: Self.end("10.88.0.2", UInt16(40_000 + index)), to: Self.end("198.51.100.7", 443),
                as: Self.end("192.0.2.20", 16994))
        }
        scene.see(.flows(FlowReading(flows, omitted: 3)))
        #expect(scene.status.nat?.victimCount == count + 3)
        scene.now += 9.9
        scene.look(.audit)
        #expect(scene.status.verdict == .protected)
        scene.now += 0.1
        scene.look(.audit)
        #expect(scene.status.reasons.first?.says.hasPrefix("AMT cuts off " + words) == true)
    }
}
