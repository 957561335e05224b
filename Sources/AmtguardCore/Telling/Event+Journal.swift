// The journal entries.

extension Event {
    /// The entry for the journal.
    public var journalEntry: JournalEntry {
        switch self {
        case .started(let version, let watch):
            JournalEntry(
                .notice, id: .started,
                "amtguardd \(version) guards net.ipv4.ip_local_reserved_ports, watching by \(watch.kind.word).",
                [("VERSION", version), ("WATCH", watch.kind.rawValue)])
        case .reserved(let ports, let list):
            JournalEntry(
                .notice, id: .reserved, "Reserved \(ports.brief); the list holds \(list.brief).",
                [("ADDED", ports.field), ("RESERVED", list.field)])
        case .repaired(let repair):
            JournalEntry(
                .notice, id: .repaired,
                "\(by(repair.writer)) overwrote the list: found \(repair.found.brief), restored \(repair.restored.brief)."
                    + (repair.brokenWords.map { " It was broken \($0)." } ?? ""),
                [
                    ("FOUND", repair.found.field), ("RESTORED", repair.restored.field),
                    ("BROKEN_AFTER", repair.brokenAfter?.iso8601),
                    ("BROKEN_AT_MOST_USEC", repair.brokenAtMost.map { "\($0.microseconds)" }),
                ] + fields(of: repair.writer))
        case .prevented(let prevention):
            JournalEntry(
                .notice, id: .prevented,
                "\(prevention.writer.subject) overwrote the list with \(prevention.asked.brief); \(prevention.kept.brief) stayed "
                    + "in it all the time.",
                [("FOUND", prevention.asked.field), ("KEPT", prevention.kept.field)]
                    + fields(of: prevention.writer))
        case .unjudged(let writer, let lost):
            JournalEntry(
                .notice, id: .unjudged,
                (lost > 0
                    ? "\(lost == 1 ? "A write" : "\(lost) writes") of the list came too fast to be recorded"
                    : "\(by(writer)) wrote the list, but amtguard could not read all of the text")
                    + ": the ports that \(lost > 1 ? "they" : "it") left out stay reserved.",
                [("LOST", "\(lost)")] + fields(of: writer))
        case .overwritten(let overwrite):
            JournalEntry(
                .notice, id: .overwritten,
                "\(by(overwrite.writer)) overwrote the list: found \(overwrite.found.brief), which lacks "
                    + "\(overwrite.missing.brief). amtguard does not repair it (Mode=observe).",
                [("FOUND", overwrite.found.field), ("MISSING", overwrite.missing.field)]
                    + fields(of: overwrite.writer))
        case .contested(let contest):
            JournalEntry(
                .warning, id: .contested,
                "The list is repeatedly overwritten\(by(contest.writers)), \(contest.count.times) since "
                    + "\(contest.since.iso8601), last with \(contest.found.brief)\(contest.answer.words).",
                [("FOUND", contest.found.field), ("OVERWRITES", "\(contest.untold)")] + fields(of: contest))
        case .calmed(let contest):
            JournalEntry(
                .notice, id: .calmed,
                "The list is no longer repeatedly overwritten. It was overwritten \(contest.count.times) since "
                    + "\(contest.since.iso8601)\(by(contest.writers)).",
                [("OVERWRITES", "\(contest.untold)")] + fields(of: contest))
        case .obstructed(let obstacle):
            JournalEntry(.error, id: .obstructed, "Cannot guard: \(obstacle.says). \(obstacle.advice)")
        case .released(let ports, let list):
            JournalEntry(
                .notice, id: .released, "Released \(ports.brief); the list holds \(list.brief).",
                [("RELEASED", ports.field), ("RESERVED", list.field)])
        case .stranded(let ports, let list):
            JournalEntry(
                .notice, id: .stranded,
                "These ports stay reserved, although they are no longer required: \(ports.brief). The list is too long to "
                    + "remove them in one write, and several writes could lose ports of other programs.",
                [("PORTS", ports.field), ("RESERVED", list.field)])
        case .disowned(let ports):
            JournalEntry(
                .notice, id: .disowned,
                "Another program wrote the list with \(ports.brief) in it: amtguard no longer owns these ports, and they "
                    + "stay reserved when it is removed.",
                [("PORTS", ports.field)])
        case .staying(let ports, let list):
            JournalEntry(
                .notice, id: .staying,
                "These ports stay reserved: \(ports.brief). They were reserved before amtguard, or another program has "
                    + "written the list since. To remove them: sysctl -w net.ipv4.ip_local_reserved_ports="
                    + "'\(list.subtracting(ports).abbreviated(to: 1_000))'",
                [("PORTS", ports.field), ("RESERVED", list.field)])
        case .unseenWrite(let found):
            JournalEntry(
                .notice, id: .unseenWrite,
                "The list was changed through another mount of /proc (writer unknown): found \(found.brief). "
                    + "amtguard checks the list each second for ten minutes.",
                [("FOUND", found.field)])
        case .amt(let state, let evidence):
            JournalEntry(
                .notice, id: .amt, "AMT is \(state.word): \(state.because).",
                [("AMT_STATE", state.word), ("EVIDENCE", evidence.map(\.says).joined(separator: "\n"))])
        case .verdict(let verdict, let from, let reasons):
            JournalEntry(
                verdict.priority, id: .verdict,
                "Verdict: \(verdict.words)" + (from.map { " (was \($0.words))" } ?? "")
                    + (verdict == .protected ? "" : reasons.first.map { ": \($0.says)" } ?? "") + ".",
                [("VERDICT", verdict.rawValue), ("REASONS", reasons.map(\.id).joined(separator: " "))])
        case .held(let holds, let isShared):
            JournalEntry(
                .notice, id: .held,
                "Holding \(holds.brief)"
                    + (isShared
                        ? "; servers that set SO_REUSEADDR, Intel LMS among them, can still listen there."
                        : "; no other program can bind there, not even Intel LMS. Hold=cooperative admits LMS."),
                [("HOLDS", holds.brief), ("HOLD", isShared ? "cooperative" : "strict")])
        case .unheld(let holds, let obstacle):
            JournalEntry(
                obstacle.advice == nil ? .notice : .warning, id: .unheld,
                "Not held: \(holds.brief): \(obstacle.says)." + (obstacle.advice.map { " \($0)" } ?? ""),
                [("HOLDS", holds.brief), ("OBSTACLE", obstacle.id)])
        case .letGo(let holds):
            JournalEntry(
                .notice, id: .letGo, "Let go of \(holds.brief).", [("HOLDS", holds.brief)])
        case .victim(let victim):
            JournalEntry(
                .warning, id: .victim,
                "AMT cuts off a socket: \(Status.Socket(victim).words).",
                victim.journalFields)
        case .victimEnded(let victim):
            JournalEntry(
                .notice, id: .victimEnded,
                "AMT no longer cuts off this socket: \(Status.Socket(victim).words), first seen "
                    + "\(victim.since.iso8601).",
                victim.journalFields)
        case .victimsUntold(let count):
            JournalEntry(
                .warning, id: .victimsUntold,
                "AMT cut off \(count) more sockets or connections within a minute. They are not reported one by one.",
                [("COUNT", "\(count)")])
        case .translatedVictim(let victim):
            JournalEntry(
                .warning, id: .translatedVictim,
                "AMT cuts off a translated connection: \(Status.Flow(victim).words).", victim.journalFields)
        case .translatedVictimEnded(let victim):
            JournalEntry(
                .notice, id: .translatedVictimEnded,
                "AMT no longer cuts off this translated connection: \(Status.Flow(victim).words).",
                victim.journalFields)
        case .redrawing(let table, let isOwned):
            JournalEntry(
                .notice, id: .redrawing,
                "Translated connections get no port of AMT's on \(table.addressWords): the table ip "
                    + "\(RedrawTable.name) is in force"
                    + (isOwned ? "." : "; this kernel lets other programs delete it (before Linux 5.12)."),
                [("ADDRESSES", table.addressField), ("TCP", table.tcp.field), ("UDP", table.udp.field)])
        case .redrawingEnded:
            JournalEntry(
                .notice, id: .redrawingEnded,
                "The table ip \(RedrawTable.name) is no longer in force: it is not needed now, or Redraw=no is set.")
        case .redrawRestored(let times):
            JournalEntry(
                .warning, id: .redrawRestored,
                "Another program deleted or changed the table ip \(RedrawTable.name)"
                    + (times == 1 ? "" : " \(times) times since the last report") + ". It is in force again.",
                [("COUNT", "\(times)")])
        case .redrawObstructed(let state):
            JournalEntry(
                .warning, id: .redrawObstructed,
                "The table ip \(RedrawTable.name) can't be put in force: \(state.says("a table of that name"))."
                    + (state.advice.map { " \($0)" } ?? ""))
        case .redrawn(let redrawn, let refused):
            JournalEntry(
                .notice, id: .redrawn,
                "Translated connections that got a port of AMT: \(redrawn) redrawn (the kernel draws another port), "
                    + "\(refused) refused.",
                [("REDRAWN", "\(redrawn)"), ("REFUSED", "\(refused)")])
        case .configuration(let problem):
            JournalEntry(
                problem.severity == .warning ? .warning : .error, id: .configuration, problem.description)
        case .probed(let record):
            JournalEntry(
                .notice, id: .probed, "A probe: \(record.result.headline).",
                [
                    ("PROBE_FROM", "\(record.result.from)"),
                    ("PROBE_TO", record.result.to.with(port: record.result.port)),
                    ("DIVERTED", record.result.ports(.diverted).field), ("PASSING", record.result.ports(.passes).field),
                    ("UNKNOWN", record.result.ports(.unknown).field),
                ])
        case .stoodIn(let repairs, let command):
            JournalEntry(
                .notice, id: .stoodIn,
                "Repaired the list \(repairs == 1 ? "once" : "\(repairs) times") in the daemon's absence, "
                    + "while \(command) ran.",
                [("REPAIRS", "\(repairs)"), ("COMMAND", command)])
        case .unattended(let error):
            JournalEntry(
                .error, id: .unattended,
                "The event loop fails: \(error). amtguardd keeps reading the list, ten times a second.")
        case .healed(let path):
            JournalEntry(
                .warning, id: .healed,
                "\(path) was deleted or replaced while amtguardd ran. amtguardd has created it again.",
                [("PATH", path)])
        case .stopping(let ports):
            JournalEntry(
                .notice, id: .stopping,
                "amtguardd stops"
                    + (ports.map { $0.isEmpty ? "." : "; these ports stay reserved: \($0.brief)." }
                        ?? "; the list can't be read, so it is unknown which ports stay reserved."))
        }
    }

    private func by(_ writer: Writer?) -> String {
        writer.map(\.subject) ?? "Another program"
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
            ("WRITER_UNIT", writer?.unit), ("WRITER_PARENT_PID", writer?.parent.map { "\($0.pid)" }),
            ("WRITER_PARENT_COMM", writer?.parent?.command),
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

extension TranslatedVictim {
    fileprivate var journalFields: [(String, String?)] {
        [
            ("PORT", "\(flow.translated.port)"), ("PROTOCOL", flow.protocol.rawValue),
            ("ADDRESS", "\(flow.translated.address)"), ("ORIGIN", "\(flow.origin)"), ("REMOTE", "\(flow.remote)"),
            ("SINCE", since.iso8601),
        ]
    }
}

extension RedrawTable {
    fileprivate var addressField: String { addresses.sorted().map(\.description).joined(separator: " ") }

    fileprivate var addressWords: String {
        let first = addresses.sorted().prefix(3).map(\.description).joined(separator: ", ")
        return addresses.count > 3 ? "\(first) and \(addresses.count - 3) more" : first
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
