import Testing

@testable import AmtguardCore

@Suite struct `The result of a probe` {
    private static let silent = Dictionary(
        uniqueKeysWithValues: ProbePlan(amt)?.all.map { ($0, ProbeOutcome.silent) } ?? [])

    static let cases: [(ProbeResult, ProbeVerdict, String)] = [
        (probe(), .passes, "none of 6 ports is diverted between 192.0.2.1 and 192.0.2.2:22"),
        (probe(.shared), .diverted, "4 of 6 ports are diverted between 192.0.2.1 and 192.0.2.2:22"),
        (
            probe(to: IPAddress("2001:db8::2"), [623: .silent]), .diverted,
            "1 of 6 ports is diverted between 192.0.2.1 and [2001:db8::2]:22"
        ),
        (
            probe([623: .silent, 664: .busy("lms.service listens there")]), .diverted,
            "1 of 6 ports is diverted between 192.0.2.1 and 192.0.2.2:22; 1 could not be tested"
        ),
        (
            probe([623: .notPermitted, 664: .notPermitted]), .notTried,
            "4 of 6 ports pass between 192.0.2.1 and 192.0.2.2:22; the others could not be tested"
        ),
        (
            probe(Self.silent), .noAnswer,
            "it is not known whether any of 6 ports is diverted between 192.0.2.1 and 192.0.2.2:22"
        ),
        (
            probe(plan: ProbePlan("623"), [623: .silent]), .diverted,
            "port 623 is diverted between 192.0.2.1 and 192.0.2.2:22"
        ),
        (
            probe(plan: ProbePlan("623")), .passes, "port 623 is not diverted between 192.0.2.1 and 192.0.2.2:22"
        ),
        (
            probe(plan: ProbePlan("623"), [623: .busy("x")]), .busy,
            "it is not known whether port 623 is diverted between 192.0.2.1 and 192.0.2.2:22"
        ),
    ]

    @Test(arguments: cases)
    func `says in one line what it comes to`(result: ProbeResult, verdict: ProbeVerdict, headline: String) {
        #expect(result.verdict == verdict)
        #expect(result.headline == headline)
    }

    @Test func `says of each port what was seen, and what it is compared with`() {
        let result = probe([623: .silent, 624: .silent, 16992: .silent, 664: .unreachable("no route")])
        #expect(result.says(of: 16992) == "nothing came back, while 16991 and 16996 beside it were answered")
        #expect(result.says(of: 623) == "nothing came back; beside it 622 was answered, 624 silent")
        #expect(result.says(of: 664) == "unreachable: no route")
        #expect(result.says(of: 16993) == "connected")
    }

    @Test func `counts as a result if one of its ports was tried, even without an answer`() {
        #expect(probe(Self.silent).saysAnything && probe([623: .busy("x")]).saysAnything)
        let untried = Dictionary(uniqueKeysWithValues: amt.ranges.flatMap { $0 }.map { ($0, ProbeOutcome.busy("x")) })
        #expect(!probe(untried).saysAnything)
    }

    @Test func `says what can be done, and nothing where all is well`() {
        #expect(probe().advice == [])
        #expect(probe(.shared).advice.count == 1)
        #expect(probe(shared: false, .shared).advice.last?.contains("packet filter") == true)
        #expect(probe(Self.silent).advice.first?.contains("Probe a service that answers") == true)
        let busy = probe([16992: .busy("presumably Intel LMS (uid 0) listens there")])
        #expect(busy.says(of: 16992) == "the port is in use: presumably Intel LMS (uid 0) listens there")
        #expect(busy.advice.first?.hasPrefix("To probe 16992, stop the program that has the port") == true)
        #expect(probe([622: .notPermitted]).advice.first?.hasPrefix("Only root") == true)
    }

    static let departed: [ProbeResult] = [
        probe(departures: [623: .untracked, 664: .notPermitted, 16992: .failed], translating: nil),
        probe(departures: [623: .left(elsewhere)], translating: true),
        probe(departures: [623: .left(.init(IPAddress("2001:db8::1") ?? elsewhere.address, port: 1))]),
    ]

