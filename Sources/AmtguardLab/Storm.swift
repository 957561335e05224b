import AmtguardCore

/// One amtguardd in virtual time, among much that can go wrong at once: other writers of the list, before and between
/// its steps, firmware that lies, translation and sockets that come and go, clocks that jump, stops and kills, readings
/// and actions that fail. Only two programs that write in the same moment are left out: `SimulatedHost` has them.
///
/// A deterministic value: the same seed gives the same run. After each step the promises are checked against the truth,
/// which the guardian does not see.
public struct Storm: Sendable {
    public let seed: UInt64
    /// How many steps were made.
    public private(set) var steps = 0
    /// The broken promises, each with its step; must stay empty.
    public internal(set) var violations: [String] = []
    /// The step of the first of them.
    public internal(set) var firstViolation: Int?

    var guardian: Guardian
    var ground: StormGround
    let sources: StormSources
    /// The accepted configuration.
    var configuration = Configuration()
    /// Why the runtime directory can't be used, apart from the record.
    var runtimeProblem: String?
    var lines = StormLines()
    /// Since when the pace of the configuration is in force, and what was counted until then.
    var pace = (since: Instant(sinceBoot: .zero), additions: 0, failures: 0)
    /// How often an action fails while the storm lasts.
    private static let failureRate = 0.05

    /// A machine at its start.
    public init(seed: UInt64, sources: StormSources = StormSources()) {
        self.seed = seed
        self.sources = sources
        ground = StormGround(seed: seed, scope: Self.scope)
        ground.failureRate = Self.failureRate
        guardian = Guardian(remembering: Memory(scope: Self.scope))
        start()
    }

    /// How often each thing happened.
    public var tally: StormTally { ground.tally }

    /// The present status, as JSON.
    public var report: String { guardian.status.json.description }

    /// Writes down what happens from now on. This changes nothing else.
    public mutating func keepJournal() { ground.journal = [] }

    /// The lines that were written down.
    public var journal: [String] { ground.journal ?? [] }

    /// Lets one thing happen, and checks the promises.
    public mutating func step() {
        steps += 1
        ground.journal?.append("step \(steps)")
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
        ground.kernel.finishWrites()
        ground.count(.calm)
        ground.table = RedrawReading(.absent)
        takeEvents()
        var configuration = chance(0.5) ? Configuration() : anyConfiguration()
        if configuration.mode == .observe { configuration.mode = .always }
        accept(configuration)
        if ground.watch.kind == .bpf {
            // The last replacement decides what stays in the list.
            ground.count(.calmWithProgram)
            ground.kernel.write(.replace(PortSet(39_999...39_999)), by: ground.writer(), isSlow: false)
            ground.isShown = true
        } else {
            ground.watch = Watch(.fanotify)
            see(.watch(ground.watch))
        }
        see(.presence(.withAMT))
        see(.choice(.wide))
        see(.sockets(SocketReading([])))
        see(.flows(FlowReading([])))
        runtimeProblem = nil
        publish()
        for _ in 0..<3 {
            for _ in 0..<100 {
                if ground.isShown, ground.isListening { lookAfterWrite() }
                guard let look = ground.nextLook, ground.nextAudit.map({ look < $0 }) ?? true else { break }
                ground.clock = max(ground.clock, look)
                ground.nextLook = nil
                self.look(.token)
            }
            ground.clock = max(ground.clock, ground.nextAudit ?? ground.clock) + .seconds(61)
            audit()
        }
        judge()
        judgeReport()
        judgeQuiet()
        ground.failureRate = Self.failureRate
    }
}
