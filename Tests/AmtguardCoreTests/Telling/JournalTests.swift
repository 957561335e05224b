import Testing

@testable import AmtguardCore

@Suite struct `The journal` {
    /// A contest as the guardian reports it, at its start and a minute later.
    private static var contests: [Contest] {
        var configuration = Configuration()
        configuration.pace = Pace(burst: 1, perSecond: 1)
        var scene = Scene(list: amt, configuration: configuration)
        for step in 0...61 {
            scene.now = 100 + Double(step)
            scene.list = "8080"
            if step == 0 {
                scene.overwrite(with: "8080", by: sysctl)
                scene.overwrite(with: "8080", by: sysctl)
            } else {
                scene.look(.token)
            }
        }
        return scene.toldEvents().compactMap { if case .contested(let contest) = $0 { contest } else { nil } }
    }

    private static let deaf = Victim(
        .connection("192.0.2.20", 16994, to: "198.51.100.7").with { $0.retransmissions = 3 }, since: at(100))

    private static let translated = TranslatedVictim(
        TranslatedFlow(
            .tcp, from: LocalSocket.Endpoint(.v4(ip("10.88.0.2")), port: 40123),
            to: LocalSocket.Endpoint(.v4(ip("198.51.100.7")), port: 443),
            as: LocalSocket.Endpoint(.v4(ip("192.0.2.20")), port: 16994)), isOwn: false, since: at(100))
    private static let translatedFields = [
        "PORT": "16994", "PROTOCOL": "tcp", "ADDRESS": "192.0.2.20", "ORIGIN": "10.88.0.2:40123",
        "REMOTE": "198.51.100.7:443", "SINCE": "2026-11-22T20:01:40Z",
    ]

    private static func repair(by writer: Writer?) -> Event? {
        var scene = Scene()
        _ = scene.told()
        scene.overwrite(with: "8080", by: writer)
        return scene.toldEvents().first
    }

    private static var unseenRepair: Event? {
        var scene = Scene()
        _ = scene.told()
        scene.list = "8080"
        scene.now += 7
        scene.look(.audit)
        return scene.toldEvents().first
    }