    @Test(
        arguments: cases.map(\.0) + departed + [
            probe(shared: nil), probe(shared: false), probe([664: .failed(""), 663: .busy("a=b c")]),
        ])
    func `is the same when it was written and read`(result: ProbeResult) throws {
        #expect(try ProbeResult(parsing: Array(result.encoded.utf8)) == result)
        #expect(result.encoded.utf8.count < 1_000)
    }

    @Test func `keeps its size, whatever is in the way`() throws {
        let ports = PortSet(merging: stride(from: UInt16(2_000), to: 2_096, by: 3).map { $0...$0 })
        let plan = try #require(ProbePlan(ports))
        let loud = String(repeating: "\u{1B}é\n", count: 100)
        let result = probe(plan: plan, Dictionary(uniqueKeysWithValues: plan.all.map { ($0, ProbeOutcome.busy(loud)) }))
        #expect(result.encoded.utf8.count <= ProbeResult.sizeLimit)
        let read = try ProbeResult(parsing: Array(result.encoded.utf8))
        #expect(read.plan == plan)
        #expect(Status.Probe(ProbeRecord(read, at: at(1))).text.allSatisfy { $0.value.oneLineOnly })
    }

    @Test func `of an older release counts as it stands, and does not know whether addresses were translated`() throws {
        let result = try ProbeResult(parsing: Array(Self.good.utf8))
        #expect(result.departures.isEmpty && result.isTranslating == nil)
        #expect(result.verdict(on: 623) == .diverted)
        let told = Status.Probe(ProbeRecord(result, at: at(1)))
        #expect(told.translated == nil && told.ports.map(\.left) == [nil])
        #expect(told.text.contains { $0.value == "not known whether it changed a port" })
        var scene = Scene()
        scene.see(.probe(ProbeRecord(result, at: at(1))))
        let line = scene.status.text.first { $0.label == "Probe" }
        #expect(line?.value.hasSuffix("; whether addresses were translated then is not known") == true)
    }

    private static let good =
        "probe=1\nfrom=192.0.2.1\nto=2001:db8::2\nport=22\nwaited-ms=4000\nport.623=silent\ncontrol.622=refused\n"

    @Test(arguments: [
        ("", "probe= is missing"), ("\n\n", "probe= is missing"), ("x", "line 1: \"x\" is not KEY=value"),
        ("probe=2\n", "probe=\"2\" is not 1"), ("\u{1B}=1", "line 1: \"?=1\" is not KEY=value"),
        ("probe=1\nprobe=1", "line 2: \"probe\" appears twice"), ("verdict=passes", "line 1: \"verdict\" is no key"),
        ("probe=1\nfrom=host", "from=\"host\" is not an address"), ("probe=1", "from= is missing"),
        (good.with("port=22", "port=0"), "port=\"0\" is not a port from 1 to 65535"),
        (good.with("port=22", "port=65536"), "port=\"65536\" is not a port from 1 to 65535"),
        (good.with("4000", "60001"), "waited-ms=\"60001\" is not from 0 to 60000"),
        (good.with("4000", "-1"), "waited-ms=\"-1\" is not from 0 to 60000"),
        (good.with("port.623", "port.0"), "line 6: \"0\" is not a port from 1 to 65535"),
        (good.with("port.623", "port.99999999999"), "line 6: \"99999999999\" is not a port from 1 to 65535"),
        (good.with("port.623", "port."), "line 6: \"\" is not a port from 1 to 65535"),
        (good.with("port.623", "port.623.1"), "line 6: \"623.1\" is not a port from 1 to 65535"),
        (good.with("control.622", "control.623"), "line 7: port 623 appears twice"),
        (good.with("=silent", "=quiet"), "line 6: \"quiet\" is no outcome"),
        (good.with("=silent", "=silent very"), "line 6: \"silent very\" is no outcome"),
        (good.with("=silent", "=busy"), "line 6: \"busy\" is no outcome"),
        (good.with("port.623=silent\n", ""), "there are 0 ports and 1 controls; allowed are 1 to 32 and 64"),
        (good + "shared=maybe", "shared=\"maybe\" is not yes or no"),
    ])
    func `of a stranger is taken strictly, and refused in one line`(text: String, message: String) throws {
        let malformed = #expect(throws: ProbeResult.Malformed.self) { try ProbeResult(parsing: Array(text.utf8)) }
        #expect(malformed?.description.hasPrefix(message) == true, "\(malformed?.description ?? "")")
        #expect(malformed?.description.oneLineOnly == true)
        #expect(throws: Never.self) { try ProbeResult(parsing: Array(Self.good.utf8)) }
    }

