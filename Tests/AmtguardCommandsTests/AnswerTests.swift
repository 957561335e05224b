import AmtguardCore
import Testing

@testable import AmtguardCommands

@Suite struct `An answer of the daemon` {
    private static let moment = Moment(Instant(sinceBoot: .seconds(1_000)), wallClock: 1_800_000_000)

    /// A guardian that looked at `moment`, in the boot `b`.
    private func status(needed: Bool = true) -> Status {
        var guardian = Guardian(remembering: Memory(scope: .init(boot: "b", namespace: "n")))
        if !needed {
            let presence = Presence(
                pciFunctions: 3, heci: [], devices: [], offeringAMTHI: [],
                machine: Presence.Machine(chipset: .other("0x1022")))
            _ = guardian.observe(.presence(presence), at: Self.moment)
        }
        let list = PortSet(623...623, 664...664, 16992...16995)
        _ = guardian.observe(.list(.ports(list), .request), at: Self.moment)
        return guardian.status
    }

    private func answer(_ text: String) throws -> Answer {
        try Answer(Array(text.utf8))
    }

    @Test func `is the status that the daemon rendered`() throws {
        let status = status()
        #expect(try answer("\(status.json)\n").status == status)
    }

    @Test(arguments: [0, 30, 60])
    func `is fresh for two audits`(seconds: Int) throws {
        let later = Self.moment.instant + .seconds(seconds)
        #expect(try answer("\(status().json)").staleness(at: later, boot: "b") == nil)
    }

    @Test func `is stale after two audits, whatever the wall clock says`() throws {
        let later = Self.moment.instant + .seconds(61)
        #expect(try answer("\(status().json)").staleness(at: later, boot: "b") != nil)
    }

    @Test(arguments: [(5, true), (6, false)])
    func `is not stale for five seconds, however short the audits are`(seconds: Int, isFresh: Bool) throws {
        var status = status()
        status.observed.auditUSec = 100_000
        let later = Self.moment.instant + .seconds(seconds)
        #expect((try answer("\(status.json)").staleness(at: later, boot: "b") == nil) == isFresh)
    }

    @Test func `is stale in another boot`() throws {
        #expect(try answer("\(status().json)").staleness(at: Self.moment.instant, boot: "c") != nil)
    }

    @Test(
        arguments: [
            (Int64.min, 30_000_000), (.max, 30_000_000), (0, .min), (0, -1), (0, 0), (2_000_000_000, .max),
        ] as [(Int64, Int64)])
    func `with impossible times is stale, and no more`(seen: Int64, audit: Int64) throws {
        var status = status()
        status.observed.bootUSec = seen
        status.observed.auditUSec = audit
        #expect(try answer("\(status.json)").staleness(at: Self.moment.instant, boot: "b") != nil)
    }

    @Test func `passes on no byte that it did not understand`() throws {
        let text = "\(status().json)".dropLast() + ",\"x\":\"\u{1B}[31m\"}"
        #expect(try answer(String(text)).status.json == status().json)
    }

    @Test func `does not age where nothing is required`() throws {
        let later = Self.moment.instant + .seconds(1_000_000)
        #expect(try answer("\(status(needed: false).json)").staleness(at: later, boot: "b") == nil)
    }

    @Test(arguments: ["", "{", "[]", "null", "{\"schema\":1}", "\u{0}", "{\"schema\":\"one\"}"])
    func `that is no status is refused in one line`(text: String) {
        let garbled = #expect(throws: Answer.Garbled.self) { try answer(text) }
        #expect(garbled?.message.contains("\n") == false)
    }

    @Test func `of a later schema is refused`() {
        let text = "\(status().json)".replacing("\"schema\":1", with: "\"schema\":2", maxReplacements: 1)
        #expect(throws: Answer.Garbled.self) { try answer(text) }
    }

    @Test(arguments: [(Verdict.protected, 0), (.notNeeded, 0), (.degraded, 1), (.exposed, 2)] as [(Verdict, Int32)])
    func `has the exit status of a monitoring plugin`(verdict: Verdict, status: Int32) {
        #expect(ExitStatus(verdict).rawValue == status)
    }
}

@Suite struct `The terminal` {
    private let lines = [Status.Line("Verdict", "protected", .good), Status.Line("", "because", .faint)]

    @Test func `has labels in one column`() {
        #expect(Terminal(colours: false).render(lines) == "Verdict: protected\n         because")
    }

    @Test func `folds what is too long for it, and leaves a file's lines alone`() {
        let lines = [
            Status.Line("Verdict", "degraded since this very morning, when it began"),
            .advice("Look who has it, and let it go elsewhere."),
        ]
        let narrow = Terminal(colours: false, width: 36, folds: true, isUTF8: true).render(lines)
        #expect(
            narrow == """
                Verdict: degraded since this very
                         morning, when it began
                         → Look who has it, and let
                           it go elsewhere.
                """)
        #expect(Terminal(colours: false, width: 36).render(lines).split(separator: "\n").count == 2)
    }

    @Test func `is given an arrow that it can show`() {
        let advice = [Status.Line.advice("Wait.")]
        #expect(Terminal(colours: false, isUTF8: true).render(advice) == "  → Wait.")
        #expect(Terminal(colours: false, isUTF8: false).render(advice) == "  > Wait.")
    }

    @Test func `is coloured only where that is wanted`() {
        #expect(Terminal(colours: true).render(lines).contains("\u{1B}[32mprotected\u{1B}[0m"))
        #expect(!Terminal(colours: false).render(lines).contains("\u{1B}"))
    }
}
