import Testing

@testable import AmtguardCore

@Suite struct `The text of a write` {
    /// Each text was written to the list of Linux 6.18; `nil` if the kernel answered EINVAL or wrote nothing.
    private static let texts: [(String, PortSet?)] = [
        ("5000", "5000"), ("5000,", "5000"), (",5000", nil), ("5000\n\n", "5000"), ("\n\n5000\n", "5000"),
        ("5000\n6000", "5000,6000"), ("5000,\n6000", "5000,6000"), ("5000\n,6000", nil), ("0", "0"),
        ("5000-5000", "5000"), ("5000\0", nil), ("5000\n\0", nil), ("5000,6000\0 7000", nil), ("5000 ", nil),
        (" 5000", nil), ("5000\t", nil), ("+5", nil), ("-5", nil), ("5000-", nil), ("5000--6000", nil),
        ("5000-6000-7000", nil), ("5000,,6000", nil), ("5000\r\n", nil), ("99999", nil), ("65536", nil),
        ("6000-5000", nil), ("abc", nil), ("5000,abc", nil), ("5000a", nil), ("", nil), ("\n", ""), (",", nil),
        ("5000-6000\n", "5000-6000"), ("5000,\n", "5000"), ("1-65535", "1-65535"), ("5000\n\n6000", "5000,6000"),
    ]

    @Test(arguments: texts)
    func `is read as the kernel reads it`(text: String, ports: PortSet?) {
        #expect(Wish.Text(written: Array(text.utf8)) == (ports.map(Wish.Text.ports) ?? .refused))
    }

    /// The kernel reads these as octal and hexadecimal numbers.
    @Test(arguments: ["05000", "00", "0x1388", "08", "5000-06000", "1,010"])
    func `in C's other notations is unknown`(text: String) {
        #expect(Wish.Text(written: Array(text.utf8)) == .unknown)
    }
}

@Suite struct `What several writes ask for` {
    private func replacing(_ text: Wish.Text) -> Wish { Wish(replaces: true, isPrevented: true, text, by: sysctl) }
    private func adding(_ text: Wish.Text) -> Wish { Wish(replaces: false, isPrevented: false, text, by: sysctl) }

    @Test func `is the last replacement with the additions after it`() {
        #expect(Wishes().demand == .nothing)
        #expect(Wishes([replacing(.refused)]).demand == .nothing)
        #expect(Wishes([adding(.ports("1")), adding(.ports("2"))]).demand == .more("1,2"))
        #expect(
            Wishes([adding(.ports("1")), replacing(.ports("2")), adding(.ports("3")), replacing(.refused)]).demand
                == .only("2,3"))
        #expect(Wishes([replacing(.ports("2")), replacing(.ports(""))]).demand == .only(""))
    }

    @Test func `is unknown after a text that is unknown, until the list is replaced again, and after a loss`() {
        #expect(Wishes([replacing(.ports("2")), adding(.unknown), adding(.ports("3"))]).demand == .unknown)
        #expect(Wishes([replacing(.unknown), replacing(.ports("4")), adding(.ports("5"))]).demand == .only("4,5"))
        #expect(Wishes([replacing(.ports("4"))], lost: 1).demand == .unknown)
        #expect(Wishes([replacing(.ports("3")), adding(.ports("4"))], lost: 1, gaps: [1]).demand == .unknown)
        #expect(Wishes([replacing(.ports("3")), replacing(.ports("4"))], lost: 1, gaps: [0, 1]).demand == .only("4"))
    }
}

/// A guard with the requests of other programs, and a list that lost none of the ports.
@Suite struct `A write that was prevented` {
    private static func scene(_ list: PortSet = "5000-5010,623,664,16992-16995") -> Scene {
        var scene = Scene(list: list, watch: Watch(.bpf))
        _ = scene.told()
        return scene
    }

    @Test func `leaves what its writer asked for, and the required ports`() {
        var scene = Self.scene()
        scene.wish(replacing: "7000")
        #expect(scene.list == "7000,623,664,16992-16995")
        #expect(scene.owned == amt)
        let events = scene.toldEvents()
        #expect(events.map(\.name) == ["prevented"])
        guard case .prevented(let prevention)? = events.first else { return }
        #expect(prevention.asked == "7000" && prevention.kept == amt && prevention.writer == sysctl)
        #expect(scene.status.prevented?.count == 1 && scene.status.repairs.count == 0)
        #expect(scene.status.lastWriters?.map(\.writer) == [sysctl])
        #expect(scene.status.verdict.known == .protected)
    }