    static let departures: [(lines: String, message: String)] = [
        ("translation=maybe", "translation=\"maybe\" is not yes or no"),
        ("left.623=nowhere", "line 8: \"nowhere\" is no address and port"),
        ("left.623=192.0.2.1:0", "line 8: \"192.0.2.1:0\" is no address and port"),
        ("left.623=192.0.2.1:0623", "line 8: \"192.0.2.1:0623\" is no address and port"),
        ("left.625=untracked", "line 8: port 625 has a departure, but no outcome that allows one"),
        ("left.623=untracked\nleft.623=failed", "line 9: the departure of port 623 appears twice"),
        ("port.625=busy x\nleft.625=untracked", "line 9: port 625 has a departure, but no outcome that allows one"),
    ]

    @Test(arguments: departures)
    func `of a stranger says where an answered port left from, and nothing else`(lines: String, message: String) {
        let text = Array((Self.good + lines).utf8)
        let malformed = #expect(throws: ProbeResult.Malformed.self) { try ProbeResult(parsing: text) }
        #expect(malformed?.description.hasPrefix(message) == true, "\(malformed?.description ?? "")")
    }

    @Test func `of a stranger has bounds`() {
        #expect(throws: ProbeResult.Malformed.self) {
            try ProbeResult(parsing: [UInt8](repeating: UInt8(ascii: "\n"), count: ProbeResult.sizeLimit + 1))
        }
        let many = Self.good + (1...32).map { "port.\($0)=silent\n" }.joined()
        #expect(throws: ProbeResult.Malformed.self) { try ProbeResult(parsing: Array(many.utf8)) }
        let beside = Self.good + (1...64).map { "control.\($0)=silent\n" }.joined()
        #expect(throws: ProbeResult.Malformed.self) { try ProbeResult(parsing: Array(beside.utf8)) }
        let long = Self.good.with("=silent", "=busy " + String(repeating: "x", count: 101))
        #expect(throws: ProbeResult.Malformed.self) { try ProbeResult(parsing: Array(long.utf8)) }
    }

    @Test func `of a stranger can't claim a verdict that does not follow`() throws {
        let result = try ProbeResult(parsing: Array(Self.good.utf8))
        #expect(result.verdict(on: 623) == .diverted)
        let alone = try ProbeResult(parsing: Array(Self.good.with("control.622=refused\n", "").utf8))
        #expect(alone.verdict(on: 623) == .noAnswer)
    }
}

/// The address and port with which a translated connection of 192.0.2.1 left.
let elsewhere = LocalSocket.Endpoint(.v4(IPv4Address(bits: 0xC000_0201)), port: 41_234)

@Suite struct `A probe behind address translation` {
    @Test func `knows nothing of a port that left as another`() {
        let result = probe(
            [16992: .silent, 16993: .silent],
            departures: [623: .left(elsewhere), 664: .left(elsewhere), 16992: .left(elsewhere)])
        #expect(result.ports(.unknown).description == "623,664,16992")
        #expect(result.ports(.diverted).description == "16993", "that left as it was bound")
        #expect(result.isTranslating == true, "whatever amtguardd reported")
        #expect(result.says(of: 623).hasPrefix("connected, but it left this host as 192.0.2.1:41234"))
        #expect(result.advice.contains { $0.hasPrefix("A rule on this host changes the port") })
        #expect(result.verdict == .diverted)
    }

