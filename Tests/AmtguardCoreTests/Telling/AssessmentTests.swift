import Testing

@testable import AmtguardCore

@Suite struct `A report beside the list` {
    /// The present list, and the expected assessment.
    struct Row: Sendable, CustomTestStringConvertible {
        var voice: Assessment.Voice
        var list: PortSet?
        var choice: KernelChoice? = .wide
        var verdict: Verdict?
        var reasons: [String]

        var testDescription: String { "\(voice), \(list.map { "\($0)" } ?? "unread"), \(reasons)" }
    }

    static let rows = [
        Row(voice: .answers, list: amt, verdict: .protected, reasons: []),
        Row(voice: .answers, list: amt.union("8080"), verdict: .protected, reasons: []),
        Row(voice: .answers, list: nil, verdict: .protected, reasons: []),
        Row(voice: .answers, list: "5000", verdict: .exposed, reasons: ["list-changed"]),
        Row(voice: .answers, list: "", choice: nil, verdict: .exposed, reasons: ["list-changed"]),
        Row(voice: .answers, list: "", choice: .usual, verdict: .degraded, reasons: ["list-changed"]),
        Row(voice: .silent("x"), list: amt, verdict: .degraded, reasons: ["no-answer"]),
        Row(voice: .silent("x"), list: "664", verdict: .exposed, reasons: ["no-answer", "list-changed"]),
        Row(
            voice: .silent("x"), list: "664", choice: .usual, verdict: .degraded,
            reasons: ["no-answer", "list-changed"]),
        Row(voice: .silent("x"), list: nil, verdict: nil, reasons: ["no-answer"]),
        Row(voice: .outdated("x"), list: amt, verdict: nil, reasons: ["stale"]),
        Row(voice: .outdated("x"), list: "", verdict: .exposed, reasons: ["stale", "list-changed"]),
        Row(voice: .outdated("x"), list: "", choice: .usual, verdict: nil, reasons: ["stale", "list-changed"]),
        Row(voice: .outdated("x"), list: nil, verdict: nil, reasons: ["stale"]),
    ]

    @Test(arguments: rows)
    func `is judged by what the list holds now`(row: Row) {
        let status = Scene().status
        let assessment = Assessment(status, row.voice, KernelLook(reserved: row.list, choice: row.choice))
        #expect(assessment.verdict == row.verdict)
        #expect(assessment.status.reasons.map(\.id) == row.reasons + status.reasons.map(\.id))
        #expect(assessment.text.first?.value.hasPrefix(row.verdict?.words ?? "unknown") == true)
        #expect(assessment.json.description.contains(#""verdict":\#(JSON(row.verdict?.rawValue))"#))
        #expect(assessment.isDaemons == row.reasons.isEmpty)
        #expect(assessment.json.description.contains(#""since":null,"amt""#) == !row.reasons.isEmpty)
        if row.voice != .answers || !row.reasons.isEmpty {
            #expect(assessment.status.ports.reserved == row.list?.description ?? status.ports.reserved)
        }
    }

    @Test func `tells the list as it is now, with whom the ports had`() throws {
        var scene = Scene()
        scene.see(.sockets(SocketReading([.listener("192.0.2.20", 16993)])))
        let assessment = Assessment(
            scene.status, .silent("x"), KernelLook(reserved: "664,16992", choice: .usual))
        let ports = assessment.status.ports
        #expect(ports.reserved == "664,16992" && ports.owned == "664,16992" && ports.reach == "32768-60999")
        #expect(ports.each.map(\.reserved) == [false, true, true, false, false, false])
        #expect(ports.each.map(\.exposure).first == "outside")
        #expect(ports.each.first { $0.port == 664 }?.takers == 0)
        #expect(ports.each.first { $0.port == 16993 }?.takers == 1)
        #expect(ports.areExposed == false)
        #expect(assessment.text.contains(Status.Line("Reserved", "664,16992 (read from the kernel now)")))
        #expect(assessment.text.last?.value.contains("protected since") == true)
    }

    @Test func `does not contradict a daemon that has reported the same`() {
        var configuration = Configuration()
        configuration.mode = .observe
        let status = Scene(configuration: configuration).status
        let assessment = Assessment(status, .answers, KernelLook(reserved: "", choice: .wide))
        #expect(assessment.isDaemons && assessment.verdict == status.verdict.known && !assessment.isContradiction)
    }

