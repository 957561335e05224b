public import AmtguardCore

/// A machine in virtual time: the list, other programs that write it, and any number of amtguards.
///
/// A value, and deterministic: the same seed and the same calls give the same run.
public struct SimulatedHost: Sendable {
    public private(set) var now = Instant(sinceBoot: .seconds(10))
    public var list = SimulatedList()
    public private(set) var daemons: [SimulatedDaemon] = []
    public var random: SplitMix64
    public var mischief = Mischief()
    public var presence = Presence(pciFunctions: 20, heci: ["0000:00:16.0"], devices: [], offeringAMTHI: [])
    public var choice = KernelChoice(ephemeralRange: 1024...65535, unprivilegedStart: 1024)
    /// What does not hold; must stay empty.
    public private(set) var violations: [String] = []
    /// What a stranger does between two steps of a daemon.
    public var strangersMove: @Sendable (inout SimulatedHost) -> Stranger.Act = { _ in .replace(PortSet()) }

    private var strangers: [Stranger] = []
    /// The truth at the last look: what came after it, that look does not show.
    private var seen = SimulatedList()
    private static let scope = Memory.Scope(boot: "lab", namespace: "lab")

    /// A machine with an empty list and nobody on it.
    public init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    /// Lets another program write, at its times.
    public mutating func invite(_ stranger: Stranger) {
        strangers.append(stranger)
    }

    /// Another program writes now.
    public mutating func write(_ act: Stranger.Act, by writer: Writer? = nil, isShown: Bool = true) {
        switch act {
        case .replace(let ports): list.replace(with: ports)
        case .join(let ports): list.join(ports)
        }
        if isShown { show(by: writer) }
    }

    /// The machine sleeps: the boot clock goes on, nobody does anything.
    public mutating func sleep(_ duration: Duration) {
        now = now + duration
        for index in strangers.indices where strangers[index].next < now { strangers[index].next = now }
    }

    /// Wakes every daemon that listens, if its mount of procfs saw the write. A daemon recognizes its own writes.
    private mutating func show(by writer: Writer? = nil, from own: Int? = nil) {
        for index in daemons.indices where daemons[index].guardian != nil && daemons[index].watch.kind != .none {
            daemons[index].shown = true
            guard index != own else { continue }
            daemons[index].showsOthers = true
            if let writer, daemons[index].watch.kind == .fanotify { daemons[index].writers.append(writer) }
        }
    }
}

// MARK: - Time

extension SimulatedHost {
    /// Lets the time go on until then.
    public mutating func run(until end: Instant) {
        while true {
            if let woken = daemons.firstIndex(where: { $0.guardian != nil && $0.shown && $0.listening }) {
                look(woken, .watch)
                continue
            }
            let daemon = daemons.indices.filter { daemons[$0].nextTime != nil }
                .min { (daemons[$0].nextTime ?? end) < (daemons[$1].nextTime ?? end) }
            let stranger = strangers.indices.min { strangers[$0].next < strangers[$1].next }
            let daemonTime = daemon.flatMap { daemons[$0].nextTime }
            let strangerTime = stranger.map { strangers[$0].next }
            guard let next = [daemonTime, strangerTime].compactMap({ $0 }).min(), next <= end else { break }
            now = max(now, next)
            if let stranger, strangerTime == next {
                move(stranger, before: min(daemonTime ?? end, end))
            } else if let daemon {
                wake(daemon)
            }
        }
        now = max(now, end)
    }

    /// Lets the time go on for so long.
    public mutating func run(for duration: Duration) { run(until: now + duration) }

    /// A stranger's turn. As often as nobody could tell the difference, its next turns as well.
    private mutating func move(_ index: Int, before wake: Instant) {
        let stranger = strangers[index]
        write(stranger.act, by: stranger.writer, isShown: stranger.isShown)
        guard let every = stranger.every else {
            strangers.remove(at: index)
            return
        }
        var next = stranger.next + every
        let heard = stranger.isShown && daemons.contains { $0.guardian != nil && $0.listening }
        if case .replace(let ports) = stranger.act, !heard, strangers.count == 1, next < wake {
            let times = Int((wake - next) / every)
            list.replace(with: ports, times: times)
            next = next + every * times
        }
        strangers[index].next = next
        if let until = stranger.until, next > until { strangers.remove(at: index) }
    }