    @Test func `compares with no control that left as another`() {
        let one = probe([16992: .silent], departures: [16991: .left(elsewhere)])
        #expect(one.verdict(on: 16992) == .diverted)
        #expect(one.says(of: 16992) == "nothing came back, while 16996 beside it was answered")
        let none = probe(
            [16992: .silent], departures: [16991: .left(elsewhere), 16996: .notPermitted], translating: nil)
        #expect(none.verdict(on: 16992) == .noAnswer)
        #expect(none.says(of: 16992) == "nothing came back, and there is no port beside it to compare with")
    }

    @Test func `never judges where every port is another`() throws {
        let plan = try #require(ProbePlan(amt))
        let others = Dictionary(uniqueKeysWithValues: plan.all.map { ($0, ProbeDeparture.left(elsewhere)) })
        let result = probe(.shared, departures: others)
        #expect(result.ports(.unknown) == amt && result.verdict == .unknown)
        #expect(result.headline.hasPrefix("it is not known whether any of 6 ports is diverted"))
    }

    static let untold: [(ProbeOutcome, ProbeDeparture, Bool?, ProbeVerdict)] = [
        (.connected, .notPermitted, nil, .unknown), (.connected, .notPermitted, true, .unknown),
        (.connected, .notPermitted, false, .passes), (.silent, .notPermitted, nil, .unknown),
        (.silent, .notPermitted, false, .diverted), (.refused, .failed, nil, .unknown),
        (.refused, .failed, false, .passes), (.busy("x"), .notPermitted, nil, .busy),
        (.unreachable("x"), .failed, nil, .noAnswer),
        // Other connections of this probe are tracked: perhaps a rule of this host dropped this one, or refused it.
        (.connected, .untracked, nil, .passes), (.silent, .untracked, nil, .unknown),
        (.refused, .untracked, nil, .unknown),
    ]

    @Test(arguments: untold)
    func `knows nothing of a port of which that can't be known`(
        outcome: ProbeOutcome, departure: ProbeDeparture, isTranslating: Bool?, verdict: ProbeVerdict
    ) {
        let result = probe([623: outcome], departures: [623: departure], translating: isTranslating)
        #expect(result.verdict(on: 623) == verdict, "\(outcome) \(departure)")
    }

    @Test func `is not in the way where the kernel tracks nothing`() throws {
        let plan = try #require(ProbePlan(amt))
        let untracked = Dictionary(uniqueKeysWithValues: plan.all.map { ($0, ProbeDeparture.untracked) })
        let result = probe(.shared, departures: untracked, translating: nil)
        #expect(result.isTranslating == false)
        #expect(result.ports(.diverted).description == "16992-16995" && result.ports(.passes).description == "623,664")
        #expect(Status.Probe(ProbeRecord(result, at: at(1))).ports.first?.left == "192.0.2.1:623")
        let doubtful = probe(.shared, departures: untracked, translating: true)
        #expect(doubtful.ports(.unknown).description == "16992-16995")
    }

    @Test func `says in the status that it was one`() {
        var scene = Scene()
        scene.see(.probe(ProbeRecord(probe(departures: [623: .left(elsewhere)]), at: at(1))))
        #expect(scene.status.probe?.translated == true)
        #expect(scene.status.probe?.ports.first?.left == "192.0.2.1:41234")
        let line = scene.status.text.first { $0.label == "Probe" }
        #expect(line?.value.hasSuffix("; address translation was in use then") == true)
    }

    @Test func `advises on the rule that drops, where none translates`() {
        let advice = probe([623: .silent], departures: [623: .untracked]).advice
        #expect(advice.contains { $0.hasPrefix("A packet filter of this host may drop them") })
        #expect(!advice.contains { $0.hasPrefix("A rule on this host changes the port") })
    }
}

@Suite struct `The record of a probe` {
    private let record = ProbeRecord(probe(.shared), at: at(100))

