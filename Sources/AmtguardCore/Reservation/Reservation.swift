/// Keeps the required ports in the list, whatever other programs write.
///
/// It never touches the system. It takes observations and returns what to do; the daemon does that, looks again, and
/// reports what it sees. So lost or duplicate events, and events of its own writes, make no difference.
struct Reservation: Sendable {
    enum State: Hashable {
        /// Nothing was read since the requirement last changed.
        case unread
        /// The last reading contained every required port.
        case whole
        /// Ports were missing from `found`; an addition is under way, and its effect was not seen yet. `repairing` if
        /// the list had been whole before.
        case adding(found: PortSet, repairing: Bool)
        /// A removal of these ports is under way, and its effect was not seen yet.
        case removing(PortSet)
        /// The list could not be read, or a change was refused. Tried again at audits, but not at each write of other
        /// programs.
        case stuck(Obstacle)
        /// Ports are missing and the bucket is empty: nothing is written before the next token.
        case spent
        /// Ports are missing, and amtguard only observes.
        case lacking
        /// As `lacking`, and a program has just written the list. The next look reports this, when the watch has named
        /// the writer.
        case overwritten(PortSet)
    }

    /// The ports that must be reserved now.
    var required = PortSet()
    /// The list at the last reading; `nil` while it can't be read.
    var reserved: PortSet?
    var ownership: Ownership
    var repairs: UInt64 = 0
    var lastRepair: Repair?
    /// How many writes would have removed required ports.
    var prevented: UInt64 = 0
    var lastPrevention: Prevention?
    var lastWriters = LastWriters()
    var overwrites = Overwrites()
    /// The unsettled writes that a program in the kernel has shown.
    var shown = Wishes()
    /// How many of `shown`, from the first, were judged.
    var judged = 0
    /// The writes of `shown` whose effect never appeared.
    var refused: Set<Int> = []
    /// Whether the writes are judged, and ports that they left out are still in the list.
    var isUnsettled = false
    /// The writes whose effect the list does not show yet, and since when.
    var awaited: [Int: Instant] = [:]
    /// Whether a program in the kernel shows writes.
    var showsWishes = false
    /// Ports that other programs left out of the list, and that are therefore being removed.
    var yielding = PortSet()
    /// When writes that could not be judged were last reported.
    var unjudgedToldAt: Instant?
    /// Whether a reading has shown the present requirement. Until then nothing is judged.
    var isCurrent = false
    /// A change that a look found without an event of the watch. The watch has until `until` to show it.
    var suspicion: (found: PortSet, until: Instant)?
    /// Whether the watch has shown a write since the last look.
    var isShown = false
    /// Until when audits come each second, after a write that the watch did not show.
    var unseenUntil: Instant?

    /// Whether amtguard may write; false with `Mode=observe`.
    var writes = true
    /// Whether a watch shows the writes of other programs.
    var watched = true
    var audit = Duration.seconds(30)
    var bucket: RepairBucket
    /// The pace for looks that found nothing to do; the same as that of repairs.
    var attention: RepairBucket
    var state = State.unread
    /// The writers that the watch named since the last reading of a whole list, in their order.
    var writers: [Writer] = []
    /// When the list was last read, and when it was last seen whole.
    var lookedAt: Instant?
    var wholeAt: Moment?
    /// `Repair.brokenAfter` of the present repair.
    var brokenAfter: Moment?
    /// Whether the look was too late, so that the watch can't have caused it at the write.
    var isLate = false
    /// The ports that are owned and no longer required, and that stay because the list is too long.
    var stranded = PortSet()
    /// The ports in the list that amtguard no longer owns, and the part of them that was reported.
    var disowned = PortSet()
    var toldDisowned = PortSet()
    /// The last reported obstacle, until it is overcome.
    var toldObstacle: Obstacle?
    /// When the kernel last refused a change.
    var refusedAt: Instant?
    /// The last value that the daemon got, so that it only gets changes.
    var listening = true
    var auditing: Duration?
    /// `nil` before the first look: the previous guard may have left the program in either mode.
    var isPreventing: Bool?
    var remembered: Ownership

    init(ownership: Ownership, pace: Pace) {
        self.ownership = ownership
        remembered = ownership
        bucket = RepairBucket(pace: pace)
        attention = RepairBucket(pace: pace)
    }

    /// Why the list can't be read or written, if a look or a change showed that.
    var obstacle: Obstacle? {
        if case .stuck(let obstacle) = state { obstacle } else { nil }
    }

    /// The contest; `nil` while the list is not repeatedly overwritten.
    var contest: Contest? { overwrites.contest }

