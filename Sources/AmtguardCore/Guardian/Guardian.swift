/// Everything amtguardd decides: observations in, effects out.
///
/// No clock, no file, no logger: the daemon is the shell around this value.
public struct Guardian: Sendable {
    /// The configuration in force.
    public private(set) var configuration = Configuration()
    /// Whether a configuration was accepted since the start.
    private var isConfigured = false
    /// Owned ports that stay required: a refused configuration must not undo what the previous one required.
    private var kept = PortSet()
    private(set) var refused: [ConfigurationProblem] = []
    /// Ignored lines, perhaps with a misspelled key.
    private(set) var warned: [ConfigurationProblem] = []
    private(set) var detection: Detection
    /// When the firmware is asked.
    private var schedule = FirmwareSchedule()
    /// What takes packets to this host; empty if AMT is impossible.
    private(set) var claims: [Claim] = []
    private(set) var reservation: Reservation
    private(set) var holding = Holding()
    private(set) var choice: KernelChoice?
    private(set) var choiceFailure: ReadingFailure?
    private(set) var watch = Watch(.none)
    private(set) var victims = VictimWatch<Victim>()
    /// The sockets on each port, at the last look.
    private(set) var takers: [UInt16: PortUsers]?
    private(set) var doubtfulSockets = 0
    private(set) var omittedSockets = 0
    /// The result of the last probe.
    private(set) var probe: Status.Probe?
    private(set) var runtimeProblem: String?
    /// The translation of addresses, and the redraw table.
    private(set) var translation = TranslationWatch()
    private(set) var isStopping = false
    private(set) var judged: (verdict: Verdict, state: AMTState, since: Moment, repairs: UInt64)?
    private(set) var scope: Memory.Scope
    /// When the list was last read.
    private(set) var observedAt: Moment?

    /// A guardian without observations, with the record of its predecessor in this boot.
    public init(remembering memory: Memory, _ probe: ProbeRecord? = nil) {
        self.probe = probe.map(Status.Probe.init)
        scope = memory.scope
        detection = Detection(sawCSME: memory.sawCSME, sighting: memory.sighting)
        reservation = Reservation(ownership: memory.ownership, pace: Configuration().pace)
        // No hold is known yet, and the first look follows.
        _ = require(at: Moment(Instant(sinceBoot: .zero), wallClock: 0))
    }

    /// What must outlive the process.
    public var memory: Memory {
        Memory(
            scope: scope, ownership: reservation.ownership, sawCSME: detection.sawCSME, sighting: detection.sighting)
    }

    /// Takes over what another guardian of this boot has recorded since. Two guardians that take turns own the same
    /// ports.
    public mutating func recall(_ memory: Memory, at now: Moment) {
        detection.recall(sawCSME: memory.sawCSME, sighting: memory.sighting)
        reservation.recall(memory.ownership)
        _ = require(at: now)  // A guardian that takes turns holds nothing and looks at once.
    }