    @Test func `of a writer that keeps our ports is none, and what it left out goes`() {
        var scene = Self.scene()
        scene.wish(replacing: "7000,623,664,16992-16995")
        #expect(scene.list == "7000,623,664,16992-16995")
        #expect(scene.owned == "", "they are that program's now")
        #expect(scene.status.prevented?.count == 0)
    }

    @Test func `takes out nothing that was added after it`() {
        var scene = Self.scene()
        scene.wish(replacing: "7000", settling: false)
        scene.wish(adding: "8000")
        #expect(scene.list == "7000,8000,623,664,16992-16995")
        scene.wish(adding: "623")
        #expect(scene.owned == "664,16992-16995")
    }

    @Test func `that the kernel refuses changes nothing, and is not told`() {
        var scene = Self.scene()
        let list = scene.list
        scene.wish(.refused, asking: nil)
        scene.wish(.ports("9000"), asking: nil)
        #expect(scene.list == list)
        scene.now += 1
        scene.lookAfterWish(.token)
        #expect(scene.list == list && scene.shown == Wishes(), "and is forgotten after a moment")
        #expect(scene.toldEvents().isEmpty)
        #expect(scene.status.prevented?.count == 0)
    }

    @Test func `waits for a write that was shown before it was made`() {
        var scene = Self.scene()
        scene.wish(.ports("9000"), asking: nil)
        #expect(scene.list == "5000-5010,623,664,16992-16995")
        #expect(scene.told().contains { if case .look = $0 { true } else { false } })
        scene.now += 0.01
        scene.list = scene.list.union("9000")
        scene.lookAfterWish(.token)
        #expect(scene.list == "9000,623,664,16992-16995")
    }

    @Test func `of an unknown text keeps everything, and says so once a minute`() {
        var scene = Self.scene()
        scene.wish(.unknown, asking: "9000")
        scene.wish(.unknown, asking: "9001")
        #expect(scene.list == "5000-5010,9000-9001,623,664,16992-16995")
        #expect(scene.toldNames().filter { $0 == "unjudged" }.count == 1)
        scene.shown = Wishes(lost: 3)
        scene.now += 61
        scene.lookAfterWish(.watch)
        #expect(scene.toldNames().contains("unjudged"))
    }

    @Test func `in a row is told like overwrites, and does not degrade the verdict`() {
        var scene = Self.scene()
        for port in 7_000..<7_100 {
            scene.now += 0.2
            scene.wish(replacing: PortSet(UInt16(port)...UInt16(port)))
        }
        let names = scene.toldNames()
        #expect(names.filter { $0 == "prevented" }.count == Overwrites.singly)
        #expect(names.filter { $0 == "contested" }.count == 1)
        #expect(scene.status.overwrites?.answer == "prevented" && scene.status.prevented?.count == 100)
        #expect(scene.status.verdict.known == .protected)
    }

    /// Otherwise its text could remove ports that were added since.
    @Test func `is judged again if a write comes while the guard removes`() {
        var scene = Self.scene()
        scene.refusal = .busy
        scene.wish(replacing: "7000")
        #expect(scene.list == "5000-5010,7000,623,664,16992-16995")
        scene.refusal = nil
        scene.now += 0.1
        scene.lookAfterWish(.token)
        #expect(scene.list == "7000,623,664,16992-16995")
    }

    /// Otherwise the ring would stay readable, and wake the guard again and again.
    @Test func `is settled where nothing can be taken out or read`() {
        var scene = Self.scene()
        scene.refusal = .readOnly
        scene.wish(replacing: "7000")
        #expect(scene.shown == Wishes() && scene.list == "5000-5010,7000,623,664,16992-16995")
        scene.refusal = nil
        scene.now += 30
        scene.lookAfterWish(.audit)
        #expect(scene.list == "7000,623,664,16992-16995", "what was left out stays owned")
        scene.unreadable = .missing
        scene.wish(replacing: "8000")
        #expect(scene.shown == Wishes())
    }

