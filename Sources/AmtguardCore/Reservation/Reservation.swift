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
    /// Whether a reading has shown what is required now; until then there is nothing to judge by.
    private(set) var isCurrent = false
    /// Until when audits come each second, after a write that the watch did not show.
    private(set) var unseenUntil: Instant?

    /// Whether amtguard may write at all: not with `Mode=observe`.
    private var writes = true
    /// Whether a write of others is shown at all.
    private var watched = true
    private var audit = Duration.seconds(30)
    private var bucket: RepairBucket
    private var state = State.unread
    /// Who wrote last, as far as the watch told since the last reading that was whole.
    private var writer: Writer?
    /// The obstacle that was told last, until it is overcome.
    private var toldObstacle: Obstacle?
    /// What was owned before the addition that is out.
    private var beforeAdding: Ownership?
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
        isCurrent = false
    }

    /// Takes whether writes are shown: where nothing is watched, one that was not shown is no news.
    mutating func observe(watched: Bool) {
        self.watched = watched
    }

    /// Takes the writer that the watch named. Who left the list whole is nobody's concern.
    mutating func observe(_ writer: Writer) {
        if state != .whole { self.writer = writer }
    }

    /// Takes the refusal of a change. What is there was not changed by us; the next look comes with an audit.
    mutating func observe(refusal obstacle: Obstacle) -> [Effect] {
        if case .adding = state, let beforeAdding { ownership = beforeAdding }
        return withMemory(stick(obstacle))
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
            bucket.fitPace(at: now.instant)
            effects += act(on: found, prompt, at: now)
        }
        isCurrent = true
        if let until = unseenUntil, until <= now.instant { unseenUntil = nil }
        if auditing != auditInterval {
            auditing = auditInterval
            effects.append(.audit(every: auditInterval))
        }
        return withMemory(effects)
    }

    /// What is owned is written down before anything is done about it.
    private mutating func withMemory(_ effects: [Effect]) -> [Effect] {
        guard remembered != ownership else { return effects }
        remembered = ownership
        return [.remember] + effects
    }

    /// How often to look without being prompted; `nil` where nothing is required and nothing is to be given back.
    var auditInterval: Duration? {
        guard !required.isEmpty || (writes && !ownership.owned.isEmpty) else { return nil }
        return unseenUntil == nil ? audit : min(audit, .seconds(1))
    }
}

// MARK: - Deciding

extension Reservation {
    private mutating func act(on found: PortSet, _ prompt: Prompt, at now: Moment) -> [Effect] {
        let missing = required.subtracting(found)
        guard writes else {
            state = missing.isEmpty ? .whole : .unread
            toldObstacle = nil
            contest = nil
            return listen()
        }
        return (missing.isEmpty ? settle(found, prompt, at: now) : add(missing, to: found, prompt, at: now))
            + keepPace(at: now)
    }

    /// Every required port is there. Says what that means, and gives back what is owned and no longer required.
    private mutating func settle(_ found: PortSet, _ prompt: Prompt, at now: Moment) -> [Effect] {
        var effects: [Effect] = []
        // A removal that was refused or had no effect waits for the next look that is not of its own making.
        let mayRemove =
            switch state {
            case .removing: prompt != .readBack
            case .stuck: prompt != .watch
            case .unread, .whole, .adding, .spent: true
            }
        switch state {
        case .adding(let before, repairing: true):
            let repair = Repair(found: before, restored: found, writer: writer, at: now)
            repairs += 1
            lastRepair = repair
            contest?.repairs += 1
            contest?.found = before
            if let writer { contest?.writer = writer }
            if contest == nil { effects.append(.report(.repaired(repair))) }
        case .adding(let before, repairing: false):
            effects.append(.report(.reserved(required.subtracting(before), list: found)))
        case .removing(let ports) where found.intersection(ports).isEmpty:
            effects.append(.report(.released(ports, list: found)))
        case .removing, .unread, .whole, .stuck, .spent:
            break
        }
        writer = nil
        let orphans = ownership.owned.subtracting(required)
        if orphans.isEmpty {
            state = .whole
            toldObstacle = nil
        } else if mayRemove {
            state = .removing(orphans)
            effects.append(.remove(orphans))
        } else if case .removing = state {
            state = .whole
        }
        return effects
    }

    /// Ports are missing: adds them, if the pace allows it.
    private mutating func add(_ missing: PortSet, to found: PortSet, _ prompt: Prompt, at now: Moment) -> [Effect] {
        if case .stuck = state, prompt == .watch { return [] }
        guard bucket.take(at: now.instant) else { return contend(found, at: now) }
        switch state {
        case .adding: break  // An addition that got lost where two writes met: still the same repair.
        case .whole, .spent, .removing: state = .adding(found: found, repairing: true)
        case .unread, .stuck: state = .adding(found: found, repairing: false)
        }
        beforeAdding = ownership
        ownership.foresee(adding: missing, to: found)
        return [.add(missing)]
    }

    /// The kernel is in the way. Said once, until it is another obstacle or none.
    private mutating func stick(_ obstacle: Obstacle) -> [Effect] {
        contest = nil  // What is in the way now is the news; nothing is repaired any more.
        var effects = listen()
        state = .stuck(obstacle)
        if toldObstacle != obstacle {
            toldObstacle = obstacle
            effects.append(.report(.obstructed(obstacle)))
        }
        return effects
    }

    /// Takes the watch back, if it was left alone.
    private mutating func listen() -> [Effect] {
        guard !listening else { return [] }
        listening = true
        return [.watch(true)]
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
        guard prompt == .audit || prompt == .request, watched, listening, state == .whole, let reserved,
            found != reserved
        else { return [] }
        defer { unseenUntil = now.instant + .seconds(600) }
        return unseenUntil == nil ? [.report(.unseenWrite(found: found))] : []
    }
}
