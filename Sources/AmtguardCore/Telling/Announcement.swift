/// What `amtguardctl watch` shows on one line: a signal of the daemon, or something about the daemon or the bus.
public struct Announcement: Hashable, Sendable {
    /// A word for programs: the name of the signal, or one of amtguardctl's own.
    public let event: String
    /// For people; one line.
    public let says: String
    /// How to colour it on a terminal.
    public let tone: Status.Tone
    /// The details of the event, for programs.
    let fields: JSON

    init(_ event: String, _ says: String, _ tone: Status.Tone = .plain, _ fields: JSON = [:]) {
        self.event = event.oneLine
        self.says = says.oneLine
        self.tone = tone
        self.fields = fields
    }

    /// `{"event":"Repaired","at":"2026-11-22T20:49:00Z","bootUSec":4711,…}`
    public func json(at moment: Moment) -> JSON { Self.head(event, at: moment).followed(by: fields) }

    /// The whole status as an event, as in `amtguardctl status --json`: `{"event":"Status","at":…,"status":{…}}`.
    public static func json(of status: JSON, at moment: Moment) -> JSON {
        head("Status", at: moment).followed(by: ["status": status])
    }

    /// The keys with which the JSON of each line begins.
    private static func head(_ event: String, at moment: Moment) -> JSON {
        [
            "event": .string(event), "at": .string(moment.iso8601),
            "bootUSec": .number(moment.instant.sinceBoot.microseconds),
        ]
    }
}

// The signals of org.amtguard1.Manager; org.amtguard1(5) describes them. Texts come from another process.

extension Announcement {
    /// `Repaired`. Pid 0 is a writer that the kernel did not name.
    public static func repaired(found: String, restored: String, pid: UInt32, command: String) -> Announcement {
        let writer = writer(pid, command)
        return Announcement(
            "Repaired",
            "repaired: found \(shown(found)), restored \(shown(restored)), written by \(writer ?? "an unnamed writer")",
            .doubtful,
            ["found": .string(found), "restored": .string(restored), "writer": json(pid, command)])
    }

    /// `Prevented`.
    public static func prevented(asked: String, kept: String, pid: UInt32, command: String) -> Announcement {
        let writer = writer(pid, command)
        return Announcement(
            "Prevented", "prevented: \(writer ?? "an unnamed writer") asked for \(shown(asked)), kept \(shown(kept))",
            .doubtful, ["asked": .string(asked), "kept": .string(kept), "writer": json(pid, command)])
    }

    /// `ContestedChanged`.
    public static func contested(_ isContested: Bool) -> Announcement {
        Announcement(
            "ContestedChanged",
            isContested
                ? "the list is repeatedly overwritten: single repairs are no longer shown"
                : "the list is no longer repeatedly overwritten",
            isContested ? .bad : .good, ["contested": .bool(isContested)])
    }

    /// `VerdictChanged`.
    ///
    /// - Parameters:
    ///   - verdict: The new verdict, a word of another process; this version may not define it.
    ///   - reason: The most serious reason; empty if there is none.
    public static func verdict(_ verdict: String, reason: String) -> Announcement {
        let known = Verdict(rawValue: verdict)
        return Announcement(
            "VerdictChanged",
            "verdict: \(known?.words ?? verdict)" + (reason.isEmpty ? "" : ": \(reason)"), known?.tone ?? .doubtful,
            ["verdict": .string(verdict), "reason": .string(reason)])
    }

    /// A signal that this version does not define, or one that was cut because it is longer than 32 KiB.
    public static func unreadable(_ name: String) -> Announcement {
        let name = printable(name.utf8)
        return Announcement(
            name, "\(name): too long to be shown, or of another version of amtguardd", .faint,
            ["unreadable": .bool(true)])
    }

    static func shown(_ ports: String) -> String {
        guard !ports.isEmpty else { return "none" }
        return PortSet(told: ports)?.abbreviated(to: 100) ?? "an unreadable list"
    }

    private static func writer(_ pid: UInt32, _ command: String) -> String? {
        guard pid != 0 else { return nil }
        return Writer(pid: Int32(clamping: pid), command: command.isEmpty ? nil : printable(command.utf8)).brief
    }

    private static func json(_ pid: UInt32, _ command: String) -> JSON {
        guard pid != 0 else { return .null }
        return ["pid": .number(Int64(pid)), "command": command.isEmpty ? .null : .string(command)]
    }
}

// Events of the daemon and the bus.

extension Announcement {
    /// No process has the daemon's name on the bus.
    public static let absent = Announcement(
        "Absent", "amtguardd is not on the bus; waiting for it (systemctl start amtguardd)", .doubtful)
    /// The daemon is on the bus again.
    public static let present = Announcement("Present", "amtguardd is on the bus", .good)
    /// There is no bus.
    public static let noBus = Announcement(
        "NoBus", "there is no bus, or it does not answer, so no events arrive; waiting for the bus", .doubtful)
    /// Signals were lost on their way.
    public static let lost = Announcement(
        "Lost", "signals were left out: more came in a second than amtguardctl takes", .doubtful)

    /// Lines were not written, because the reader of standard output was too slow.
    public static func omitted(_ count: Int) -> Announcement {
        Announcement(
            "Omitted",
            "\(count == 1 ? "1 line was" : "\(count) lines were") left out: standard output was read too slowly",
            .doubtful, ["count": .number(Int64(count))])
    }

    /// There is no report, though the daemon is on the bus.
    public static func unknown(_ absence: Absence) -> Announcement {
        Announcement(
            "Unknown", "state unknown: \(absence.reason.says)", .doubtful,
            ["reasons": JSON(encoding: [absence.reason])])
    }
}