    /// Sets which ports are required from now on.
    ///
    /// - Returns: A request for a look, if the required ports or the permission to write have changed. The look does
    ///   what follows, so that no caller can forget it.
    mutating func require(
        _ ports: PortSet, writes: Bool, audit: Duration, pace: Pace, at now: Instant
    ) -> [Effect] {
        bucket.pace = pace
        attention.pace = pace
        self.audit = audit
        guard ports != required || writes != self.writes else { return [] }
        if writes != self.writes { overwrites = Overwrites() }
        required = ports
        self.writes = writes
        state = .unread
        isCurrent = false
        return [.look(at: now)]
    }

    /// Takes over the record of another guardian.
    ///
    /// - Parameter list: The list at the last reading, which shows whether an act in the record was carried out; `nil`
    ///   if the next reading has to show this.
    mutating func recall(_ ownership: Ownership, in list: PortSet? = nil) {
        self.ownership = ownership
        if let list { _ = self.ownership.observe(list) }
        remembered = self.ownership
    }

    /// Sets whether a watch shows writes. Without a watch, an unseen write means nothing.
    mutating func observe(watched: Bool) {
        self.watched = watched
        listening = true  // A new watch wakes the guard until it is told otherwise.
        // The writes that the former watch showed are lost with it.
        _ = settleWishes()
        showsWishes = false
    }

    /// Takes the writers that the watch named. A writer that removed no required port is ignored.
    mutating func observe(writers: [Writer]) {
        isShown = true
        suspicion = nil
        if !isLate { brokenAfter = nil }
        if state != .whole { self.writers = (self.writers + writers).suffix(WriterTally.mostEntries) }
    }

    /// Takes the refusal of a change. amtguard has changed nothing; the next look comes with an audit.
    mutating func observe(refusal obstacle: Obstacle, at now: Moment) -> [Effect] {
        ownership.abandon()
        // The program in the kernel refuses to replace the list while a write of another program is not judged.
        if case .removing = state, obstacle == .busy, showsWishes {
            state = .whole
            return withMemory(arrange(at: now.instant))
        }
        refusedAt = now.instant
        // The ports to remove stay owned, so the next audit tries again.
        let settled = settleWishes()
        if case .adding(let found, repairing: true) = state {
            _ = overwrites.take(found, by: writers, .left, at: now)
        }
        return withMemory(stick(obstacle) + settled + arrange(at: now.instant))
    }

    /// Takes one look at the list.
    mutating func observe(_ reading: Reading, _ prompt: Prompt, at now: Moment) -> [Effect] {
        var effects: [Effect]
        bucket.fitPace(at: now.instant)
        attention.fitPace(at: now.instant)
        switch reading {
        case .obstacle(let obstacle):
            reserved = nil
            suspicion = nil
            // Without the list no write can be judged.
            effects = stick(obstacle) + settleWishes()
        case .ports(let found):
            effects = suspect(found, prompt, at: now)
            // The kernel accepted the addition, even if another program overwrote it since. The record of a former
            // process alone does not prove this.
            if case .adding = state { ownership.finish() }
            effects += attribute(found, at: now)
            disowned = disowned.intersection(found)
            let former = reserved
            reserved = found
            effects += act(on: found, after: former, prompt, at: now)
            effects += tellDisowned()
            if required.subtracting(found).isEmpty { wholeAt = now }
        }
        isCurrent = true
        isShown = false
        lookedAt = now.instant
        // After amtguard's own change another look follows, and that look decides what comes next.
        if !effects.contains(where: \.isChange) {
            if prompt == .watch { _ = attention.take(at: now.instant) }
            effects += arrange(at: now.instant)
        }
        if let until = unseenUntil, until <= now.instant { unseenUntil = nil }
        if auditing != auditInterval {
            auditing = auditInterval
            effects.append(.audit(every: auditInterval))
        }
        let prevents = writes && !required.isEmpty
        if isPreventing != prevents {
            isPreventing = prevents
            effects.insert(.prevent(prevents), at: 0)
        }
        return withMemory(effects)
    }

    /// Records the ownership before any other effect.
    private mutating func withMemory(_ effects: [Effect]) -> [Effect] {
        guard remembered != ownership else { return effects }
        remembered = ownership
        return [.remember] + effects
    }

    /// How often to look without an event; `nil` if nothing is required and nothing is to be removed.
    var auditInterval: Duration? {
        guard !required.isEmpty || (writes && !ownership.possible.isEmpty) else { return nil }
        return unseenUntil == nil ? audit : min(audit, .seconds(1))
    }
}
