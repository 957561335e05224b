import AmtguardCore

/// One amtguardd in virtual time, among much that can go wrong at once: other writers of the list, firmware that lies,
/// translation and sockets that come and go, clocks that jump, stops and kills, readings and actions that fail. The
/// program in the kernel and two programs that write at the same moment are left out: `SimulatedHost` has them.
///
/// A deterministic value: the same seed gives the same run. After each step the promises are checked against the truth,
/// which the guardian does not see.
public struct Storm: Sendable {
    public let seed: UInt64
    /// How many steps were made.
    public private(set) var steps = 0
    /// The broken promises, each with its step; must stay empty.
    public internal(set) var violations: [String] = []
    /// How often each thing happened. A run that met too few of them shows nothing.
    public internal(set) var tally: [String: Int] = [:]

    var guardian: Guardian
    var ground: StormGround
    let answers: [[UInt8]]
    /// The accepted configuration.
    var configuration = Configuration()
    /// When single repairs were reported, within the last minute.
    var repairs: [Instant] = []
    private static let scope = Memory.Scope(boot: "lab", namespace: "lab")
    /// How often an action fails while the storm lasts.
    private static let failureRate = 0.05

    /// A machine at its start.
    ///
    /// - Parameter answers: What a firmware's helper may send.
    public init(seed: UInt64, answers: [[UInt8]] = []) {
        self.seed = seed
        self.answers = answers
        ground = StormGround(seed: seed)
        ground.failureRate = Self.failureRate
        guardian = Guardian(remembering: Memory(scope: Self.scope))
        start()
    }

    /// The present status, as JSON.
    public var report: String { guardian.status.json.description }

    /// Lets one thing happen, and checks the promises.
    public mutating func step() {
        steps += 1
        let writes = ground.writes
        let observed = guardian.configuration.mode == .observe
        happen()
        if observed, guardian.configuration.mode == .observe, ground.writes != writes {
            violate("writes the list with Mode=observe")
        }
        // The watch is level-triggered: what came while it was off is delivered when it is on again.
        if ground.isShown, ground.isListening { lookAfterWrite() }
        while ground.isDead { restart() }
        judge()
    }

    /// The storm ends: nothing fails or comes from outside any more, and time passes until the second audit. Then
    /// everything must be as it should be.
    public mutating func calm() {
        ground.failureRate = 0
        count("calm")
        ground.table = RedrawReading(.absent)
        configuration = Configuration()
        see(.configuration(configuration, []))
        ground.watch = Watch(.fanotify)
        see(.watch(ground.watch))
        see(.presence(.withAMT))
        see(.choice(.wide))
        see(.sockets(SocketReading([])))
        see(.flows(FlowReading([])))
        see(.runtimeDirectory(problem: nil))
        for _ in 0..<3 {
            ground.clock = max(ground.clock, ground.nextAudit ?? ground.clock) + .seconds(61)
            if ground.isShown { lookAfterWrite() }
            audit()
        }
        let missing = configuration.guarded.subtracting(ground.list.ports)
        if !missing.isEmpty { violate("\(missing) are missing after a quiet interval") }
        let surplus = ground.list.undisturbed.subtracting(configuration.guarded)
        if !surplus.isEmpty { violate("\(surplus) are no longer required, and stay") }
        judge()
        judgeReport()
        judgeQuiet()
        ground.failureRate = Self.failureRate
    }
}

// MARK: - The process

extension Storm {
    private mutating func start() {
        see(.configuration(configuration, []))
        see(.presence(.withAMT))
        see(.choice(.wide))
        see(.watch(ground.watch))
        see(.started)
        look(.request)
        see(.holds(HoldReading(held: ground.held), .request))
        see(.redrawTable(ground.table, .request))
        see(.ready)
    }

    /// SIGKILL, or the end after a stop, then another process. It has the record, and perhaps what the service manager
    /// keeps: the holds and the table.
    mutating func restart() {
        count("restart")
        ground.isDead = false
        takeEvents()
        repairs = []
        if chance(0.5) {
            ground.held = [:]
            if ground.table.isOwned { ground.table = RedrawReading(.absent) }
        }
        (ground.isShown, ground.isListening, ground.isAsked) = (false, true, false)
        (ground.nextLook, ground.nextAudit, ground.auditEvery, ground.firmwareAt) = (nil, nil, nil, nil)
        ground.seen = nil
        if chance(0.3) { write() }
        ground.isShown = false
        guardian = Guardian(remembering: recorded)
        start()
    }

    /// SIGTERM. With `OnStop=release` it gives back what it owns.
    mutating func stop() {
        count("stop")
        let failures = ground.failures
        see(.stopping)
        look(.readBack)
        for _ in 0..<20 where guardian.isReleasing { look(.token) }
        let isDone = !ground.isDead && ground.failures == failures && ground.seen != nil
        if isDone, configuration.onStop == .release, configuration.mode != .observe {
            count("release")
            let kept = guardian.memory.ownership.owned
            if !kept.isEmpty { violate("keeps \(kept) after OnStop=release") }
        }
        restart()
    }

    /// The memory that a successor would have.
    var recorded: Memory {
        Memory(parsing: ground.record, scope: Self.scope) ?? Memory(scope: Self.scope)
    }

    mutating func see(_ observation: Guardian.Observation) {
        guard !ground.isDead else { return }
        guardian.observe(observation, on: &ground)
    }

    mutating func look(_ prompt: Prompt) {
        guard !ground.isDead else { return }
        guardian.look(prompt, on: &ground)
    }

    mutating func lookAfterWrite() {
        guard !ground.isDead else { return }
        guardian.lookAfterWrite(on: &ground)
    }
}