    /// A removal at the end may conflict with a write of another program, or with the program of a guard that has just
    /// ended.
    @Test(arguments: [Watch.Kind.bpf, .none])
    func `does not keep a release from being tried again`(kind: Watch.Kind) {
        var scene = Scene(list: "5000", configuration: configuration { $0.onStop = .release }, watch: Watch(kind))
        if kind == .bpf { scene.wish(adding: "6000") }
        scene.refusal = .busy
        scene.see(.stopping)
        scene.lookAfterWish(.request)
        #expect(scene.guardian.isReleasing)
        scene.refusal = nil
        scene.lookAfterWish(.token)
        #expect(!scene.guardian.isReleasing && scene.list.intersection(amt).isEmpty)
    }

    private func configuration(_ change: (inout Configuration) -> Void) -> Configuration {
        var configuration = Configuration()
        change(&configuration)
        return configuration
    }

    @Test func `is forgotten when the watch is another one`() {
        var scene = Self.scene()
        scene.wish(.ports("9000"), asking: nil)
        scene.shown = nil
        scene.see(.watch(Watch(.fanotify)))
        scene.now += 1
        scene.lookAfterWish(.audit)
        #expect(scene.list == "5000-5010,623,664,16992-16995")
    }

    /// The kernel has carried out all of them, and only the effect of the last one is visible.
    @Test func `is not awaited before one that replaced the list indeed`() {
        var scene = Self.scene()
        scene.reload { $0.mode = .observe }
        scene.shown = Wishes(["7000", "8000"].map { Wish(replaces: true, isPrevented: false, .ports($0), by: sysctl) })
        scene.list = "8000"
        scene.lookAfterWish(.watch)
        #expect(scene.shown == Wishes())
    }

    /// As if another program in the kernel refused them. The list shows neither, so none of them took a port away.
    @Test func `that was refused after another refused one takes nothing away`() {
        var scene = Self.scene()
        let list = scene.list
        scene.shown = Wishes(["7000", "8000"].map { Wish(replaces: true, isPrevented: false, .ports($0), by: sysctl) })
        scene.lookAfterWish(.watch)
        scene.now += 0.3
        scene.lookAfterWish(.token)
        #expect(scene.list == list && scene.owned == "" && scene.shown == Wishes())
    }

    /// A write that was not recorded added 6000, and perhaps asked for any other port.
    @Test func `leaves former ports unowned if some are added before all writes are judged`() {
        var scene = Self.scene("5000")
        #expect(scene.owned == amt)
        scene.shown = Wishes([Wish(replaces: true, isPrevented: true, .ports("9000"), by: sysctl)], lost: 1)
        scene.list = scene.list.union("6000")
        scene.lookAfterWish(.watch)
        scene.reload { $0.extraPorts = "5900" }
        scene.now += 0.3
        scene.lookAfterWish(.token)
        #expect(scene.list == "5000,5900,6000,623,664,16992-16995" && scene.owned == "5900")
    }

    @Test func `is requested only while ports are required and amtguard may write`() {
        var scene = Scene(watch: Watch(.bpf))
        #expect(scene.told().contains(.prevent(true)))
        scene.reload { $0.mode = .observe }
        #expect(scene.told().contains(.prevent(false)))
    }

    @Test(
        arguments: [
            ("8080,9000", ["9000"], true), ("8080", ["8080"], true), ("8080,9000,9001", ["9000"], false),
            ("8080,9000,9001", ["9000", "9001"], true),
        ] as [(PortSet, [PortSet], Bool)])
    func `that only added leaves what a guard before owned, if it explains the list`(
        others: PortSet, added: [PortSet], isOwned: Bool
    ) {
        let before = Memory(
            scope: scope, ownership: Ownership(owned: amt, list: amt.union("8080").fingerprint), sawCSME: true)
        var scene = Scene(list: amt.union(others), remembering: before, watch: Watch(.bpf), looking: false)
        scene.shown = Wishes(added.map { Wish(replaces: false, isPrevented: false, .ports($0), by: sysctl) })
        scene.lookAfterWish(.request)
        #expect(scene.owned == (isOwned ? amt : ""))
    }

