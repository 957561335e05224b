/// Keeps the required ports in the list, whoever else writes it.
///
/// It never touches the system. It is told what was seen and answers with what to do; the daemon does it, looks
/// again, and tells what it sees then. So a lost event, a doubled one and its own are all the same to it.
struct Reservation: Hashable, Sendable {
    enum State: Hashable {
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
    var required = PortSet()
    /// What the list held at the last reading; `nil` while it can't be read.
    var reserved: PortSet?
    var ownership: Ownership
    var repairs: UInt64 = 0
    var lastRepair: Repair?
    var contest: Contest?
    /// Whether a reading has shown what is required now; until then there is nothing to judge by.
    var isCurrent = false
    /// What a look found changed without a word of the watch, which has a moment left to say it.
    var suspicion: PortSet?
    /// Until when audits come each second, after a write that the watch did not show.
    var unseenUntil: Instant?

    /// Whether amtguard may write at all: not with `Mode=observe`.
    var writes = true
    /// Whether a write of others is shown at all.
    var watched = true
    var audit = Duration.seconds(30)
    var bucket: RepairBucket
    /// The same pace for looks that found nothing to do.
    var attention: RepairBucket
    var state = State.unread
    /// Who wrote last, as far as the watch told since the last reading that was whole.
    var writer: Writer?
    /// The obstacle that was told last, until it is overcome.
    var toldObstacle: Obstacle?
    /// What was owned before the addition that is out.
    var beforeAdding: Ownership?
    /// What the daemon was last told, so that it is told changes only.
    var listening = true
    var auditing: Duration?
    var remembered: Ownership

    init(ownership: Ownership, pace: Pace) {
        self.ownership = ownership
        remembered = ownership
        bucket = RepairBucket(pace: pace)
        attention = RepairBucket(pace: pace)
    }

    /// Why the list can't be read or written, if that was found.
    var obstacle: Obstacle? {
        if case .stuck(let obstacle) = state { obstacle } else { nil }
    }

    /// Takes over what is required from now on. The next reading acts on it.
    mutating func require(_ ports: PortSet, writes: Bool, audit: Duration, pace: Pace) {
        bucket.pace = pace
        attention.pace = pace
        self.audit = audit
        guard ports != required || writes != self.writes else { return }
        required = ports
        self.writes = writes
        state = .unread
        isCurrent = false
    }

    /// Takes over what another guardian wrote down.
    mutating func recall(_ ownership: Ownership) {
        self.ownership = ownership
        remembered = ownership
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
            effects = suspect(found, prompt, at: now)
            if case .removing(let ports) = state, let reserved, found != reserved {
                ownership.foresee(removing: ports, from: reserved)
            }
            ownership.observe(found)
            reserved = found
            bucket.fitPace(at: now.instant)
            attention.fitPace(at: now.instant)
            effects += act(on: found, prompt, at: now)
        }
        isCurrent = true
        effects += keepAttention(prompt, effects, at: now)
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
