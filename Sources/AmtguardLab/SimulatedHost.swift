public import AmtguardCore

/// A machine in virtual time: the list, other programs that write it, and any number of amtguards.
///
/// A deterministic value: the same seed and the same calls give the same run.
public struct SimulatedHost: Sendable {
    public private(set) var now = Instant(sinceBoot: .seconds(10))
    private var kernel = SimulatedKernel()
    public internal(set) var daemons: [SimulatedDaemon] = []
    public var random: SplitMix64
    public var mischief = Mischief()
    public var presence = Presence(pciFunctions: 20, heci: ["0000:00:16.0"], devices: [], offeringAMTHI: [])
    public var choice = KernelChoice(ephemeralRange: 1024...65535, unprivilegedStart: 1024)
    /// The broken promises; must stay empty.
    public private(set) var violations: [String] = []
    /// The act of another program between two steps of a daemon.
    public var strangersMove: @Sendable (inout SimulatedHost) -> Stranger.Act = { _ in .replace(PortSet()) }

    private var strangers: [Stranger] = []
    private static let scope = Memory.Scope(boot: "lab", namespace: "lab")

    /// A machine with an empty list and no programs.
    public init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    /// The list of the machine.
    public var list: SimulatedList {
        get { kernel.list }
        _modify { yield &kernel.list }
    }

    /// The program on writes of the list, for daemons with the watch `bpf`; it outlives each of them.
    public var program: SimulatedProgram? {
        get { kernel.program }
        _modify { yield &kernel.program }
    }

    /// Adds another program that writes at its times.
    public mutating func invite(_ stranger: Stranger) {
        strangers.append(stranger)
    }

    /// Lets another program write now.
    public mutating func write(_ act: Stranger.Act, by writer: Writer? = nil, isShown: Bool = true) {
        let isSlow = program != nil && act.changesAll && random.chance(mischief.slowWrite)
        kernel.write(act, by: writer, isSlow: isSlow)
        if isShown { show(by: writer) }
    }

    /// The kernel carries out the writes that the program in the kernel has seen.
    mutating func finishWrites() { kernel.finishWrites() }

    /// The machine sleeps: the boot clock continues, no program runs.
    public mutating func sleep(_ duration: Duration) {
        now = now + duration
        for index in strangers.indices where strangers[index].next < now { strangers[index].next = now }
    }

    /// Wakes every daemon that watches, if its mount of procfs saw the write. A daemon recognizes its own writes.
    mutating func show(by writer: Writer? = nil, from own: Int? = nil) {
        for index in daemons.indices where daemons[index].guardian != nil && daemons[index].watch.kind != .none {
            daemons[index].shown = true
            guard index != own else { continue }
            daemons[index].showsOthers = true
            if let writer, daemons[index].watch.kind.namesWriters { daemons[index].writers.append(writer) }
        }
    }
}

// MARK: - Time

extension SimulatedHost {
    /// Runs until `end`.
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
            finishWrites()
            if let stranger, strangerTime == next {
                move(stranger, before: min(daemonTime ?? end, end))
            } else if let daemon {
                wake(daemon)
            }
        }
        now = max(now, end)
    }

    /// Runs for `duration`.
    public mutating func run(for duration: Duration) { run(until: now + duration) }

    /// Another program's turn. It includes the next turns, as long as no daemon could see a difference.
    private mutating func move(_ index: Int, before wake: Instant) {
        let stranger = strangers[index]
        write(stranger.act, by: stranger.writer, isShown: stranger.isShown)
        guard let every = stranger.every else {
            strangers.remove(at: index)
            return
        }
        var next = stranger.next + every
        let heard = stranger.isShown && daemons.contains { $0.guardian != nil && $0.listening }
        if case .replace(let ports) = stranger.act, !heard, program == nil, strangers.count == 1, next < wake {
            let times = Int((wake - next) / every)
            list.replace(with: ports, times: times)
            next = next + every * times
        }
        strangers[index].next = next
        if let until = stranger.until, next > until { strangers.remove(at: index) }
    }

    /// A daemon's own wake-up is due.
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
    /// Installs an amtguard and starts it; it is addressed by its index.
    @discardableResult
    public mutating func install(
        _ configuration: Configuration = Configuration(), watch: Watch = Watch(.fanotify)
    ) -> Int {
        daemons.append(SimulatedDaemon(configuration: configuration, watch: watch))
        start(daemons.count - 1)
        return daemons.count - 1
    }

    /// Starts it, with the record of its predecessor.
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

    /// SIGHUP, a resume, `Check()`: a request for a look.
    public mutating func check(_ index: Int) { look(index, .request) }

    /// One look at the list, and its effects.
    private mutating func look(_ index: Int, _ prompt: Prompt) {
        act(index) { guardian, ground in
            if prompt == .watch { guardian.lookAfterWrite(on: &ground) } else { guardian.look(prompt, on: &ground) }
        }
    }

    private mutating func observe(_ index: Int, _ observation: Guardian.Observation) {
        act(index) { guardian, ground in guardian.observe(observation, on: &ground) }
    }

    /// Lets a daemon act. If it is killed during this, its later steps have no effect.
    private mutating func act(_ index: Int, _ body: (inout Guardian, inout SimulatedGround) -> Void) {
        guard var guardian = daemons[index].guardian else { return }
        var ground = SimulatedGround(index)
        swap(&ground.host, &self)
        body(&guardian, &ground)
        swap(&ground.host, &self)
        guard daemons[index].guardian != nil else { return }
        daemons[index].guardian = guardian
        if let seen = ground.seen { judge(index, seen) }
    }
}

// MARK: - The truth

extension SimulatedHost {
    /// Checks after a look and its effects: the daemon owns what it placed if no other program made that doubtful, and
    /// nothing that another program added.
    ///
    /// This holds for one amtguard, and if each write of another program leaves a list that never existed before: a
    /// daemon can't know what no reading shows.
    ///
    /// - Parameter seen: The truth at the last look. That look does not show later changes.
    private mutating func judge(_ index: Int, _ seen: SimulatedList) {
        guard daemons.count == 1, seen.unreadable == nil else { return }
        violations += seen.breaches(owned: daemons[index].owned).map { "\(now.sinceBoot): \($0)" }
    }
}