    @Test func `of an unknown text is told with its own writer`() {
        var scene = Self.scene()
        let other = Writer(pid: 9, command: "other")
        scene.shown = Wishes([
            Wish(replaces: true, isPrevented: true, .unknown, by: other),
            Wish(replaces: false, isPrevented: false, .ports("8000"), by: sysctl),
        ])
        scene.list = scene.list.union("8000")
        scene.lookAfterWish(.watch)
        let writers = scene.toldEvents().compactMap { if case .unjudged(let writer, _) = $0 { writer } else { nil } }
        #expect(writers == [other])
    }

    @Test func `while the guard removes is no obstacle`() {
        var scene = Self.scene()
        scene.refusal = .busy
        scene.wish(replacing: "7000")
        #expect(scene.status.reasons.filter(\.isObstacle) == [])
        #expect(!scene.toldNames().contains("obstructed"))
    }

    /// The audit's look is the first that finds it, and the program in the kernel shows it at that look.
    @Test(arguments: [Prompt.audit, .request])
    func `or not is seen at once where it is shown`(prompt: Prompt) {
        var scene = Self.scene()
        scene.now += 7
        scene.shown = Wishes([Wish(replaces: true, isPrevented: false, .ports("8080"), by: sysctl)])
        scene.list = "8080"
        scene.lookAfterWish(prompt)
        #expect(scene.list == amt.union("8080"))
        #expect(scene.status.repairs.last?.writer == sysctl && scene.status.repairs.last?.brokenAfter == nil)
        scene.now += 0.25
        scene.lookAfterWish(.token)
        #expect(!scene.toldNames().contains("unseenWrite"))
    }

    @Test func `or not is no unseen one if it is shown while it is repaired, or a moment later`() {
        let wishes = Wishes([Wish(replaces: true, isPrevented: false, .ports("8080"), by: sysctl)])
        var guardian = Guardian(remembering: Memory(scope: scope))
        _ = guardian.observe(.presence(.csme), at: at(1))
        _ = guardian.observe(.watch(Watch(.bpf)), at: at(1))
        _ = guardian.observe(.wished(Wishes()), at: at(1))
        _ = guardian.observe(.list(.ports(amt), .request), at: at(1))
        #expect(guardian.observe(.list(.ports("8080"), .audit), at: at(9)).additions == [amt])
        _ = guardian.observe(.wished(wishes), at: at(9))
        let repaired = guardian.observe(.list(.ports(amt.union("8080")), .readBack), at: at(9))
        #expect(repaired.events.map(\.name).filter { $0 == "repaired" }.count == 1)
        #expect(guardian.status.repairs.last?.brokenAfter == nil && guardian.status.repairs.last?.writer == sysctl)
        let later = guardian.observe(.list(.ports(amt.union("8080")), .token), at: at(9.3))
        #expect(!later.events.map(\.name).contains("unseenWrite"))
    }

    @Test func `of an unknown text that only added leaves nothing, and is not told`() {
        var scene = Self.scene()
        scene.shown = Wishes([
            Wish(replaces: true, isPrevented: true, .ports(amt), by: sysctl),
            Wish(replaces: false, isPrevented: false, .unknown, by: sysctl),
        ])
        scene.lookAfterWish(.watch)
        #expect(!scene.toldNames().contains("unjudged"))
    }

    @Test func `is told with the last eight writers`() {
        var scene = Self.scene()
        for pid: Int32 in 1...10 {
            let writer = Writer(pid: pid, command: "w\(pid)")
            scene.shown = Wishes([Wish(replaces: true, isPrevented: true, .ports("7000"), by: writer)])
            scene.list = scene.list.union("7000")
            scene.lookAfterWish(.watch)
        }
        #expect(scene.status.lastWriters?.map(\.writer.pid) == Array((3...10).reversed()))
    }

    @Test func `is refused after exactly its time`() {
        for (seconds, isForgotten) in [(0.24, false), (0.25, true)] {
            var scene = Self.scene()
            scene.wish(.ports("9000"), asking: nil)
            scene.now += seconds
            scene.lookAfterWish(.token)
            #expect((scene.shown == Wishes()) == isForgotten)
        }
    }

    @Test func `that is settled leaves the watch on`() {
        var scene = Self.scene()
        scene.wish(replacing: "7000")
        #expect(scene.shown == Wishes() && scene.guardian.reservation.listening)
        #expect(!scene.guardian.reservation.isUnsettled)
    }
}
