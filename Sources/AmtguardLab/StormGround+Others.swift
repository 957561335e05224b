import AmtguardCore

// The ground of a storm, apart from the list.

extension StormGround {
    mutating func remember(_ memory: Memory) {
        guard step() else { return }
        // As long as the former record was not read, only a record that owns ports replaces it.
        guard isRecalled || !memory.ownership.possible.isEmpty else { return }
        journal?.append("record \(memory.ownership)")
        // A full disk stays full for a while.
        guard failureRate == 0 || !random.chance(isRecordStale ? 0.7 : failureRate / 5) else {
            count(.recording)
            return isRecordStale = true
        }
        if isRecalled, remembered.sighting != nil, memory.sighting == nil { fault("forgot what it saw of AMT") }
        remembered = memory
        isRecordStale = false
    }

    mutating func hold(_ change: HoldChange) -> HoldReading? {
        guard step() else { return nil }
        for hold in change.release { held[hold] = nil }
        var refused: [Hold: HoldObstacle] = [:]
        for hold in change.take {
            if fails(.holding) {
                // A hold that can't be bound in another way stays as it was.
                refused[hold] = Refusals.ofHolding.randomElement(using: &random)
            } else {
                held[hold] = change.isShared
            }
        }
        return HoldReading(held: held, refused: refused)
    }

    mutating func redraw(_ change: RedrawChange) -> RedrawReading? {
        guard step() else { return nil }
        if case .foreign = table.state {
            if change == .unload { fault("removed the table of another program") }
            return table
        }
        if fails(.redrawing) { return Refusals.ofRedrawing.randomElement(using: &random) }
        switch change {
        // Before Linux 5.12 the table belongs to no socket.
        case .load(let wanted): table = RedrawReading(.inForce(wanted), isOwned: random.chance(0.8))
        case .unload: table = RedrawReading(.absent)
        }
        // The kernel has made the change, and does not show it.
        return fails(.redrawingUnseen) ? Refusals.ofRedrawing.randomElement(using: &random) : table
    }

    mutating func askFirmware() -> FirmwareFailure? {
        guard step() else { return nil }
        isAsked = true
        guard fails(.asking) else { return nil }
        isAsked = false
        return Refusals.ofAsking.randomElement(using: &random)
    }

    mutating func abandonQuestion() { isAsked = false }
    mutating func wakeForFirmware(at time: Instant?) { firmwareAt = time }

    mutating func report(_ event: Event) {
        guard step() else { return }
        switch event {
        case .repaired(let repair) where repair.restored != seen?.ports:
            fault("told \(repair.restored) as restored, saw \(seen.map { "\($0.ports)" } ?? "nothing")")
        case .reserved(_, let list), .released(_, let list), .stranded(_, let list):
            if list != seen?.ports { fault("told the list \(list), saw \(seen.map { "\($0.ports)" } ?? "nothing")") }
        default: break
        }
        journal?.append("report \(event)")
        events.append((clock, event))
    }
}

/// How actions fail: each way that the daemon distinguishes, and what else the kernel may say.
enum Refusals {
    private static let errors: [Obstacle] = [
        .failed("Cannot allocate memory"), .failed("Input/output error"), .failed("Interrupted system call"),
        .failed("Invalid argument"), .failed("Too many open files"), .failed("Too many open files in system"),
    ]
    /// ENOENT, EROFS, EACCES and EPERM, and a file mounted over the list.
    private static let absences: [Obstacle] = [.missing, .readOnly, .notPermitted, .covered]
    private static let malformed: [Obstacle] = [.malformed("x"), .malformed("more than 256 KiB")]

    static let ofReading = absences + errors + malformed
    static let ofAdding = absences + errors
    /// A removal reads the list first.
    static let ofRemoving = absences + errors + malformed + [.busy]

    static let ofHolding: [HoldObstacle] = [
        .listener(nil), .listener("LMS"), .occupied(nil), .occupied("curl"), .placeholder("portreserve"),
        .notPermitted, .noDescriptor, .failed("Cannot assign requested address"), .failed("Cannot allocate memory"),
        .failed("No buffer space available"),
    ]

    static let ofRedrawing: [RedrawReading] = [
        "amtguardd may not change nf_tables", "this kernel has no nf_tables", "another program has made a table",
        "this kernel lacks a part of nf_tables (No such file or directory)", "nf_tables: Too many open files",
        "nf_tables: No buffer space available", "nf_tables: Interrupted system call",
    ].map { RedrawReading(.unknown(says: $0, advice: nil)) }

    static let ofAsking: [FirmwareFailure] = [
        .noHelper, .refused("Permission denied"), .refused("Too many open files"),
        .refused("Resource temporarily unavailable"), .malformed("it contains file descriptors"),
    ]

    /// How an answer ends that began.
    static let ofAnswering: [FirmwareFailure] = [
        .ended, .tooLong, .malformed("line 1"), .malformed("it contains file descriptors"),
    ]

    static let ofOtherReadings: [ReadingFailure] = [
        .missing, .noDescriptor, .failed("Input/output error"), .failed("Permission denied"),
        .failed("Cannot allocate memory"),
    ]
}
