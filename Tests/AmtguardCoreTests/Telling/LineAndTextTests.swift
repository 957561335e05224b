import Testing

@testable import AmtguardCore

@Suite struct `The words for people` {
    @Test func `say in one line that all is well`() {
        #expect(Scene().status.line == "Protected. Required 623,664,16992-16995, 0 repairs, AMT unknown.")
        var scene = Scene()
        scene.overwrite(with: "")
        #expect(scene.status.line == "Protected. Required 623,664,16992-16995, 1 repair, AMT unknown.")
    }

    @Test func `say in one line that a line of the configuration is ignored`() {
        var scene = Scene()
        let problem = ConfigurationProblem(severity: .warning, path: "/etc/amtguard.conf", line: 2, message: "unknown")
        scene.see(.configuration(Configuration(), [problem]))
        #expect(scene.status.line.hasSuffix(", AMT unknown. Ignored in the configuration: 1 line."))
    }

    @Test func `say in one line that nothing is needed`() {
        #expect(
            Scene(presence: .without).status.line
                == "Not needed: none of the 9 functions on the PCI bus is a management engine, and the host bridge is not "
                + "Intel's (vendor 0x1022).")
    }

    @Test func `say in one line what is wrong`() {
        var scene = Scene(looking: false)
        scene.refusal = .readOnly
        scene.look(.request)
        #expect(
            scene.status.line
                == "Exposed: \(Obstacle.readOnly.says). Required 623,664,16992-16995, 0 repairs, AMT unknown.")
    }

    @Test func `stay one short line, whatever a writer calls itself and however many ports there are`() {
        var configuration = Configuration()
        configuration.pace = Pace(burst: 1, perSecond: 1)
        configuration.ports = PortSet(merging: (1...1_000).map { UInt16($0 * 2)...UInt16($0 * 2) })
        var scene = Scene(list: configuration.ports, configuration: configuration)
        for _ in 0..<2 { scene.overwrite(with: "", by: Writer(pid: 1, command: "x\nMAINPID=1", unit: "\u{1B}[2J")) }
        #expect(scene.status.contested)
        #expect(scene.status.line.contains("the list is repeatedly overwritten by x?MAINPID=1[1] of ?[2J"))
        #expect(scene.status.line.oneLineOnly)
        #expect(scene.status.line.utf8.count < 500)
        #expect(scene.status.text.allSatisfy { $0.value.oneLineOnly })
    }

    @Test func `say everything, the verdict first`() {
        var scene = Scene(list: "8080")
        scene.now = 120
        scene.overwrite(with: "8080", by: sysctl)
        let text = scene.status.text
        #expect(text.first == Status.Line("Verdict", "protected since 2026-11-22T20:01:40Z", .good))
        let shown = text.map { "\($0.label)|\($0.value)" }
        for line in [
            "AMT|unknown, firmware 16.1.25.2124", "|pci: 0000:00:16.0 is Intel's management engine interface",
            "Required|623,664,16992-16995", "Reserved|623,664,8080,16992-16995", "Owned|623,664,16992-16995",
            "Range|1024-65535", "Watch|fanotify", "Repairs|1",
            "|last at 2026-11-22T20:02:00Z by sysctl[4711] of systemd-sysctl.service",
            "|found 8080, restored 623,664,8080,16992-16995",
            "Observed|2026-11-22T20:02:00Z, amtguardd \(amtguardVersion)",
        ] {
            #expect(shown.contains(line), "\(line)")
        }
        #expect(!text.contains { $0.label == "Exposed" })
    }

    @Test func `say what is not known, what is exposed, and what to do`() {
        var scene = Scene(choice: nil, looking: false)
        scene.unreadable = .missing
        scene.look(.request)
        let text = scene.status.text
        #expect(text.first?.tone == .bad)
        #expect(text.contains(Status.Line("Exposed", "unknown", .doubtful)))
        #expect(text.contains(Status.Line("Reserved", "unknown")))
        #expect(text.contains(Status.Line("Range", "unknown")))
        #expect(text.contains(Status.Line("Owned", "none")))
        #expect(text.contains(.advice(Obstacle.missing.advice)))
    }

    @Test func `cut long lists, and do not trust a list that came in a file`() {
        var status = Scene().status
        status.ports.reserved = PortSet(merging: (1...1_000).map { UInt16($0 * 2)...UInt16($0 * 2) }).description
        status.ports.owned = "\u{1B}[31m"
        let text = status.text
        #expect(text.first { $0.label == "Reserved" }.map { $0.value.utf8.count < 130 } == true)
        #expect(text.first { $0.label == "Owned" }?.value == "unreadable")
    }

    @Test(arguments: [
        (Verdict.protected, Status.Tone.good), (.notNeeded, .good), (.degraded, .doubtful), (.exposed, .bad),
    ])
    func `carry the tone of the verdict`(verdict: Verdict, tone: Status.Tone) {
        var status = Scene().status
        status.verdict = Told(verdict)
        #expect(status.text.first?.tone == tone)
        #expect(status.text.first?.value.hasPrefix(verdict.words) == true)
    }

    @Test func `say which writes were prevented, who wrote, and why there is no better watch`() {
        var scene = Scene(list: "5000,623,664,16992-16995", watch: Watch(.bpf))
        scene.now = 120
        scene.wish(replacing: "7000")
        var status = scene.status
        status.watchShortfall = "x"
        status.lastWriters?.append(Status.LastWriter(at: "before", writer: Writer(pid: 7)))
        let shown = status.text.map { "\($0.label)|\($0.value)" }
        for line in [
            "|no better watch: x", "Prevented|once",
            "|last at 2026-11-22T20:02:00Z by sysctl[4711] of systemd-sysctl.service",
            "|asked for 7000, kept 623,664,16992-16995",
            "Writers|sysctl[4711] of systemd-sysctl.service at 2026-11-22T20:02:00Z", "|process 7 at before",
        ] {
            #expect(shown.contains(line), "\(line)")
        }
        status.prevented?.count = 0
        status.lastWriters?.removeLast()
        #expect(!status.text.contains { ["Prevented", "Writers"].contains($0.label) })
    }

    @Test func `stand in two columns, with an arrow before advice and the tone on what counts`() {
        var verdict = Status.Line("Verdict", "exposed: why", .bad)
        verdict.emphasis = 7
        let lines = [verdict, .advice("do this"), Status.Line("AMT", "unknown")]
        #expect(
            lines.table { text, tone in "<\(text) \(tone)>" } == """
                Verdict: <exposed bad>: why
                         <→ do this faint>
                AMT:     <unknown plain>
                """)
        #expect(lines.dropFirst().table(arrow: "->") == "     -> do this\nAMT: unknown")
        #expect([Status.Line]().table() == "")
    }

    /// A list of this many characters, without neighbours.
    private static func list(_ length: Int) -> PortSet {
        // Each port of five digits is one character longer than one of four.
        let long = (length + 1) % 5
        let short = (0..<((length + 1) / 5 - long)).map { UInt16(1_000 + 2 * $0) }
        return PortSet(merging: (short + (0..<long).map { UInt16(10_000 + 2 * $0) }).map { $0...$0 })
    }

    @Test(arguments: [100, 200, 1_000])
    func `cut a list only if it is longer than what they show`(limit: Int) {
        let (fits, cut) = (Self.list(limit), Self.list(limit + 1))
        #expect(fits.description.utf8.count == limit && cut.description.utf8.count == limit + 1)
        func text(_ list: PortSet) -> String {
            switch limit {
            case 100: Scene().status.shown(list.description)
            case 200: list.brief
            default: Event.staying("", list: list).journalEntry.message
            }
        }
        #expect(text(fits).contains(fits.description) && !text(cut).contains(cut.description))
    }

    @Test func `of the firmware have the reasons that concern it alone`() {
        var status = Scene().status
        let ids = [
            "amt-unknown", "control-mode-unknown", "sockets-unknown", "firmware-busy", "contested", "range-unknown",
        ]
        status.reasons = ids.map { Reason(id: $0, says: "says \($0)", advice: "advice \($0)") }
        let shown = status.firmwareText.map(\.value)
        #expect(shown.filter { $0.hasPrefix("says ") } == ids.prefix(4).map { "says \($0)" })
        #expect(shown.filter { $0.hasPrefix("advice ") } == ids.prefix(4).map { "advice \($0)" })
    }
}