    /// A daemon's own time has come.
    private mutating func wake(_ index: Int) {
        if let look = daemons[index].nextLook, look <= now {
            daemons[index].nextLook = nil
            self.look(index, .token)
        } else {
            daemons[index].nextAudit = daemons[index].auditEvery.map { now + $0 }
            look(index, .audit)
        }
    }
}

// MARK: - Daemons

extension SimulatedHost {
    /// Installs an amtguard and starts it; the index is its name.
    @discardableResult
    public mutating func install(
        _ configuration: Configuration = Configuration(), watch: Watch = Watch(.fanotify)
    ) -> Int {
        daemons.append(SimulatedDaemon(configuration: configuration, watch: watch))
        start(daemons.count - 1)
        return daemons.count - 1
    }

    /// Starts it, with the memory that its predecessor wrote down.
    public mutating func start(_ index: Int) {
        guard daemons[index].guardian == nil else { return }
        let memory = Memory(parsing: daemons[index].record, scope: Self.scope) ?? Memory(scope: Self.scope)
        daemons[index].guardian = Guardian(remembering: memory)
        observe(index, .configuration(daemons[index].configuration, []))
        observe(index, .presence(presence))
        observe(index, .choice(choice))
        observe(index, .watch(daemons[index].watch))
        look(index, .request)
    }

    /// SIGKILL.
    public mutating func kill(_ index: Int) {
        guard daemons[index].guardian != nil else { return }
        daemons[index].die()
        daemons[index].kills += 1
    }

    /// SIGTERM.
    public mutating func stop(_ index: Int) {
        observe(index, .stopping)
        look(index, .request)
        daemons[index].die()
    }

    /// SIGHUP with another configuration.
    public mutating func reload(_ index: Int, _ configuration: Configuration) {
        daemons[index].configuration = configuration
        guard daemons[index].guardian != nil else { return }
        observe(index, .configuration(configuration, []))
        look(index, .request)
    }

    /// Gives the daemon an observation without a request for a look.
    public mutating func see(_ index: Int, _ observation: Guardian.Observation) { observe(index, observation) }

    /// SIGHUP, a resume, `Check()`: somebody wants it to look.
    public mutating func check(_ index: Int) { look(index, .request) }

    /// One look at the list, and whatever comes of it.
    private mutating func look(_ index: Int, _ prompt: Prompt) {
        guard daemons[index].guardian != nil else { return }
        daemons[index].nextLook = nil
        let reading = read(index, prompt)
        if prompt != .watch, daemons[index].shown { observe(index, .written(by: [])) }
        observe(index, reading)
        guard prompt == .watch, daemons[index].guardian != nil, daemons[index].shown else { return }
        // The event may be of a write that came after that look. So another look follows after it is taken.
        nameWriters(index)
        observe(index, read(index, .readBack))
    }

    private mutating func read(_ index: Int, _ prompt: Prompt) -> Guardian.Observation {
        daemons[index].looks += 1
        let reading = list.look()
        seen = list
        return .list(reading, prompt)
    }

    private mutating func nameWriters(_ index: Int) {
        guard daemons[index].shown else { return }
        let (showsOthers, writers) = (daemons[index].showsOthers, daemons[index].writers)
        (daemons[index].shown, daemons[index].showsOthers, daemons[index].writers) = (false, false, [])
        // inotify also shows the daemon's own writes and does not tell them apart.
        if showsOthers, daemons[index].watch.kind == .fanotify { observe(index, .written(by: writers.suffix(8))) }
    }

