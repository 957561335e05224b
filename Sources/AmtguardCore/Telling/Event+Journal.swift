// The journal entries. Every identifier has an entry in `systemd/amtguard.catalog`; a test compares them.

extension Event {
    /// The identifiers of the entries from notice up.
    public enum MessageID {
        public static let started = "cc0975db248648308e1b59fe9d0fedee"
        public static let reserved = "19a57a46c6e5418d8ad9bfd9fc94eb22"
        public static let repaired = "5dc9481dc1ae4d2f8d93efdd9d08c3aa"
        public static let overwritten = "49ef0e0ba17346ab9af8da0c1df92d50"
        public static let contested = "cc4837e00f2d45d3bbad908a2186d22d"
        public static let calmed = "5b08f28278194c9d9ab4e61d4d708207"
        public static let obstructed = "c9bc14593f8d4346a86a4b7427237d80"
        public static let released = "4ec043f2f2c34ef4bb676db0ef52bb42"
        public static let stranded = "b3c3a1c3317f46c5adcc43081774b959"
        public static let disowned = "2e83418724664b598fca911f1424306d"
        public static let staying = "4d26ba03d0534603943d1dc1bd5a3333"
        public static let unseenWrite = "2ef82e457f574352a32e8eba2eb2f384"
        public static let amt = "d35240a1ce43429196bf856f45b40066"
        public static let verdict = "f134c72d4c5946fcb8526645f9531a54"
        public static let held = "6e2aca4e909e4de983cf220dadb7386a"
        public static let unheld = "d710776827074a2aadcb6c98fdde59c0"
        public static let letGo = "5cffcd9866fa4627af262bba8de81720"
        public static let configuration = "dd50c58709a4460d8cb0643825850ded"
        public static let victim = "faa15674ece54a0881c271bf490f7e84"
        public static let victimEnded = "cc357591f4df44d2b2f320510d847cca"
        public static let victimsUntold = "078b25ccb0b14518882b6691b24e66b5"
        public static let probed = "b1755b425a7844e095d2ef6dbdba6c10"
        public static let bridged = "fd185f535d914236ad28731fa3578973"
        public static let unattended = "a575da6fee874326b334ff891286b6ad"
        public static let healed = "ce61c4cb91fa442587eb10c3160b0395"
        public static let stopping = "634bc066577e4fcfa2d156d99cf4192f"

        /// All of them, by their event.
        public static let all = [
            "started": started, "reserved": reserved, "repaired": repaired, "overwritten": overwritten,
            "contested": contested, "calmed": calmed, "obstructed": obstructed, "released": released,
            "stranded": stranded, "disowned": disowned, "staying": staying, "unseenWrite": unseenWrite, "amt": amt,
            "verdict": verdict, "held": held, "unheld": unheld, "letGo": letGo, "configuration": configuration,
            "victim": victim, "victimEnded": victimEnded, "victimsUntold": victimsUntold, "probed": probed,
            "bridged": bridged, "unattended": unattended, "healed": healed, "stopping": stopping,
        ]
    }

