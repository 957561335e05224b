import AmtguardDoctor
import AmtguardTestTools
import Foundation
import Glibc
import Testing

@testable import AmtguardCommands
@testable import AmtguardCore

/// What `amtguardctl status` prints, for each verdict, on six terminals. `UPDATE_GOLDEN=1 swift test --filter
/// ScreenTests` writes the files again; review the difference before you commit it.
@Suite struct ScreenTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var isWell = false
        var outcome: @Sendable () -> Inquiry.Outcome
        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "protected", isWell: true) { answered(.provisioned) },
        Case(name: "protected-with-remarks", isWell: true) {
            answered(.provisioned) { $0.reasons = (1...9).map(remark) }
        },
        Case(name: "protected-router", isWell: true) { answered(.router) },
        Case(name: "not-needed", isWell: true) { answered(.unaffected) },
        Case(name: "degraded") { answered(.overwritten) },
        Case(name: "degraded-configuration") {
            answered(.provisioned) {
                $0.verdict = Told(.degraded)
                $0.reasons = [
                    .refused(
                        ConfigurationProblem(
                            severity: .refused, path: "/etc/amtguard.conf", line: 3,
                            message: "Ports=: \"70000\" is not from 1 to 65535. Allowed: ports and ranges"))
                ]
            }
        },
        Case(name: "exposed") { answered(.unwritable) },
        Case(name: "silent") { .report(Assessment(.provisioned, .silent("within 3 s"), look(.ofAMT))) },
        Case(name: "stale-and-exposed") {
            .report(
                Assessment(
                    .provisioned, .outdated("amtguardd last looked at the list 300 s ago"), look(PortSet(5000...5000))))
        },
        Case(name: "absent") { absent(.unguarded) },
        Case(name: "absent-and-exposed") { absent(.exposed) },
        Case(name: "absent-and-not-needed") { absent(.unaffected) },
        Case(name: "hostile") {
            answered(.overwritten) { status in
                let word = String(repeating: "x", count: 300)
                status.reasons = (1...40).map {
                    Reason(
                        id: "list-\($0 % 2 == 0 ? "shared" : "busy")", says: "\(word) \u{1B}[2J \(word)", advice: word)
                }
                status.amt.version = word
                status.lastWriters = [Status.LastWriter(at: "?", writer: Writer(pid: 1, command: word, unit: word))]
                status.since = word
            }
        },
    ]

    static let terminals = [60, 80, 140].flatMap { width in
        [
            Terminal(colours: false, width: width, folds: true, isUTF8: false),
            Terminal(colours: true, width: width, folds: true, isUTF8: true),
        ]
    }

    @Test(arguments: cases) func `is as the golden file shows it`(_ example: Case) throws {
        let screens = try Self.terminals.map { terminal in
            let report = StatusCommand.summary(example.outcome())
            let screen = try #require(report.drawing?(terminal))
            let bare = screen.replacing(/\u{1B}\[[0-9;]*m/, with: "").split(
                separator: "\n", omittingEmptySubsequences: false)
            #expect(bare.count <= (example.isWell ? Screen.mostIfWell : Screen.most), "\(terminal.width) columns")
            #expect(bare.allSatisfy { $0.count <= terminal.width }, "\(terminal.width) columns")
            #expect(terminal.isUTF8 || screen.utf8.allSatisfy { $0 < 0x80 && $0 != 0x1B })
            let style = terminal.colours ? "colour, UTF-8" : "plain"
            return "== \(terminal.width) columns, \(style), exit status \(report.exit.rawValue)\n\(screen)\n"
        }
        let text = screens.joined(separator: "\n").replacing("\u{1B}", with: "␛").replacing(
            amtguardVersion, with: "VERSION")
        let file = Repository.top.appending(path: "Tests/AmtguardCommandsTests/Golden/status-\(example.name).txt")
        if unsafe getenv("UPDATE_GOLDEN") != nil { try Data(text.utf8).write(to: file) }
        #expect(try text == String(contentsOf: file, encoding: .utf8))
    }

    @Test(arguments: cases) func `is a line a fact where the width is unknown`(_ example: Case) throws {
        let report = StatusCommand.summary(example.outcome())
        let screen = try #require(report.drawing?(Terminal(colours: false)))
        #expect(screen.split(separator: "\n").count <= (example.isWell ? Screen.mostIfWell : Screen.most))
    }

    @Test(arguments: cases.filter { $0.name != "hostile" }) func `has JSON of the one schema`(_ example: Case) throws {
        let json = StatusCommand.summary(example.outcome()).json
        #expect(try JSONSchema("status.schema.json").problems(of: json.description) == [])
    }

    @Test(.enabled(if: JSONSchema.hasOther, "needs python3-jsonschema"))
    func `of each command has JSON of its schema, by another validator`() throws {
        let outcomes = Self.cases.filter { $0.name != "hostile" }.map { $0.outcome() }
        let reports: [(String, (Inquiry.Outcome) -> Report)] = [
            ("status", StatusCommand.report), ("ports", PortsCommand.report), ("victims", VictimsCommand.report),
            ("firmware", FirmwareCommand.report), ("nat", NATCommand.report),
        ]
        var texts = outcomes.flatMap { outcome in
            reports.map { (file: "\($0.0).schema.json", text: $0.1(outcome).json.description) }
        }
        let (settings, problems) = AmtguardCore.Configuration.settings([])
        texts.append(("config.schema.json", ConfigCommand.report(settings, problems).json.description))
        texts.append(("doctor.schema.json", Diagnosis(Check.all, below: nil, outcomes[0]).json.description))
        #expect(try JSONSchema.judgeByOther(texts) == ["\(texts.count) judged"])
    }

    private static func look(_ list: PortSet) -> KernelLook {
        KernelLook(
            reserved: list, choice: KernelChoice(ephemeralRange: 1_024...65_535, unprivilegedStart: 1_024))
    }

    private static func answered(_ status: Status, _ change: (inout Status) -> Void = { _ in }) -> Inquiry.Outcome {
        var status = status
        change(&status)
        return .report(Assessment(status, .answers, KernelLook(reserved: nil, choice: nil)))
    }

    private static func absent(_ status: Status) -> Inquiry.Outcome {
        .absence(Absence(reason: .withoutState(.absent, isRunning: false), look: status))
    }

    private static func remark(_ number: Int) -> Reason {
        Reason(
            id: "list-shared", says: "remark \(number) says something that takes more than one line of a terminal",
            advice: "Do something about remark \(number), for example nothing at all.")
    }
}

