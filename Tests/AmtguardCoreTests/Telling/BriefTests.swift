import Testing

@testable import AmtguardCore

@Suite struct `The state in three lines` {
    /// The lines of a guardian that read this list; `nil` stands for an unreadable list.
    private static func lines(
        _ list: PortSet?, _ voice: Assessment.Voice = .answers, now: PortSet? = nil
    ) -> [String] {
        let moment = Moment(Instant(sinceBoot: .seconds(1_000)), wallClock: 1_800_000_000)
        var guardian = Guardian(remembering: Memory(scope: .init(boot: "b", namespace: "n")))
        let choice = KernelChoice(ephemeralRange: 1_024...65_535, unprivilegedStart: 400, autobindReuse: false)
        _ = guardian.observe(.choice(choice), at: moment)
        _ = guardian.observe(.watch(Watch(.fanotify)), at: moment)
        _ = guardian.observe(.list(list.map(Reading.ports) ?? .obstacle(.malformed("x")), .request), at: moment)
        let look = KernelLook(reserved: now, choice: choice)
        return Assessment(guardian.status, voice, look).brief.map { "\($0.label): \($0.value)" }
    }

    @Test func `says the verdict, AMT and the ports`() {
        #expect(
            Self.lines(.ofAMT) == [
                "Verdict: protected since 2027-01-15T08:00:00Z", "AMT: unknown; address unknown",
                "Ports: required 623,664,16992-16995, all reserved; local port range 1024-65535",
            ])
    }

    @Test func `says why, and what is missing`() {
        let lines = Self.lines(.ofAMT, now: PortSet(623...623))
        #expect(lines[0].hasPrefix("Verdict: exposed: amtguardctl read the list: required ports are missing"))
        #expect(lines[2].hasPrefix("Ports: required 623,664,16992-16995, not reserved: 664,16992-16995; "))
        #expect(Self.lines(nil)[2].contains("the list can't be read; "))
    }

    @Test func `says that the daemon does not answer, and no time of its verdict`() {
        let lines = Self.lines(.ofAMT, .silent("within 3 s"), now: .ofAMT)
        #expect(lines[0].hasPrefix("Verdict: degraded: amtguardd runs but does not answer (within 3 s)"))
    }

    @Test func `says with which interface AMT shares its address`() {
        var scene = Scene()
        scene.hear(.heard(.post, .admin, wired: .wired("192.0.2.20"), wireless: .wireless("192.0.2.30")))
        let line = Assessment(scene.status, .answers, KernelLook(reserved: amt, choice: .wide)).brief[1]
        #expect(line.value.hasSuffix("; address shared with eno1 (192.0.2.20)"))
        #expect(scene.status.amt.interfaces?.map(\.label) == ["Wired", "Wireless"])
    }
}

@Suite struct `What a reload says of the configuration` {
    private let refused = Reason(id: "configuration-refused", says: "a.conf:2: bad", advice: "Correct it.")
    private let ignored = Reason(id: "configuration-warning", says: "a.conf:3: unknown", advice: "Remove it.")
    private let other = Reason(id: "contested", says: "no matter")

    private func text(_ refusal: String?, _ reasons: [Reason]?) -> [String] {
        Status.Line.problems(refusal: refusal, reasons).map { "\($0.label)|\($0.value)" }
    }

    @Test func `names each line once, and what to do once for each kind`() {
        #expect(text(nil, [other]) == [])
        #expect(
            text(nil, [other, ignored, ignored]) == [
                "Ignored|\(ignored.says)", "Ignored|\(ignored.says)", "|Remove it.",
            ])
        #expect(
            text("a.conf:2: bad", [other, refused, ignored])
                == ["Refused|a.conf:2: bad", "|Correct it.", "Ignored|a.conf:3: unknown", "|Remove it."])
    }

    @Test func `has at least the line that the daemon named`() {
        #expect(text("a.conf:2: \u{1B}bad", nil) == ["Refused|a.conf:2: ?bad"])
    }
}
