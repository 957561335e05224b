/// Keeps the required ports in the list, whoever else writes it.
///
/// It never touches the system. It is told what was seen and answers with what to do; the daemon does it, looks
/// again, and tells what it sees then. So a lost event, a doubled one and its own are all the same to it.
struct Reservation: Hashable, Sendable {
    private enum State: Hashable {
        /// Nothing was read since the requirement last changed.
        case unread
        /// The last reading held every required port.
        case whole
        /// Ports were missing from `found`; an addition is out, its effect not yet seen. `repairing` if the list had
        /// been whole before.
        case adding(found: PortSet, repairing: Bool)
        /// A removal of these ports is out, its effect not yet seen.
        case removing(PortSet)
        /// The list could not be read, or a change was refused. Tried again at audits, not at each write of others.
        case stuck(Obstacle)
        /// Ports are missing and the bucket is empty: nothing is written before the next token.
        case spent
    }

    /// The ports that must be reserved now.
    private(set) var required = PortSet()
    /// What the list held at the last reading; `nil` while it can't be read.
    private(set) var reserved: PortSet?
    private(set) var ownership: Ownership
    private(set) var repairs: UInt64 = 0
    private(set) var lastRepair: Repair?
    private(set) var contest: Contest?
    /// Until when audits come each second, after a write that the watch did not show.
    private(set) var unseenUntil: Instant?

    /// Whether amtguard may write at all: not with `Mode=observe`.
    private var writes = true
    private var audit = Duration.seconds(30)
    private var bucket: RepairBucket
    private var state = State.unread
    /// Who wrote last, as far as the watch told since the last reading that was whole.
    private var writer: Writer?
    /// What the daemon was last told, so that it is told changes only.
    private var listening = true
    private var auditing: Duration?
    private var remembered: Ownership

    init(ownership: Ownership, pace: Pace) {
        self.ownership = ownership
        remembered = ownership
        bucket = RepairBucket(pace: pace)
    }

    /// Why the list can't be read or written, if that was found.
    var obstacle: Obstacle? {
        if case .stuck(let obstacle) = state { obstacle } else { nil }
    }

    /// Takes over what is required from now on. The next reading acts on it.
    mutating func require(_ ports: PortSet, writes: Bool, audit: Duration, pace: Pace) {
        bucket.pace = pace
        self.audit = audit
        guard ports != required || writes != self.writes else { return }
        required = ports
        self.writes = writes
        state = .unread
    }

    /// Takes the writer that the watch named. Who left the list whole is nobody's concern.
    mutating func observe(_ writer: Writer) {
        if state != .whole { self.writer = writer }
    }

    /// Takes the refusal of a change. What is there was not changed by us; the next look comes with an audit.
    mutating func observe(refusal obstacle: Obstacle) -> [Effect] {
        stick(obstacle)
    }

    /// Takes one look at the list.
    mutating func observe(_ reading: Reading, _ prompt: Prompt, at now: Moment) -> [Effect] {
        var effects: [Effect]
        switch reading {
        case .obstacle(let obstacle):
            reserved = nil
            effects = stick(obstacle)
        case .ports(let found):
            effects = noteUnseenWrite(found, prompt, at: now)
            if case .removing(let ports) = state, let reserved, found != reserved {
                ownership.foresee(removing: ports, from: reserved)
            }
            ownership.observe(found)
            reserved = found
            effects += act(on: found, prompt, at: now)
        }
        if let until = unseenUntil, until <= now.instant { unseenUntil = nil }
        if auditing != auditInterval {
            auditing = auditInterval
            effects.append(.audit(every: auditInterval))
        }
        if remembered != ownership {
            remembered = ownership
            effects.insert(.remember, at: 0)
        }
        return effects
    }

    /// How often to look without being prompted; `nil` where nothing is required.
    var auditInterval: Duration? {
        guard !required.isEmpty else { return nil }
        return unseenUntil == nil ? audit : min(audit, .seconds(1))
    }
}

// MARK: - Deciding

extension Reservation {
    private mutating func act(on found: PortSet, _ prompt: Prompt, at now: Moment) -> [Effect] {
        let missing = required.subtracting(found)
        guard writes else {
            state = missing.isEmpty ? .whole : .unread
            return []
        }
        return (missing.isEmpty ? settle(found, at: now) : add(missing, to: found, prompt, at: now)) + keepPace(at: now)
    }