    /// The entry for the journal.
    public var journalEntry: JournalEntry {
        switch self {
        case .started(let version, let watch):
            JournalEntry(
                .notice, id: MessageID.started,
                "amtguardd \(version) guards net.ipv4.ip_local_reserved_ports, watching by \(watch.kind.word).",
                [("VERSION", version), ("WATCH", watch.kind.rawValue)])
        case .reserved(let ports, let list):
            JournalEntry(
                .notice, id: MessageID.reserved, "Reserved \(ports.brief); the list holds \(list.brief).",
                [("ADDED", ports.field), ("RESERVED", list.field)])
        case .repaired(let repair):
            JournalEntry(
                .notice, id: MessageID.repaired,
                "\(by(repair.writer)) overwrote the list: found \(repair.found.brief), restored \(repair.restored.brief)."
                    + (repair.brokenWords.map { " It was broken \($0)." } ?? ""),
                [
                    ("FOUND", repair.found.field), ("RESTORED", repair.restored.field),
                    ("BROKEN_AFTER", repair.brokenAfter?.iso8601),
                    ("BROKEN_AT_MOST_USEC", repair.brokenAtMost.map { "\($0.microseconds)" }),
                ] + fields(of: repair.writer))
        case .overwritten(let overwrite):
            JournalEntry(
                .notice, id: MessageID.overwritten,
                "\(by(overwrite.writer)) overwrote the list: found \(overwrite.found.brief), which lacks "
                    + "\(overwrite.missing.brief); Mode=observe leaves it so.",
                [("FOUND", overwrite.found.field), ("MISSING", overwrite.missing.field)]
                    + fields(of: overwrite.writer))
        case .contested(let contest):
            JournalEntry(
                .warning, id: MessageID.contested,
                "The list is repeatedly overwritten\(by(contest.writers)), \(contest.count.times) since "
                    + "\(contest.since.iso8601), last with \(contest.found.brief)\(contest.answer.words).",
                [("FOUND", contest.found.field), ("OVERWRITES", "\(contest.untold)")] + fields(of: contest))
        case .calmed(let contest):
            JournalEntry(
                .notice, id: MessageID.calmed,
                "The list is no longer repeatedly overwritten. It was overwritten \(contest.count.times) since "
                    + "\(contest.since.iso8601)\(by(contest.writers)).",
                [("OVERWRITES", "\(contest.untold)")] + fields(of: contest))
        case .obstructed(let obstacle):
            JournalEntry(.error, id: MessageID.obstructed, "Cannot guard: \(obstacle.says). \(obstacle.advice)")
        case .released(let ports, let list):
            JournalEntry(
                .notice, id: MessageID.released, "Released \(ports.brief); the list holds \(list.brief).",
                [("RELEASED", ports.field), ("RESERVED", list.field)])
        case .stranded(let ports, let list):
            JournalEntry(
                .notice, id: MessageID.stranded,
                "These ports stay reserved, although they are no longer required: \(ports.brief). The list is too long to "
                    + "remove them in one write, and several writes could lose ports of other programs.",
                [("PORTS", ports.field), ("RESERVED", list.field)])
        case .disowned(let ports):
            JournalEntry(
                .notice, id: MessageID.disowned,
                "Another program wrote the list with \(ports.brief) in it: amtguard no longer owns these ports, and they "
                    + "stay reserved when it is removed.",
                [("PORTS", ports.field)])
        case .staying(let ports, let list):
            JournalEntry(
                .notice, id: MessageID.staying,
                "These ports stay reserved: \(ports.brief). They were reserved before amtguard, or another program has "
                    + "written the list since. To remove them: sysctl -w net.ipv4.ip_local_reserved_ports="
                    + "'\(list.subtracting(ports).abbreviated(to: 1_000))'",
                [("PORTS", ports.field), ("RESERVED", list.field)])
        case .unseenWrite(let found):
            JournalEntry(
                .notice, id: MessageID.unseenWrite,
                "The list was changed through another mount of /proc (writer unknown): found \(found.brief). "
                    + "Looking each second for ten minutes.",
                [("FOUND", found.field)])
        case .amt(let state, let evidence):
            JournalEntry(
                .notice, id: MessageID.amt, "AMT is \(state.word): \(state.because).",
                [("AMT_STATE", state.word), ("EVIDENCE", evidence.map(\.says).joined(separator: "\n"))])
        case .verdict(let verdict, let from, let reasons):
            JournalEntry(
                verdict.priority, id: MessageID.verdict,
                "Verdict: \(verdict.words)" + (from.map { " (was \($0.words))" } ?? "")
                    + (verdict == .protected ? "" : reasons.first.map { ": \($0.says)" } ?? "") + ".",
                [("VERDICT", verdict.rawValue), ("REASONS", reasons.map(\.id).joined(separator: " "))])
        case .held(let holds, let isShared):
            JournalEntry(
                .notice, id: MessageID.held,
                "Holding \(holds.brief)"
                    + (isShared
                        ? "; servers that set SO_REUSEADDR, Intel LMS among them, can still listen there."
                        : "; no other program can bind there, not even Intel LMS. Hold=cooperative admits LMS."),
                [("HOLDS", holds.brief), ("HOLD", isShared ? "cooperative" : "strict")])
        case .unheld(let holds, let obstacle):
            JournalEntry(
                obstacle.advice == nil ? .notice : .warning, id: MessageID.unheld,
                "Not held: \(holds.brief): \(obstacle.says)." + (obstacle.advice.map { " \($0)" } ?? ""),
                [("HOLDS", holds.brief), ("OBSTACLE", obstacle.id)])
        case .letGo(let holds):
            JournalEntry(
                .notice, id: MessageID.letGo, "Let go of \(holds.brief).", [("HOLDS", holds.brief)])
        case .victim(let victim):
            JournalEntry(
                .warning, id: MessageID.victim,
                "AMT cuts off a socket: \(Status.Socket(victim).words).",
                victim.journalFields)
        case .victimEnded(let victim):
            JournalEntry(
                .notice, id: MessageID.victimEnded,
                "AMT no longer cuts off this socket: \(Status.Socket(victim).words), first seen "
                    + "\(victim.since.iso8601).",
                victim.journalFields)
        case .victimsUntold(let count):
            JournalEntry(
                .warning, id: MessageID.victimsUntold,
                "AMT cut off \(count) more sockets within a minute. They are not reported one by one.",
                [("COUNT", "\(count)")])
        case .configuration(let problem):
            JournalEntry(
                problem.severity == .warning ? .warning : .error, id: MessageID.configuration, problem.description)
        case .probed(let record):
            JournalEntry(
                .notice, id: MessageID.probed, "A probe: \(record.result.headline).",
                [
                    ("PROBE_FROM", "\(record.result.from)"),
                    ("PROBE_TO", record.result.to.with(port: record.result.port)),
                    ("DIVERTED", record.result.ports(.diverted).field), ("PASSING", record.result.ports(.passes).field),
                    ("UNKNOWN", record.result.ports(.unknown).field),
                ])
        case .bridged(let repairs, let command):
            JournalEntry(
                .notice, id: MessageID.bridged,
                "Repaired the list \(repairs == 1 ? "once" : "\(repairs) times") in the daemon's absence, "
                    + "while \(command) ran.",
                [("REPAIRS", "\(repairs)"), ("COMMAND", command)])
        case .unattended(let error):
            JournalEntry(
                .error, id: MessageID.unattended,
                "The event loop fails: \(error). amtguardd keeps reading the list, ten times a second.")
        case .healed(let path):
            JournalEntry(
                .warning, id: MessageID.healed,
                "\(path) was deleted or replaced while amtguardd ran. amtguardd has created it again.",
                [("PATH", path)])
        case .stopping(let ports):
            JournalEntry(
                .notice, id: MessageID.stopping,
                "amtguardd stops"
                    + (ports.map { $0.isEmpty ? "." : "; these ports stay reserved: \($0.brief)." }
                        ?? "; the list can't be read, so it is unknown which ports stay reserved."))
        }
    }