    /// Takes one observation and returns what to do about it.
    public mutating func observe(_ observation: Observation, at now: Moment) -> [Effect] {
        var effects: [Effect] = []
        switch observation {
        case .list(let reading, let prompt):
            effects = reservation.observe(reading, prompt, at: now)
            observedAt = now
            // The list comes first. The verdict is judged by the look that follows the addition.
            if effects.contains(where: \.isChange) { return effects }
        case .refused(let obstacle): effects = reservation.observe(refusal: obstacle, at: now)
        case .written(let writers):
            reservation.observe(writers: writers)
            return []
        case .wished(let wishes):
            reservation.observe(wishes)
            return []
        case .presence(let presence):
            let remembered = (detection.sawCSME, detection.sighting)
            detection.observe(presence)
            if (detection.sawCSME, detection.sighting) != remembered { effects.append(.remember) }
            effects += require(at: now)
            // The parts that could not be read this time come from earlier readings.
            if let presence = self.presence {
                effects += follow { [isPossible = isPossible] in
                    $0.presenceSeen(presence, isPossible: isPossible, at: now.instant)
                }
            }
        case .firmware(let inquiry):
            effects = hear(inquiry, at: now) + follow { $0.answered(inquiry, at: now.instant) }
        case .firmwareDue:
            let due = follow { $0.woke(at: now.instant) }
            // The schedule has counted the abandoned question itself, and may ask the next one at once.
            effects = due.contains(.abandonQuestion) ? hear(.failed(.abandoned), at: now) + due : due
        case .deviceChanged: effects = follow { $0.deviceChanged(at: now.instant) }
        case .resumed: effects = follow { $0.resumed(at: now.instant) }
        case .smbios(let reading):
            detection.observe(reading)
            effects = require(at: now)
        case .interfaces(let interfaces, let failure):
            detection.observe(interfaces, failure)
            effects = require(at: now)
            if let interfaces { effects += follow { $0.interfacesSeen(interfaces, at: now.instant) } }
        case .wirelessDiverted(let isDiverted):
            detection.observe(wirelessDiverted: isDiverted)
            effects = require(at: now)
        case .holds(let reading, let prompt): effects = holding.observe(reading, prompt, at: now.instant)
        case .sockets(let reading, let failure):
            detection.observe(reading, failure)
            claims = makeClaims()
            effects = judgeSockets(at: now).map(Effect.report)
        case .translation(let seen):
            translation.observe(seen, at: now.instant)
            effects = translation.redrawing.follow(
                redrawPlan(at: now.instant, showing: translation.redrawing.reading), at: now)
        case .redrawTable(let reading, let prompt):
            // The previous daemon may have been restarted during a reload of a ruleset.
            if translation.redrawing.reading == nil, reading.table != nil { translation.rest(at: now.instant) }
            let plan = redrawPlan(at: now.instant, showing: reading)
            effects = translation.redrawing.observe(reading, prompt, plan: plan, at: now)
        case .flows(let reading, let failure):
            translation.failure = failure
            translation.omitted = reading?.omitted ?? 0
            let seen = reading.map { victims(among: $0.flows, at: now) }
            effects = translation.victims.observe(seen, at: now).map(Effect.report)
        case .choice(let choice, let failure):
            self.choice = choice
            choiceFailure = failure
        case .watch(let watch):
            self.watch = watch
            reservation.observe(watched: watch.kind != .none)
        case .configuration(let configuration, let problems):
            effects = problems.map { .report(.configuration($0)) }
            refused = problems.filter { $0.severity == .refused }
            warned = problems.filter { $0.severity == .warning }
            // While a configuration is in force, it is not replaced in part. At a start, the correct values are better
            // than the defaults.
            if refused.isEmpty || !isConfigured { self.configuration = configuration }
            if refused.isEmpty { isConfigured = true }
            effects += require(at: now)
        case .record(let memory):
            scope = memory.scope
            detection.recall(sawCSME: memory.sawCSME, sighting: detection.sighting ?? memory.sighting)
            let own = reservation.ownership
            // Ownership is taken over only if neither another program nor this daemon has written the list since. The
            // former guardian may have been killed before it saw the outcome of its last act.
            let lists = [memory.ownership.list, memory.ownership.act?.list]
            if own.possible.isEmpty, let list = own.list, lists.contains(list) {
                reservation.recall(memory.ownership, in: reservation.reserved)
            }
            effects = require(at: now)
        case .probe(let record):
            probe = Status.Probe(record)
            return [.rememberProbe(record), .report(.probed(record))]
        case .runtimeDirectory(let problem): runtimeProblem = problem
        case .started: effects = [.report(.started(version: amtguardVersion, watch: watch))]
        case .ready:
            effects = follow { [refresh = configuration.refresh] in $0.started(refresh: refresh, at: now.instant) }
        case .reloaded:
            effects = follow { [refresh = configuration.refresh] in $0.reloaded(refresh: refresh, at: now.instant) }
        case .stopping:
            isStopping = true
            effects = require(at: now)
            effects.append(.report(.stopping(keeping: reservation.reserved?.intersection(reservation.required))))
        }
        return effects + judge(at: now)
    }

