import AmtguardCore
import AmtguardTestTools
import Testing

@testable import AmtguardCommands

@Suite struct `The commands` {
    /// A guardian that read this list; `nil` stands for an unreadable list.
    static func status(_ list: PortSet?) -> Status {
        let moment = Moment(Instant(sinceBoot: .seconds(1_000)), wallClock: 1_800_000_000)
        var guardian = Guardian(remembering: Memory(scope: .init(boot: "b", namespace: "n")))
        _ = guardian.observe(.choice(wide), at: moment)
        _ = guardian.observe(.watch(Watch(.fanotify)), at: moment)
        let taker = LocalSocket(
            .tcp, .v4(IPv4Address(bits: 0xC000_0214)), port: 16992, .synSent, uid: 1000, unit: "a.scope", inode: 1)
        _ = guardian.observe(.sockets(SocketReading([taker])), at: moment)
        _ = guardian.observe(.list(list.map(Reading.ports) ?? .obstacle(.malformed("x")), .request), at: moment)
        return guardian.status
    }

    static let wide = KernelChoice(ephemeralRange: 1_024...65_535, unprivilegedStart: 400, autobindReuse: false)

    static func report(_ voice: Assessment.Voice, _ now: PortSet?, told: PortSet? = .ofAMT) -> Inquiry.Outcome {
        .report(Assessment(status(told), voice, KernelLook(reserved: now, choice: wide)))
    }

    static func absence(_ now: PortSet?) -> Inquiry.Outcome {
        .absence(Absence(reason: .withoutState(.absent, isRunning: false), look: status(now)))
    }

    typealias Exit = AmtguardCommands.ExitStatus  // Testing has this type, too.

    struct Row: Sendable {
        var name: String
        var outcome: @Sendable () -> Inquiry.Outcome
        /// The exit statuses of status, ports, victims and firmware.
        var status: Exit
        var ports: Exit
        var victims: Exit
        var firmware: Exit
    }

    static let rows = [
        Row(
            name: "answers, whole", outcome: { report(.answers, .ofAMT) }, status: .good, ports: .good,
            victims: .unknown, firmware: .good),
        Row(
            name: "answers, not whole", outcome: { report(.answers, PortSet()) }, status: .exposed, ports: .exposed,
            victims: .unknown, firmware: .good),
        Row(
            name: "silent, whole", outcome: { report(.silent("x"), .ofAMT) }, status: .degraded, ports: .unknown,
            victims: .unknown, firmware: .unknown),
        Row(
            name: "silent, not whole", outcome: { report(.silent("x"), PortSet()) }, status: .exposed,
            ports: .exposed, victims: .unknown, firmware: .unknown),
        Row(
            name: "silent, the list can't be read", outcome: { report(.silent("x"), nil) }, status: .unknown,
            ports: .unknown, victims: .unknown, firmware: .unknown),
        Row(
            name: "outdated, whole", outcome: { report(.outdated("x"), .ofAMT) }, status: .unknown, ports: .unknown,
            victims: .unknown, firmware: .unknown),
        Row(
            name: "outdated, not whole", outcome: { report(.outdated("x"), PortSet()) }, status: .exposed,
            ports: .exposed, victims: .unknown, firmware: .unknown),
        Row(
            name: "absent, whole", outcome: { absence(.ofAMT) }, status: .unknown, ports: .unknown,
            victims: .unknown, firmware: .unknown),
        Row(
            name: "absent, not whole", outcome: { absence(PortSet()) }, status: .exposed, ports: .exposed,
            victims: .unknown, firmware: .unknown),
        Row(
            name: "absent, the list can't be read", outcome: { absence(nil) }, status: .unknown, ports: .unknown,
            victims: .unknown, firmware: .unknown),
    ]

    @Test(arguments: rows.indices)
    func `exit with what was seen, in one shape of JSON whoever answers`(index: Int) throws {
        let row = Self.rows[index]
        let outcome = row.outcome()
        for (name, report, exit) in [
            ("status", StatusCommand.report(outcome), row.status), ("ports", PortsCommand.report(outcome), row.ports),
            ("victims", VictimsCommand.report(outcome), row.victims),
            ("firmware", FirmwareCommand.report(outcome), row.firmware),
        ] {
            #expect(report.exit == exit, "\(name): \(row.name)")
            let json = report.json.description
            #expect(try JSONSchema("\(name).schema.json").problems(of: json) == [], "\(name): \(row.name)")
            #expect(Terminal(colours: false).render(report.text).allSatisfy { $0 != "\u{1B}" })
        }
    }