    @Test func `is the same when it was written and read`() {
        #expect(ProbeRecord(parsing: Array(record.encoded(in: scope).utf8), scope: scope) == record)
    }

    @Test(arguments: [
        Memory.Scope(boot: "b008", namespace: scope.namespace), .init(boot: scope.boot, namespace: "4:1"),
    ])
    func `holds in one boot and one network namespace`(other: Memory.Scope) {
        #expect(ProbeRecord(parsing: Array(record.encoded(in: scope).utf8), scope: other) == nil)
    }

    @Test(arguments: [
        "", "\n", "amtguard-probe=1\n", "amtguard-probe=2 boot=b007 namespace=4:4026531840 at=1 usec=1\n",
        "amtguard-probe=1 boot=b007 namespace=4:4026531840 at=-1 usec=1\n",
        "amtguard-probe=1 boot=b007 namespace=4:4026531840 at=1 usec=9223372036854775807\n",
        "amtguard-probe=1 boot=b007 namespace=4:4026531840 at=9223372036854775807 usec=1\n",
        "amtguard-probe=1 boot=b007 namespace=4:4026531840 at= usec=\n", "\u{0}\n",
        "amtguard-probe=1 boot=b007 namespace=4:4026531840 at=1099511627776 usec=1\n",
        "amtguard-probe=1 boot=b007 namespace=4:4026531840 at=1 usec=1152921504606846976\n",
        "amtguard-probe=1 boot=b007  namespace=4:4026531840 at=1 usec=1\n",
    ])
    func `that is damaged is none`(head: String) {
        #expect(ProbeRecord(parsing: Array((head + record.result.encoded).utf8), scope: scope) == nil)
        let encoded = record.encoded(in: scope)
        for length in stride(from: 0, to: encoded.utf8.count, by: 7) {
            _ = ProbeRecord(parsing: Array(encoded.utf8.prefix(length)), scope: scope)
        }
    }

    @Test func `is reported in the status with its date, and in the journal once`() {
        var scene = Scene()
        #expect(scene.status.probe == nil)
        _ = scene.told()
        scene.now = 200
        scene.see(.probe(ProbeRecord(probe(.shared), at: at(200))))
        #expect(scene.toldNames() == ["probed"])
        let line = scene.status.text.first { $0.label == "Probe" }
        #expect(
            line?.value == "4 of 6 ports are diverted between 192.0.2.1 and 192.0.2.2:22, as of 2026-11-22T20:03:20Z")
        #expect(line?.tone == .bad)
        #expect(scene.status.verdict == .protected)
    }

    @Test func `is shown in full by the tool`() {
        let text = Status.Probe(record).text.map { "\($0.label)|\($0.value)" }
        #expect(
            text == [
                "Probe|4 of 6 ports are diverted between 192.0.2.1 and 192.0.2.2:22",
                "|Keep these ports reserved, and let no program bind them: what is sent to them never arrives.",
                "From|192.0.2.1, which AMT shares", "To|192.0.2.2:22",
                "Translation|not in use on this host", "623|passes: connected", "664|passes: connected",
            ]
                + (16992...16995).map {
                    "\($0)|diverted: nothing came back, while 16991 and 16996 beside it were answered"
                } + ["Beside|622,624,663,665,16991,16996: connected"])
    }

    @Test func `has no time before 1970, or before the start of the machine`() {
        let early = ProbeRecord(probe(.shared), at: Moment(Instant(sinceBoot: .seconds(-1)), wallClock: -1))
        #expect(early.encoded(in: scope).contains(" at=0 usec=0\n"))
    }
}

extension String {
    fileprivate func with(_ part: String, _ other: String) -> String {
        guard let range = firstRange(of: part) else { preconditionFailure("no \(part)") }
        return replacingCharacters(range, other)
    }

    private func replacingCharacters(_ range: Range<Index>, _ other: String) -> String {
        self[..<range.lowerBound] + other + self[range.upperBound...]
    }
}