    private func by(_ writer: Writer?) -> String {
        writer.map(\.description) ?? "Another program"
    }

    private func by(_ writers: WriterTally) -> String { writers.words().map { " by \($0)" } ?? "" }

    /// The most frequent writer, in the same fields as the writer of a repair.
    private func fields(of contest: Contest) -> [(String, String?)] {
        [
            ("SINCE", contest.since.iso8601), ("ANSWER", contest.answer.rawValue),
            ("OVERWRITES_IN_ALL", "\(contest.count)"), ("WRITERS", contest.writers.words()),
        ] + fields(of: contest.writers.entries.first?.writer)
    }

    private func fields(of writer: Writer?) -> [(String, String?)] {
        [
            ("WRITER_PID", writer.map { "\($0.pid)" }), ("WRITER_COMM", writer?.command),
            ("WRITER_UNIT", writer?.unit),
        ]
    }
}

extension Repair {
    /// `at some time between 2026-11-22T20:01:40Z and 2026-11-22T20:01:47Z`
    var brokenWords: String? { brokenAfter.map { "at some time between \($0.iso8601) and \(at.iso8601)" } }
}

extension Victim {
    fileprivate var journalFields: [(String, String?)] {
        [
            ("PORT", "\(socket.port)"), ("PROTOCOL", socket.protocol.rawValue), ("ADDRESS", "\(socket.address)"),
            ("STATE", socket.state.rawValue), ("REMOTE", socket.remote.map { "\($0)" }), ("UID", "\(socket.uid)"),
            ("UNIT", socket.unit), ("SINCE", since.iso8601),
        ]
    }
}

extension Verdict {
    /// The verdict as people write it.
    public var words: String { self == .notNeeded ? "not needed" : rawValue }

    fileprivate var priority: JournalEntry.Priority {
        switch self {
        case .protected, .notNeeded: .notice
        case .degraded: .warning
        case .exposed: .error
        }
    }
}