    static let cases: [(Event?, JournalEntry.Priority, String, String, [String: String])] = [
        (
            .started(version: "0.1.0", watch: Watch(.fanotify)), .notice, "started",
            "amtguardd 0.1.0 guards net.ipv4.ip_local_reserved_ports, watching by fanotify.",
            ["VERSION": "0.1.0", "WATCH": "fanotify"]
        ),
        (
            .started(version: "0.1.0", watch: Watch(.none)), .notice, "started",
            "amtguardd 0.1.0 guards net.ipv4.ip_local_reserved_ports, watching by audits only.",
            ["VERSION": "0.1.0", "WATCH": "none"]
        ),
        (
            .reserved(amt, list: amt.union("8080")), .notice, "reserved",
            "Reserved 623,664,16992-16995; the list holds 623,664,8080,16992-16995.",
            ["ADDED": "623,664,16992-16995", "RESERVED": "623,664,8080,16992-16995"]
        ),
        (
            repair(by: sysctl), .notice, "repaired",
            "sysctl[4711] of systemd-sysctl.service overwrote the list: found 8080, restored 623,664,8080,16992-16995.",
            [
                "FOUND": "8080", "RESTORED": "623,664,8080,16992-16995", "WRITER_PID": "4711",
                "WRITER_COMM": "sysctl", "WRITER_UNIT": "systemd-sysctl.service",
            ]
        ),
        (
            repair(by: nil), .notice, "repaired",
            "Another program overwrote the list: found 8080, restored 623,664,8080,16992-16995.",
            ["FOUND": "8080", "RESTORED": "623,664,8080,16992-16995"]
        ),
        (
            repair(by: Writer(pid: 9)), .notice, "repaired",
            "process 9 overwrote the list: found 8080, restored 623,664,8080,16992-16995.",
            ["FOUND": "8080", "RESTORED": "623,664,8080,16992-16995", "WRITER_PID": "9"]
        ),
        (
            repair(by: Writer(pid: 9, command: "x\nREADY=1")), .notice, "repaired",
            "x?READY=1[9] overwrote the list: found 8080, restored 623,664,8080,16992-16995.",
            [
                "FOUND": "8080", "RESTORED": "623,664,8080,16992-16995", "WRITER_PID": "9",
                "WRITER_COMM": "x\nREADY=1",
            ]
        ),
        (
            contests.first.map(Event.contested), .warning, "contested",
            "The list is repeatedly overwritten by sysctl[4711] of systemd-sysctl.service (once), once since "
                + "2026-11-22T20:01:40Z, last with 8080; the limit on repairs is reached, so required ports are "
                + "missing between repairs.",
            [
                "FOUND": "8080", "OVERWRITES": "1", "OVERWRITES_IN_ALL": "1", "SINCE": "2026-11-22T20:01:40Z",
                "ANSWER": "paced", "WRITERS": "sysctl[4711] of systemd-sysctl.service (once)", "WRITER_PID": "4711",
                "WRITER_COMM": "sysctl", "WRITER_UNIT": "systemd-sysctl.service",
            ]
        ),
        (
            contests.last.map(Event.contested), .warning, "contested",
            "The list is repeatedly overwritten by sysctl[4711] of systemd-sysctl.service (twice), 61 times since "
                + "2026-11-22T20:01:40Z, last with 8080; the limit on repairs is reached, so required ports are "
                + "missing between repairs.",
            [
                "FOUND": "8080", "OVERWRITES": "60", "OVERWRITES_IN_ALL": "61", "SINCE": "2026-11-22T20:01:40Z",
                "ANSWER": "paced", "WRITERS": "sysctl[4711] of systemd-sysctl.service (twice)", "WRITER_PID": "4711",
                "WRITER_COMM": "sysctl", "WRITER_UNIT": "systemd-sysctl.service",
            ]
        ),
        (
            contests.last.map(Event.calmed), .notice, "calmed",
            "The list is no longer repeatedly overwritten. It was overwritten 61 times since 2026-11-22T20:01:40Z by "
                + "sysctl[4711] of systemd-sysctl.service (twice).",
            [
                "OVERWRITES": "60", "OVERWRITES_IN_ALL": "61", "SINCE": "2026-11-22T20:01:40Z",
                "ANSWER": "paced", "WRITERS": "sysctl[4711] of systemd-sysctl.service (twice)", "WRITER_PID": "4711",
                "WRITER_COMM": "sysctl", "WRITER_UNIT": "systemd-sysctl.service",
            ]
        ),
        (
            unseenRepair, .notice, "repaired",
            "Another program overwrote the list: found 8080, restored 623,664,8080,16992-16995. It was broken at some "
                + "time between 2026-11-22T20:01:40Z and 2026-11-22T20:01:47Z.",
            [
                "FOUND": "8080", "RESTORED": "623,664,8080,16992-16995", "BROKEN_AFTER": "2026-11-22T20:01:40Z",
                "BROKEN_AT_MOST_USEC": "7000000",
            ]
        ),
        (
            .prevented(
                Prevention(
                    asked: "8080", kept: amt,
                    writer: Writer(
                        pid: 4711, command: "sysctl", unit: "session-3.scope",
                        parent: Writer.Parent(pid: 4690, command: "bash")), at: at(100))), .notice, "prevented",
            "sysctl[4711] of session-3.scope, run by bash[4690], overwrote the list with 8080; 623,664,16992-16995 stayed "
                + "in it all the time.",
            [
                "FOUND": "8080", "KEPT": "623,664,16992-16995", "WRITER_PID": "4711", "WRITER_COMM": "sysctl",
                "WRITER_UNIT": "session-3.scope", "WRITER_PARENT_PID": "4690", "WRITER_PARENT_COMM": "bash",
            ]
        ),
        (
            .unjudged(by: sysctl, lost: 0), .notice, "unjudged",
            "sysctl[4711] of systemd-sysctl.service wrote the list, but amtguard could not read all of the text: the "
                + "ports that it left out stay reserved.",
            [
                "LOST": "0", "WRITER_PID": "4711", "WRITER_COMM": "sysctl", "WRITER_UNIT": "systemd-sysctl.service",
            ]
        ),
        (
            .unjudged(by: nil, lost: 3), .notice, "unjudged",
            "3 writes of the list came too fast to be recorded: the ports that they left out stay reserved.",
            ["LOST": "3"]
        ),
        (
            .unjudged(by: nil, lost: 2), .notice, "unjudged",
            "2 writes of the list came too fast to be recorded: the ports that they left out stay reserved.",
            ["LOST": "2"]
        ),
        (
            .unjudged(by: nil, lost: 1), .notice, "unjudged",
            "A write of the list came too fast to be recorded: the ports that it left out stay reserved.",
            ["LOST": "1"]
        ),
        (
            .overwritten(ObservedOverwrite(found: "8080", missing: amt, writer: sysctl)), .notice, "overwritten",
            "sysctl[4711] of systemd-sysctl.service overwrote the list: found 8080, which lacks 623,664,16992-16995. "
                + "amtguard does not repair it (Mode=observe).",
            [
                "FOUND": "8080", "MISSING": "623,664,16992-16995", "WRITER_PID": "4711", "WRITER_COMM": "sysctl",
                "WRITER_UNIT": "systemd-sysctl.service",
            ]
        ),
        (
            .stranded("5900", list: "623,5900"), .notice, "stranded",
            "These ports stay reserved, although they are no longer required: 5900. The list is too long to remove them "
                + "in one write, and several writes could lose ports of other programs.",
            ["PORTS": "5900", "RESERVED": "623,5900"]
        ),
        (
            .disowned("623"), .notice, "disowned",
            "Another program wrote the list with 623 in it: amtguard no longer owns these ports, and they stay reserved "
                + "when it is removed.",
            ["PORTS": "623"]
        ),
        (
            .staying("623", list: "623,8080"), .notice, "staying",
            "These ports stay reserved: 623. They were reserved before amtguard, or another program has written the list "
                + "since. To remove them: sysctl -w net.ipv4.ip_local_reserved_ports='8080'",
            ["PORTS": "623", "RESERVED": "623,8080"]
        ),
        (
            .obstructed(.readOnly), .error, "obstructed",
            "Cannot guard: \(Obstacle.readOnly.says). \(Obstacle.readOnly.advice)", [:]
        ),
        (
            .released(amt, list: ""), .notice, "released",
            "Released 623,664,16992-16995; the list holds nothing.",
            ["RELEASED": "623,664,16992-16995", "RESERVED": ""]
        ),
        (
            .probed(ProbeRecord(probe(.shared), at: at(1))), .notice, "probed",
            "A probe: 4 of 6 ports are diverted between 192.0.2.1 and 192.0.2.2:22.",
            [
                "PROBE_FROM": "192.0.2.1", "PROBE_TO": "192.0.2.2:22", "DIVERTED": "16992-16995",
                "PASSING": "623,664", "UNKNOWN": "",
            ]
        ),
        (
            .unseenWrite(found: "8080"), .notice, "unseenWrite",
            "The list was changed through another mount of /proc (writer unknown): found 8080. amtguard checks the "
                + "list each second for ten minutes.",
            ["FOUND": "8080"]
        ),
        (
            .held([Hold(ip("192.0.2.1"), 16992), Hold(ip("192.0.2.1"), 623)], isShared: true), .notice, "held",
            "Holding 192.0.2.1 tcp 623,16992; servers that set SO_REUSEADDR, Intel LMS among them, can still listen there.",
            ["HOLDS": "192.0.2.1 tcp 623,16992", "HOLD": "cooperative"]
        ),
        (
            .held([Hold(ip("192.0.2.1"), 623, .udp)], isShared: false), .notice, "held",
            "Holding 192.0.2.1 udp 623; no other program can bind there, not even Intel LMS. Hold=cooperative admits LMS.",
            ["HOLDS": "192.0.2.1 udp 623", "HOLD": "strict"]
        ),
        (
            .unheld([Hold(ip("192.0.2.1"), 623)], .listener("lms.service")), .notice, "unheld",
            "Not held: 192.0.2.1 tcp 623: lms.service listens there.",
            ["HOLDS": "192.0.2.1 tcp 623", "OBSTACLE": "listener"]
        ),
        (
            .unheld([Hold(ip("192.0.2.1"), 623)], .notPermitted), .warning, "unheld",
            "Not held: 192.0.2.1 tcp 623: binding it is not permitted. "
                + "Give amtguardd CAP_NET_BIND_SERVICE: ports below 1024 need it.",
            ["HOLDS": "192.0.2.1 tcp 623", "OBSTACLE": "not-permitted"]
        ),
        (
            .letGo([Hold(ip("192.0.2.1"), 623)]), .notice, "letGo", "Let go of 192.0.2.1 tcp 623.",
            ["HOLDS": "192.0.2.1 tcp 623"]
        ),
        (
            .amt(.impossible("no such function"), evidence: []), .notice, "amt",
            "AMT is impossible: no such function.", ["AMT_STATE": "impossible", "EVIDENCE": ""]
        ),
        (
            .verdict(.protected, from: nil, reasons: [Reason(id: "watch-limited", says: "no names")]), .notice,
            "verdict", "Verdict: protected.", ["VERDICT": "protected", "REASONS": "watch-limited"]
        ),
        (
            .verdict(.notNeeded, from: .protected, reasons: []), .notice, "verdict",
            "Verdict: not needed (was protected).", ["VERDICT": "not-needed", "REASONS": ""]
        ),
        (
            .verdict(
                .degraded, from: .protected, reasons: [Reason(id: "a", says: "one"), Reason(id: "b", says: "two")]),
            .warning, "verdict", "Verdict: degraded (was protected): one.", ["VERDICT": "degraded", "REASONS": "a b"]
        ),
        (
            .verdict(.exposed, from: .notNeeded, reasons: []), .error, "verdict",
            "Verdict: exposed (was not needed).", ["VERDICT": "exposed", "REASONS": ""]
        ),
        (
            VerdictTests.problems.first.map(Event.configuration), .error, "configuration",
            "/etc/amtguard.conf:2: Mode=: \"x\" is unknown. Allowed: auto, always, observe", [:]
        ),
        (
            .victim(deaf), .warning, "victim",
            "AMT cuts off a socket: tcp 192.0.2.20:16994 to 198.51.100.7:443, syn-sent, sent 3 times more, "
                + "session-3.scope (uid 1000).",
            [
                "PORT": "16994", "PROTOCOL": "tcp", "ADDRESS": "192.0.2.20", "STATE": "syn-sent",
                "REMOTE": "198.51.100.7:443", "UID": "1000", "UNIT": "session-3.scope",
                "SINCE": "2026-11-22T20:01:40Z",
            ]
        ),
        (
            .victimEnded(Victim(.listener("0.0.0.0", 16993), since: at(100))), .notice, "victimEnded",
            "AMT no longer cuts off this socket: tcp *:16993, listening, uid 1000, first seen 2026-11-22T20:01:40Z.",
            [
                "PORT": "16993", "PROTOCOL": "tcp", "ADDRESS": "0.0.0.0", "STATE": "listening", "UID": "1000",
                "SINCE": "2026-11-22T20:01:40Z",
            ]
        ),
        (
            .victimsUntold(990), .warning, "victimsUntold",
            "AMT cut off 990 more sockets or connections within a minute. They are not reported one by one.",
            ["COUNT": "990"]
        ),
        (
            .translatedVictim(translated), .warning, "translatedVictim",
            "AMT cuts off a translated connection: tcp 10.88.0.2:40123 as 192.0.2.20:16994 to 198.51.100.7:443, "
                + "unanswered since 2026-11-22T20:01:40Z.",
            translatedFields
        ),
        (
            .translatedVictimEnded(translated), .notice, "translatedVictimEnded",
            "AMT no longer cuts off this translated connection: tcp 10.88.0.2:40123 as 192.0.2.20:16994 to "
                + "198.51.100.7:443, unanswered since 2026-11-22T20:01:40Z.",
            translatedFields
        ),
        (
            .redrawing(RedrawTable(addresses: [ip("192.0.2.20")], tcp: amt, udp: "623,664"), isOwned: true), .notice,
            "redrawing",
            "Translated connections get no port of AMT's on 192.0.2.20: the table ip amtguard is in force.",
            ["ADDRESSES": "192.0.2.20", "TCP": "623,664,16992-16995", "UDP": "623,664"]
        ),
        (
            .redrawing(
                RedrawTable(
                    addresses: [ip("192.0.2.20"), ip("192.0.2.21"), ip("192.0.2.22"), ip("192.0.2.23")], tcp: amt,
                    udp: ""), isOwned: false), .notice, "redrawing",
            "Translated connections get no port of AMT's on 192.0.2.20, 192.0.2.21, 192.0.2.22 and 1 more: "
                + "the table ip amtguard is in force; this kernel lets other programs delete it (before Linux 5.12).",
            [
                "ADDRESSES": "192.0.2.20 192.0.2.21 192.0.2.22 192.0.2.23", "TCP": "623,664,16992-16995", "UDP": "",
            ]
        ),
        (
            .redrawingEnded, .notice, "redrawingEnded",
            "The table ip amtguard is no longer in force: it is not needed now, or Redraw=no is set.", [:]
        ),
        (
            .redrawRestored(times: 1), .warning, "redrawRestored",
            "Another program deleted or changed the table ip amtguard. It is in force again.", ["COUNT": "1"]
        ),
        (
            .redrawRestored(times: 12), .warning, "redrawRestored",
            "Another program deleted or changed the table ip amtguard 12 times since the last report. It is in force "
                + "again.", ["COUNT": "12"]
        ),
        (
            .redrawObstructed(.foreign(owner: "fire\nwalld")), .warning, "redrawObstructed",
            "The table ip amtguard can't be put in force: another program (fire?walld) has a table of that name.", [:]
        ),
        (
            .redrawObstructed(.unknown(says: "nf_tables: Invalid argument", advice: "Look.")), .warning,
            "redrawObstructed",
            "The table ip amtguard can't be put in force: nf_tables: Invalid argument. Look.", [:]
        ),
        (
            .redrawn(3, refused: 1), .notice, "redrawn",
            "Translated connections that got a port of AMT: 3 redrawn (the kernel draws another port), 1 refused.",
            ["REDRAWN": "3", "REFUSED": "1"]
        ),
        (
            .stoodIn(repairs: 1, during: "systemctl"), .notice, "stoodIn",
            "Repaired the list once in the daemon's absence, while systemctl ran.",
            ["REPAIRS": "1", "COMMAND": "systemctl"]
        ),
        (
            .stoodIn(repairs: 12, during: "a\nb"), .notice, "stoodIn",
            "Repaired the list 12 times in the daemon's absence, while a?b ran.",
            ["REPAIRS": "12", "COMMAND": "a\nb"]
        ),
        (
            .stopping(keeping: amt), .notice, "stopping",
            "amtguardd stops; these ports stay reserved: 623,664,16992-16995.", [:]
        ),
        (.stopping(keeping: ""), .notice, "stopping", "amtguardd stops.", [:]),
        (
            .stopping(keeping: nil), .notice, "stopping",
            "amtguardd stops; the list can't be read, so it is unknown which ports stay reserved.", [:]
        ),
        (
            .unattended("Cannot allocate memory"), .error, "unattended",
            "The event loop fails: Cannot allocate memory. amtguardd keeps reading the list, ten times a second.", [:]
        ),
        (
            .healed("/run/amtguard/lock"), .warning, "healed",
            "/run/amtguard/lock was deleted or replaced while amtguardd ran. amtguardd has created it again.",
            ["PATH": "/run/amtguard/lock"]
        ),
    ]