    @Test func `stays as bad as it was where the list is no worse`() {
        var configuration = Configuration()
        configuration.mode = .observe
        let status = Scene(list: "623", configuration: configuration).status
        #expect(status.verdict == .exposed)
        let look = KernelLook(reserved: "", choice: .usual)
        #expect(Assessment(status, .answers, look).verdict == .exposed, "the daemon's is graver")
        #expect(Assessment(status, .silent("x"), look).verdict == .degraded, "it counts no more")
    }

    @Test func `shows a list that only amtguardctl could read`() {
        var scene = Scene(looking: false)
        scene.unreadable = .missing
        scene.look(.request)
        let unread = Assessment(scene.status, .answers, KernelLook(reserved: nil, choice: .wide))
        #expect(unread.status.ports.areExposed == nil)
        #expect(Set(unread.status.ports.each.map(\.exposure)) == ["unknown"])
        #expect(Set(unread.status.ports.each.map(\.words)) == ["unknown"])
        let read = Assessment(scene.status, .answers, KernelLook(reserved: amt, choice: .wide))
        #expect(read.showsOwnLook && read.status.ports.areExposed == false)
    }

    @Test func `where nothing is required is never contradicted`() {
        let status = Scene(presence: .without).status
        let look = KernelLook(reserved: "", choice: .wide)
        #expect(Assessment(status, .answers, look).verdict == .notNeeded)
        #expect(Assessment(status, .silent("x"), look).verdict == .degraded, "nobody finds out whether AMT comes")
        #expect(status.ports.areExposed == false)
    }

    @Test func `can't be undone by invalid sets`() {
        var status = Scene().status
        (status.ports.required, status.ports.reserved, status.ports.owned) = ("\u{1B}", "x", "1-")
        let assessment = Assessment(status, .silent("x"), KernelLook(reserved: "623", choice: .wide))
        #expect(assessment.verdict == .degraded && assessment.status.ports.each.isEmpty)
    }

    @Test(
        arguments: [
            ("1", "", nil, true), ("65535", "", nil, true), ("623", "623", nil, false),
            ("623", "", "1024-65535", false),
            ("623", "", "600-700", true), ("623", nil, "1-65535", nil), ("", "", nil, false), ("x", "", nil, false),
        ] as [(String, String?, String?, Bool?)])
    func `is exposed by its sets alone`(required: String, reserved: String?, reach: String?, areExposed: Bool?) {
        var ports = Scene().status.ports
        (ports.required, ports.reserved, ports.reach) = (required, reserved, reach)
        #expect(ports.areExposed == areExposed)
    }

    @Test(arguments: [(nil, nil), ("", nil), ("x", nil), ("623", "623")] as [(String?, PortSet?)])
    func `names the exposed ports if there are any`(exposed: String?, ports: PortSet?) {
        var status = Scene().status
        status.ports.exposed = exposed
        #expect(status.ports.exposedSet == ports)
    }

    @Test(arguments: [1, 65535] as [UInt16])
    func `is exposed at any port where the range can't be read`(port: UInt16) {
        var status = Scene().status
        status.ports.required = "\(port)"
        let assessment = Assessment(status, .silent("x"), KernelLook(reserved: "", choice: nil))
        #expect(assessment.verdict == .exposed)
    }

    @Test func `keeps the holds on each port beside a later list`() {
        var scene = Scene()
        scene.hear(.provisioned(.admin))
        let ports = Assessment(scene.status, .silent("x"), KernelLook(reserved: "664", choice: .wide)).status.ports
        #expect(ports.each.map(\.held) == Array(repeating: ["192.0.2.20"], count: 6))
    }

    @Test(
        arguments: [(.answers, "missing: 623;"), (.silent("x"), "missing: 623,664,16992-16995;")]
            as [(Assessment.Voice, String)])
    func `names what is missing since the report, or all of it`(voice: Assessment.Voice, words: String) {
        var configuration = Configuration()
        configuration.mode = .observe
        let status = Scene(list: "623", configuration: configuration).status
        let reason = Assessment(status, voice, KernelLook(reserved: "", choice: .wide)).status.reasons
            .first { $0.id == "list-changed" }
        #expect(reason?.says.contains(words) == true, "\(reason?.says ?? "")")
    }
}
