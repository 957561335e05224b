import AmtguardCore
import AmtguardTestTools
import Testing

@Suite struct `A line of amtguardctl watch` {
    static let long = (0..<500).map { "\(1_000 + 2 * $0)" }.joined(separator: ",")

    @Test(arguments: [
        (
            Announcement.repaired(found: "5000", restored: "623,5000", pid: 4_711, command: "sysctl"),
            "repaired: found 5000, restored 623,5000, written by sysctl[4711]"
        ),
        (
            .repaired(found: "", restored: "623", pid: 0, command: ""),
            "repaired: found none, restored 623, written by an unnamed writer"
        ),
        (
            .repaired(found: "5000", restored: "623", pid: 7, command: "\u{1B}[31mred"),
            "repaired: found 5000, restored 623, written by ?[31mred[7]"
        ),
        (
            .repaired(found: "all of them", restored: "623", pid: 7, command: ""),
            "repaired: found an unreadable list, restored 623, written by process 7"
        ),
        (
            .prevented(asked: "5000", kept: "623", pid: 4_711, command: "tuned"),
            "prevented: tuned[4711] asked for 5000, kept 623"
        ),
        (.contested(true), "the list is repeatedly overwritten: single repairs are no longer shown"),
        (.contested(false), "the list is no longer repeatedly overwritten"),
        (.verdict("protected", reason: ""), "verdict: protected"),
        (.verdict("not-needed", reason: ""), "verdict: not needed"),
        (.verdict("exposed", reason: "why\nso"), "verdict: exposed: why?so"),
        (.verdict("better", reason: "news"), "verdict: better: news"),
        (.unreadable("Re\u{7}"), "Re?: too long to be shown, or of another version of amtguardd"),
        (.omitted(1), "1 line was left out: standard output was read too slowly"),
        (.omitted(2), "2 lines were left out: standard output was read too slowly"),
    ])
    func `says what happened`(announcement: Announcement, words: String) {
        #expect(announcement.says == words)
    }

    /// One of each kind, and a status.
    private static let lines: [JSON] =
        [
            Announcement.repaired(found: "5000", restored: "623,5000", pid: 4_711, command: "sysctl"),
            .repaired(found: "", restored: "623", pid: 0, command: ""),
            .prevented(asked: "5000", kept: "623", pid: 7, command: ""), .contested(true),
            .verdict("exposed", reason: "why"), .changed([("Verdict", .text("exposed")), ("Victims", .number(.max))]),
            .unreadable("Repaired"), .absent, .present, .noBus, .lost, .omitted(2),
            .unknown(Absence(reason: Reason(id: "x", says: "why"), look: `The JSON`.scenes[0].1())),
        ].map { $0.json(at: .zero) } + [Announcement.json(of: `The JSON`.scenes[0].1().json, at: .zero)]

    @Test func `fits its schema`() throws {
        let schema = try JSONSchema("watch.schema.json")
        for line in Self.lines { #expect(try schema.problems(of: line.description) == []) }
        let repaired = try #require(Self.lines.first?.description)
        for damage in [("4711", "\"4711\""), ("\"at\"", "\"when\""), ("\"623,5000\"", "[623]")] {
            let damaged = repaired.replacing(damage.0, with: damage.1)
            #expect(try schema.problems(of: damaged) != [], "\(damaged)")
        }
    }

    @Test(.enabled(if: JSONSchema.hasOther, "needs python3-jsonschema"))
    func `fits it by another validator too`() throws {
        let texts = Self.lines.map { (file: "watch.schema.json", text: $0.description) }
        #expect(try JSONSchema.judgeByOther(texts) == ["\(texts.count) judged"])
    }

    @Test func `cuts a long list for people, and not for programs`() {
        let announcement = Announcement.repaired(found: Self.long, restored: "623", pid: 0, command: "")
        #expect(announcement.says.utf8.count < 250)
        #expect(announcement.says.contains("… (500 ports)"))
        #expect(announcement.json(at: .zero).description.contains(Self.long))
    }

    @Test func `is an object for programs, with the same keys first`() {
        let moment = Moment(Instant(sinceBoot: .microseconds(4_711)), wallClock: 1_800_000_000)
        #expect(
            Announcement.repaired(found: "5000", restored: "623", pid: 7, command: "a\"\n").json(at: moment).description
                == #"{"event":"Repaired","at":"2027-01-15T08:00:00Z","bootUSec":4711,"found":"5000","restored":"623","#
                + #""writer":{"pid":7,"command":"a\"\n"}}"#)
        #expect(
            Announcement.absent.json(at: moment).description
                == #"{"event":"Absent","at":"2027-01-15T08:00:00Z","bootUSec":4711}"#)
    }

    @Test func `shows the new values of properties, but none that another line says`() {
        let announcement = Announcement.changed([
            ("Verdict", .text("exposed")), ("Contested", .flag(true)), ("LastRepairUSec", .number(4_711)),
            ("AMTState", .text("provisioned")), ("AMTVersion", .text("")), ("AMTAddress", .text("shared")),
            ("RequiredPorts", .text("623")), ("ReservedPorts", .text("")), ("OwnedPorts", .text("x")),
            ("Repairs", .number(3)), ("Victims", .number(.max)),
            ("Holds", .texts(["a:623/tcp held", "a:664/tcp refused: x"])), ("Later", .text("\u{9B}2J")),
        ])
        #expect(
            announcement.says
                == "now: AMT provisioned, firmware unknown, address shared, required 623, reserved none, "
                + "owned an unreadable list, repairs 3, victims unknown, holds 1 of 2, Later ??2J")
        #expect(
            announcement.json(at: .zero).description.hasSuffix(
                #""AMTVersion":"","AMTAddress":"shared","RequiredPorts":"623","ReservedPorts":"","OwnedPorts":"x","#
                    + #""Repairs":3,"Victims":null,"Holds":["a:623/tcp held","a:664/tcp refused: x"],"#
                    + #""Later":"\u009b2J"}}"#))
        #expect(!announcement.isForProgramsAlone)
        #expect(Announcement.changed([("LastRepairUSec", .number(1))]).isForProgramsAlone)
    }

    @Test func `shows a flag as yes or no`() {
        let announcement = Announcement.changed([("Later", .flag(true)), ("Latest", .flag(false))])
        #expect(announcement.says == "now: Later yes, Latest no")
    }
}

extension Moment {
    fileprivate static let zero = Moment(Instant(sinceBoot: .zero), wallClock: 0)
}