    /// Every required port is there. Says what that means, and gives back what is owned and no longer required.
    private mutating func settle(_ found: PortSet, at now: Moment) -> [Effect] {
        var effects: [Effect] = []
        switch state {
        case .adding(let before, repairing: true):
            let repair = Repair(found: before, restored: found, writer: writer, at: now)
            repairs += 1
            lastRepair = repair
            contest?.repairs += 1
            contest?.found = before
            contest?.writer = writer
            if contest == nil { effects.append(.report(.repaired(repair))) }
        case .adding(let before, repairing: false):
            effects.append(.report(.reserved(required.subtracting(before), list: found)))
        case .removing(let ports) where found.intersection(ports).isEmpty:
            effects.append(.report(.released(ports, list: found)))
        case .removing, .unread, .whole, .stuck, .spent:
            break
        }
        writer = nil
        state = .whole
        let orphans = ownership.owned.subtracting(required)
        if !orphans.isEmpty {
            state = .removing(orphans)
            effects.append(.remove(orphans))
        }
        return effects
    }

    /// Ports are missing: adds them, if the pace allows it.
    private mutating func add(_ missing: PortSet, to found: PortSet, _ prompt: Prompt, at now: Moment) -> [Effect] {
        if case .stuck = state, prompt == .watch { return [] }
        guard bucket.take(at: now.instant) else { return contend(found, at: now) }
        switch state {
        case .adding: break  // An addition that got lost where two writes met: still the same repair.
        case .whole, .spent: state = .adding(found: found, repairing: true)
        case .unread, .removing, .stuck: state = .adding(found: found, repairing: false)
        }
        ownership.foresee(adding: missing, to: found)
        return [.add(missing)]
    }

    /// The kernel is in the way. Said once, until it is another obstacle or none.
    private mutating func stick(_ obstacle: Obstacle) -> [Effect] {
        contest = nil  // What is in the way now is the news; nothing is repaired any more.
        var effects: [Effect] = []
        if !listening {
            listening = true
            effects.append(.watch(true))
        }
        if state != .stuck(obstacle) {
            state = .stuck(obstacle)
            effects.append(.report(.obstructed(obstacle)))
        }
        return effects
    }
}

// MARK: - Contests

extension Reservation {
    /// The bucket is empty and ports are missing. Says so, once a window.
    private mutating func contend(_ found: PortSet, at now: Moment) -> [Effect] {
        state = .spent
        guard contest == nil else {
            contest?.found = found
            if let writer { contest?.writer = writer }
            return []
        }
        let last = writer ?? lastRepair?.writer  // The one whose overwrites emptied the bucket.
        let begun = Contest(since: now, found: found, writer: last, repairs: 0, told: now.instant)
        contest = begun
        return [.report(.contested(begun))]
    }

    /// While contested: nobody listens to the watch with an empty bucket, and one look comes with each token.
    private mutating func keepPace(at now: Moment) -> [Effect] {
        guard var contest else { return [] }
        var effects: [Effect] = []
        if bucket.fullTime <= now.instant, state == .whole {
            self.contest = nil
            effects.append(.report(.calmed(contest)))
        } else if now.instant - contest.told >= Contest.window {
            effects.append(.report(.contested(contest)))
            contest.told = now.instant
            contest.repairs = 0
            self.contest = contest
        }
        if case .adding = state { return effects }
        let tokenLeft = bucket.nextToken <= now.instant
        if listening != tokenLeft {
            listening = tokenLeft
            effects.append(.watch(tokenLeft))
        }
        if self.contest != nil { effects.append(.look(at: tokenLeft ? bucket.fullTime : bucket.nextToken)) }
        return effects
    }

    /// The list is not what it was, and nobody was shown to write it: another procfs mount. Audits come each second
    /// for ten minutes then, as where one such write came from, more may come.
    private mutating func noteUnseenWrite(_ found: PortSet, _ prompt: Prompt, at now: Moment) -> [Effect] {
        guard prompt == .audit || prompt == .request, listening, state == .whole, let reserved, found != reserved else {
            return []
        }
        defer { unseenUntil = now.instant + .seconds(600) }
        return unseenUntil == nil ? [.report(.unseenWrite(found: found))] : []
    }
}