    @Test(arguments: cases)
    func `tells each event with its priority, its id and its fields`(
        event: Event?, priority: JournalEntry.Priority, name: String, message: String, fields: [String: String]
    ) throws {
        let entry = try #require(event).journalEntry
        #expect(entry.priority == priority)
        #expect(entry.messageID == Event.MessageID.allCases.first(where: { "\($0)" == name })?.rawValue)
        #expect(entry.message == message)
        #expect(
            Dictionary(entry.fields.map { ($0.name, $0.value) }) { first, _ in first + " twice" }
                == Dictionary(uniqueKeysWithValues: fields.map { ("AMTGUARD_" + $0.key, $0.value) }))
        let all = entry.all.map { "\($0.name)=\($0.value)" }
        #expect(
            all.prefix(3) == [
                "PRIORITY=\(priority.rawValue)", "MESSAGE=\(message)", "MESSAGE_ID=\(entry.messageID ?? "")",
            ])
        #expect(entry.message.oneLineOnly)
    }

    @Test func `tells a warning of the configuration as a warning`() throws {
        let warning = try #require(VerdictTests.problems.last)
        #expect(Event.configuration(warning).journalEntry.priority == .warning)
    }

    @Test func `has an id for every event, 128 bits in hex, no two the same`() {
        let ids = Event.MessageID.allCases.map(\.rawValue)
        #expect(Set(ids).count == Event.MessageID.allCases.count)
        #expect(ids.allSatisfy { $0.count == 32 && $0.allSatisfy { $0.isHexDigit && !$0.isUppercase } })
        #expect(
            Set(Self.cases.map(\.2)) == Set(Event.MessageID.allCases.map { "\($0)" }),
            "each of them is in the table above")
    }

    @Test func `is not filled by a list of 190 KiB`() {
        let odd = PortSet(merging: stride(from: 1, through: 65535, by: 2).map { UInt16($0)...UInt16($0) })
        let entry = Event.reserved(odd, list: odd).journalEntry
        #expect(entry.message.utf8.count < 600)
        #expect(entry.message.contains("… (32768 ports)"))
        #expect(entry.fields.allSatisfy { $0.value.utf8.count < 4_100 })
        #expect(entry.fields.count == 2)
    }
}