    /// Takes an observation to the guardian and does what it says, and so on until it has nothing more to say.
    private mutating func observe(_ index: Int, _ first: Guardian.Observation) {
        var due = [first]
        while !due.isEmpty {
            let observation = due.removeFirst()
            let moment = moment
            guard let effects = daemons[index].guardian?.observe(observation, at: moment) else { return }
            if case .list = observation { judge(index, effects) }
            for effect in effects {
                happen(index, orKill: mischief.killBeforeEffect)
                guard daemons[index].guardian != nil else { return }
                guard let outcome = carryOut(effect, for: index) else { continue }
                guard case .list = outcome else {
                    due.append(outcome)
                    continue
                }
                happen(index, orKill: mischief.killBeforeReadBack)
                guard daemons[index].guardian != nil else { return }
                // Only now, with the list whole again, there is time to find out who wrote it.
                nameWriters(index)
                due.append(read(index, .readBack))
            }
        }
    }

    /// Carries out one effect; what comes of it is the next thing to observe.
    private mutating func carryOut(_ effect: Effect, for index: Int) -> Guardian.Observation? {
        switch effect {
        case .remember: daemons[index].record = Array((daemons[index].guardian?.memory.encoded ?? "").utf8)
        case .add(let ports):
            daemons[index].additions.append(now)
            return change(by: index) { $0.addOrCollide(ports) }
        case .remove(let ports): return change(by: index) { $0.list.remove(ports) }
        case .look(let at): daemons[index].nextLook = at
        case .watch(let on): daemons[index].listening = on
        case .audit(let every):
            daemons[index].auditEvery = every
            daemons[index].nextAudit = every.map { now + $0 }
        case .hold: break  // No addresses here.
        case .report(let event): daemons[index].told.append(SimulatedDaemon.Told(at: now, event: event))
        }
        return nil
    }

    /// Changes the list, which every watch shows, or tells the refusal.
    private mutating func change(by index: Int, _ body: (inout SimulatedHost) -> Void) -> Guardian.Observation {
        if let refusal = list.refusal { return .refused(refusal) }
        body(&self)
        show(from: index)
        return .list(.ports(PortSet()), .readBack)
    }

    private mutating func addOrCollide(_ ports: PortSet) {
        guard random.chance(mischief.collision) else { return list.add(ports) }
        guard case .join(let theirs) = strangersMove(&self) else { return list.add(ports) }
        let all = ports.union(theirs).ranges.flatMap { Array($0) }
        let gone = PortSet(merging: all.filter { _ in random.chance(0.3) }.map { $0...$0 })
        list.collide(ports, losing: gone, with: theirs, losing: gone)
    }

    /// What may happen between two steps.
    private mutating func happen(_ index: Int, orKill probability: Double) {
        if random.chance(mischief.strangerBetween) { write(strangersMove(&self)) }
        if random.chance(probability) { kill(index) }
        guard let steps = mischief.killAtStep else { return }
        mischief.killAtStep = steps > 1 ? steps - 1 : nil
        if steps == 1 { kill(index) }
    }

    private var moment: Moment { Moment(now, wallClock: 1_795_377_600 + now.sinceBoot.components.seconds) }
}

// MARK: - The truth

extension SimulatedHost {
    /// After each look: it owns what it placed and nobody made doubtful, and nothing that anybody else put there.
    ///
    /// That holds where each write of a stranger leaves a list that never was there before, and for one amtguard:
    /// what no reading can show, nobody can know.
    private mutating func judge(_ index: Int, _ effects: [Effect]) {
        guard daemons.count == 1, seen.unreadable == nil else { return }
        // What is foreseen is owned when it was added: judged by the read-back.
        guard !effects.contains(where: { if case .add = $0 { true } else { false } }) else { return }
        let owned = daemons[index].owned
        let stolen = owned.intersection(seen.claimed)
        if !stolen.isEmpty { violations.append("\(now.sinceBoot): owns \(stolen), which others put there") }
        let strange = owned.subtracting(seen.placed)
        if !strange.isEmpty { violations.append("\(now.sinceBoot): owns \(strange), which it did not put there") }
        let forgotten = seen.undisturbed.subtracting(owned)
        if !forgotten.isEmpty { violations.append("\(now.sinceBoot): forgot that it put \(forgotten) there") }
    }
}