    /// The required ports follow from the configuration, from the state of AMT, and from whether the daemon continues.
    ///
    /// - Returns: If the required ports changed, a request for a look at the list; the look adds or removes ports. Also
    ///   the changes of the holds and of the redraw table.
    private mutating func require(at now: Moment) -> [Effect] {
        let released = isStopping && configuration.onStop == .release
        kept = isConfigured ? PortSet() : reservation.ownership.possible
        claims = makeClaims()
        let claimed = PortSet(merging: claims.flatMap(\.guarded.ranges))
        let look = reservation.require(
            released ? PortSet() : claimed.union(kept),
            writes: configuration.mode != .observe, audit: configuration.audit, pace: configuration.pace,
            at: now.instant)
        translation.table = makeRedrawTable()
        return look + holding.follow(holdPlan, at: now.instant)
            + translation.redrawing.follow(redrawPlan(at: now.instant, showing: translation.redrawing.reading), at: now)
    }

    /// Takes the result of a question.
    private mutating func hear(_ inquiry: FirmwareInquiry, at now: Moment) -> [Effect] {
        let remembered = detection.sighting
        detection.observe(inquiry, at: now)
        return (detection.sighting == remembered ? [] : [.remember]) + require(at: now)
    }

    /// Passes an event to the schedule.
    private mutating func follow(_ event: (inout FirmwareSchedule) -> [FirmwareSchedule.Effect]) -> [Effect] {
        event(&schedule).map { effect in
            switch effect {
            case .ask: .askFirmware
            case .abandon: .abandonQuestion
            case .wake(let time): .wakeForFirmware(at: time)
            }
        }
    }

    /// What `/sys` shows. A part that the last reading could not read has its value from before.
    public var presence: Presence? { detection.basis.presence }

    /// Whether owned ports still have to be removed before this process ends.
    public var isReleasing: Bool {
        isStopping && reservation.required.isEmpty && reservation.writes
            && (reservation.obstacle ?? .busy) == .busy
            && !reservation.ownership.owned.subtracting(reservation.stranded).isEmpty
    }

    /// Whether the last look at the list showed what is required now.
    public var isCurrent: Bool { reservation.isCurrent }

    /// Owned ports that are no longer required, and that stay because the list is too long to remove them.
    public var stranded: PortSet { reservation.stranded }

    /// Whether the list was read since `time`.
    public func hasLooked(since time: Instant) -> Bool { observedAt.map { $0.instant >= time } ?? false }

    /// The ports whose sockets are read: none if AMT is impossible.
    public var portsOfInterest: PortSet {
        PortSet(merging: claims.flatMap(\.ports.ranges))
    }

    /// The present claims. Another claimant needs another element here.
    private func makeClaims() -> [Claim] { [claimOfAMT].compactMap { $0 } }

    private var claimOfAMT: Claim? {
        guard configuration.mode == .always || isPossible else { return nil }
        let guarded = configuration.guarded.union(kept)
        return Claim(ofAMT: detection, guarding: guarded, always: configuration.mode == .always)
    }

    /// Judges the sockets of the last look by the present claims.
    private mutating func judgeSockets(at now: Moment) -> [Event] {
        let judgement = SocketJudgement(detection.sockets, claims)
        takers = judgement.takers
        doubtfulSockets = judgement.doubtful
        omittedSockets = judgement.omitted
        return victims.observe(judgement.victims?.map { Victim($0, since: now) }, at: now)
    }

    /// Whether anything takes packets to this host, so that ports are required.
    var isNeeded: Bool { !claims.isEmpty }

    /// Whether AMT is not proven impossible.
    private var isPossible: Bool { if case .impossible = detection.state { false } else { true } }

    private mutating func judge(at now: Moment) -> [Effect] {
        // Newly required ports are judged by the look that follows. No look before it was about them.
        guard observedAt != nil, reservation.isCurrent, !isStopping else { return [] }
        let former = judged
        let state = detection.state
        let verdict = verdict
        // The write was unseen, so the verdict of that time is unknown. The present verdict began with the repair.
        let wasBroken = former?.repairs != reservation.repairs && reservation.lastRepair?.brokenAfter != nil
        let since = former.flatMap { $0.verdict == verdict && !wasBroken ? $0.since : nil } ?? now
        judged = (verdict, state, since, reservation.repairs)
        var effects: [Effect] = []
        if former?.state != state { effects.append(.report(.amt(state, evidence: detection.evidence))) }
        if former?.verdict != verdict {
            effects.append(.report(.verdict(verdict, from: former?.verdict, reasons: reasons)))
        }
        return effects
    }
}