extension Status {
    /// A guardian's first report, with everything in place; the firmware answered.
    static var provisioned: Status {
        var status = looked(.ofAMT)
        status.amt.state = "provisioned"
        status.amt.controlMode = "admin"
        status.amt.version = "16.1.25.2124"
        status.amt.interfaces = [
            Interface(
                medium: "wired", mac: "02:00:5e:10:00:01", link: true, mode: "dhcp-passive", ip: "192.0.2.20",
                address: "shared", rule: nil, evidence: "the same address and MAC", hostInterfaces: ["eno1"],
                hostAddresses: ["192.0.2.20"])
        ]
        status.nat = nil
        status.reasons = []
        status.verdict = Told(.protected)
        status.victims = []
        status.victimCount = 0
        status.holds = [623, 664, 16992, 16993, 16994, 16995].map {
            HeldPort(address: "192.0.2.20", port: $0, protocol: "tcp", state: "held", says: nil)
        }
        return status
    }

    /// A router with a probe and a history.
    static var router: Status {
        var status = provisioned
        status.nat = NAT(
            translation: "yes", chains: [Chain(family: "ip", table: "nat", name: "POSTROUTING")], legacy: false,
            redraw: "auto", addresses: ["192.0.2.20"], tcp: "623,664,16992-16995", udp: "623,664", inForce: true,
            owned: true, redrawn: 31, refused: 2, victims: [], victimCount: 0, published: [])
        status.prevented = Prevented(count: 3, last: nil)
        status.repairs.count = 1
        status.lastWriters = [
            LastWriter(
                at: "2026-11-22T21:30:00Z",
                writer: Writer(
                    pid: 4711, command: "sysctl", unit: "session-3.scope", parent: .init(pid: 4690, command: "bash"))),
            LastWriter(at: "2026-11-22T06:25:03Z", writer: Writer(pid: 812, command: "tuned", unit: "tuned.service")),
        ]
        return status
    }

    static var overwritten: Status {
        var status = router
        status.verdict = Told(.degraded)
        status.contested = true
        status.repairs.count = 100_000
        status.reasons = [
            Reason(
                id: "contested",
                says: "the list is repeatedly overwritten by sysctl[4711] of session-3.scope, 100000 times since "
                    + "2026-11-22T20:49:00Z, repaired at a bounded pace",
                advice:
                    "Find what sets the list (/etc/sysctl.d, the [sysctl] section of a TuneD profile, a program), and "
                    + "set net.ipv4.ip_local_reserved_ports = 623,664,5000-5010,16992-16995 there. Or remove the "
                    + "setting there."),
            Reason(id: "list-shared", says: "other programs reserve 5000-5010 in the same list", advice: nil),
        ]
        return status
    }

    static var unwritable: Status {
        var guardian = Guardian(remembering: Memory(scope: .init(boot: "b", namespace: "n")))
        _ = guardian.observe(.choice(.init(ephemeralRange: 1_024...65_535, unprivilegedStart: 1_024)), at: .early)
        _ = guardian.observe(.watch(Watch(.fanotify)), at: .early)
        _ = guardian.observe(.list(.ports(PortSet()), .request), at: .early)
        _ = guardian.observe(.refused(.readOnly), at: .early)
        return guardian.status
    }

    static var unaffected: Status {
        var guardian = Guardian(remembering: Memory(scope: .init(boot: "b", namespace: "n")))
        let presence = Presence(
            pciFunctions: 3, heci: [], devices: [], offeringAMTHI: [],
            machine: Presence.Machine(chipset: .other("0x1022")))
        _ = guardian.observe(.presence(presence), at: .early)
        _ = guardian.observe(.list(.ports(PortSet()), .request), at: .early)
        return guardian.status
    }

    static var unguarded: Status { looked(PortSet(), 32_768...60_999) }
    static var exposed: Status { looked(PortSet()) }

    private static func looked(_ list: PortSet, _ range: ClosedRange<UInt16> = 1_024...65_535) -> Status {
        var guardian = Guardian(remembering: Memory(scope: .init(boot: "b", namespace: "n")))
        _ = guardian.observe(.choice(.init(ephemeralRange: range, unprivilegedStart: 1_024)), at: .early)
        _ = guardian.observe(.watch(Watch(.fanotify)), at: .early)
        _ = guardian.observe(.list(.ports(list), .request), at: .early)
        return guardian.status
    }
}

extension Moment {
    fileprivate static var early: Moment {
        Moment(Instant(sinceBoot: .seconds(1_000)), wallClock: 1_795_379_340)
    }
}