    @Test func `tell no port as not reserved where the list can't be read`() throws {
        let report = PortsCommand.report(Self.report(.answers, nil, told: nil))
        #expect(report.exit == .unknown)
        let text = try #require(report.drawing?(Terminal(colours: false)))
        #expect(text.contains("16992  unknown") && text.contains("623    unknown") && !text.contains("not reserved"))
        #expect(try JSONSchema("ports.schema.json").problems(of: report.json.description) == [])
    }

    @Test func `say that a silent daemon is silent, and show the list itself`() {
        let outcome = Self.report(.silent("within 3 s"), PortSet(5_000...5_000))
        let text = Terminal(colours: false).render(StatusCommand.report(outcome).text)
        #expect(text.contains("exposed, by the present list\n"))
        #expect(text.contains("does not answer (within 3 s)") && text.contains("systemctl restart amtguardd"))
        #expect(text.contains("5000 (read from the kernel now)"))
        let ports = PortsCommand.report(outcome)
        #expect(Terminal(colours: false).render(ports.text).contains("The present list:"))
        #expect(ports.drawing?(Terminal(colours: false)).contains("16992  exposed") == true)
    }

    @Test func `tell of a probe in one shape`() throws {
        let schema = try JSONSchema("probe.schema.json")
        let reason = Reason(id: "no-way", says: "x", advice: "y")
        let json = Status.Probe.json(nil, isRemembered: false, reasons: [reason])
        #expect(try schema.problems(of: json.description) == [])
        let address = IPAddress.v4(IPv4Address(bits: 0xC000_0214))
        let plan = try #require(ProbePlan(.ofAMT, required: .ofAMT))
        let result = ProbeResult(
            from: address, to: address, port: 22, isShared: nil, waited: .seconds(4), plan: plan, outcomes: [:])
        let probe = Status.Probe(ProbeRecord(result, at: Moment(Instant(sinceBoot: .zero), wallClock: 0)))
        let told = Status.Probe.json(probe, isRemembered: true, reasons: [])
        #expect(try schema.problems(of: told.description) == [])
    }

    @Test func `show the words of a newer daemon as they are`() throws {
        var status = Self.status(.ofAMT)
        let address = IPAddress.v4(IPv4Address(bits: 0xC000_0214))
        let plan = try #require(ProbePlan(.ofAMT, required: .ofAMT))
        let result = ProbeResult(
            from: address, to: address, port: 22, isShared: nil, waited: .seconds(4), plan: plan, outcomes: [:])
        let probe = Status.Probe(ProbeRecord(result, at: Moment(Instant(sinceBoot: .zero), wallClock: 0)))
        status.probe = probe
        var text = "\(status.json)"
        for (word, newer) in [("\(status.verdict)", "walled"), ("fanotify", "bpf"), ("\(probe.verdict)", "bent")] {
            #expect(text.contains("\"\(word)\""))
            text = text.replacing("\"\(word)\"", with: "\"\(newer)\"")
        }
        let told = try Answer(Array(text.utf8)).status
        let look = KernelLook(reserved: .ofAMT, choice: Self.wide)
        let report = StatusCommand.report(.report(Assessment(told, .answers, look)))
        let lines = Terminal(colours: false).render(report.text)
        #expect(lines.contains("walled since") && lines.contains("bpf"))
        #expect(told.probe?.text.contains { $0.value.hasPrefix("bent: ") } == true)
        #expect(report.json.description == text && report.exit == .unknown)
    }

    @Test(
        arguments: [
            (Contact.absent, false, "not-running"), (.absent, nil, "not-running"), (.noBus, false, "not-running"),
            (.noBus, nil, "not-running"), (.noBus, true, "no-state-file"), (.absent, true, "no-state-file"),
            (.silent, false, "no-answer"), (.silent, nil, "no-answer"), (.silent, true, "no-answer"),
            (.refused("x"), false, "no-state-file"), (.answered("x"), true, "no-state-file"),
        ] as [(Contact, Bool?, String)])
    func `distinguish a daemon that does not run from a silent one`(contact: Contact, isRunning: Bool?, id: String) {
        let reason = Reason.withoutState(contact, isRunning: isRunning)
        #expect(reason.id == id)
        #expect(reason.says.hasPrefix(id == "not-running" ? "amtguardd does not run" : "amtguardd runs"))
        #expect(reason.advice != nil)
    }
}
