import AmtguardCore

/// A ground on which each action may fail, in each way in which the kernel, the firmware's helper or a full disk makes
/// it fail. Other programs write between two actions.
struct StormGround: Ground {
    var kernel = SimulatedKernel()
    /// Monotonic, and it continues while the machine sleeps.
    var clock = Instant(sinceBoot: .seconds(10))
    /// Seconds since 1970 at `clock` 0. The administrator sets the clock.
    var epoch: Int64 = 1_795_377_600
    var random: SplitMix64
    /// How often an action fails.
    var failureRate = 0.0
    /// Whether the process was killed between two actions; then the following ones have no effect.
    var isDead = false
    var tally = StormTally()
    /// What happened, if that is written down.
    var journal: [String]?

    /// The sockets that hold ports.
    var held: [Hold: Bool] = [:]
    /// The redraw table in the kernel.
    var table = RedrawReading(.absent)
    /// The record, as a successor finds it.
    var remembered: Memory
    /// Whether the last record could not be written.
    var isRecordStale = false
    /// Whether the record of the predecessor was read.
    var isRecalled = true
    var watch: Watch
    /// Whether the watch has an event.
    var isShown = false
    var isListening = true
    var nextLook: Instant?
    var auditEvery: Duration?
    var nextAudit: Instant?
    var firmwareAt: Instant?
    var isAsked = false
    var events: [(time: Instant, event: Event)] = []
    /// The truth at the last reading; `nil` if that reading failed.
    var seen: SimulatedList?
    /// Whether the program in the kernel prevented writes at that time.
    var wasPreventing = false
    /// Whether the list was read, or tried to be changed, since the last judgement.
    var isTouched = false
    /// How often the guard wrote the list.
    private(set) var writes = 0
    /// How often it added to the list.
    private(set) var additions = 0
    /// How often a reading or a write of the list failed.
    private(set) var failures = 0
    /// What the guard did that must never happen.
    private(set) var faults: [String] = []

    init(seed: UInt64, scope: Memory.Scope) {
        random = SplitMix64(seed: seed)
        watch = Watch(.fanotify)
        remembered = Memory(scope: scope)
    }

    mutating func count(_ kind: StormTally.Kind) { tally.count(kind) }

    mutating func fails(_ kind: StormTally.Kind) -> Bool {
        guard random.chance(failureRate) else { return false }
        count(kind)
        return true
    }

    /// A step of the process: other programs may write before it, and it may be killed before it.
    ///
    /// - Parameter isGap: Whether other programs may write just before, even without the program in the kernel. Then
    ///   they don't write between a look and a removal, because nothing could keep that removal from taking what they
    ///   wrote.
    /// - Returns: Whether the process is still alive.
    mutating func step(isGap: Bool = false) -> Bool {
        guard !isDead else { return false }
        kernel.finishWrites()
        guard failureRate > 0 else { return true }
        let draw = Double.random(in: 0..<1, using: &random)
        if draw < failureRate / 20 {
            count(.kill)
            journal?.append("killed")
            isDead = true
        } else if draw < failureRate / 10, isGap || watch.kind == .bpf {
            count(.writeBetweenSteps)
            write()
        }
        return !isDead
    }

    mutating func fault(_ what: String) { faults.append(what) }
}

// MARK: - The list and its watch

extension StormGround {
    var now: Moment { Moment(clock, wallClock: epoch + clock.sinceBoot.components.seconds) }
    var hasEvents: Bool { isShown }

    mutating func read() -> Reading {
        isTouched = true
        count(.list)
        guard step(isGap: true), !fails(.reading) else {
            seen = nil
            journal?.append("read: failed")
            // The writes that the program has shown are given up.
            if kernel.program != nil { kernel.list.isUncertain = true }
            return .obstacle(obstacle(Refusals.ofReading))
        }
        (seen, wasPreventing) = (kernel.list, kernel.program?.prevents == true)
        journal?.append("read: \(kernel.list.ports)")
        return kernel.list.look()
    }

    mutating func add(_ ports: PortSet) -> Change {
        guard step(isGap: true) else { return .omitted }
        (isTouched, writes, additions) = (true, writes + 1, additions + 1)
        journal?.append("add \(ports)")
        guard !fails(.adding) else { return refusal(Refusals.ofAdding) }
        kernel.list.add(ports)
        return .made
    }

    mutating func remove(_ ports: PortSet) -> Change {
        guard step() else { return .omitted }
        (isTouched, writes) = (true, writes + 1)
        journal?.append("remove \(ports)")
        guard !fails(.removing) else { return refusal(Refusals.ofRemoving) }
        guard kernel.program?.admitsReplacement ?? true else { return .refused(.busy) }
        // The list has grown since the look, so that one write can't replace it.
        guard !fails(.removingWithoutEffect), kernel.list.ports.subtracting(ports).fitsOneWrite else { return .made }
        kernel.list.remove(ports)
        return .made
    }

    private mutating func refusal(_ obstacles: [Obstacle]) -> Change {
        count(.refused)
        journal?.append("refused")
        if kernel.program != nil { kernel.list.isUncertain = true }
        return .refused(obstacle(obstacles))
    }

    private mutating func obstacle(_ obstacles: [Obstacle]) -> Obstacle {
        failures += 1
        return obstacles.randomElement(using: &random) ?? .busy
    }

    mutating func takeWriters() -> [Writer]? {
        guard watch.kind != .bpf, isShown else { return nil }
        isShown = false
        count(.written)
        // The events may have been lost, or the process has ended.
        return watch.kind.namesWriters && random.chance(0.9) ? [writer()] : []
    }

    var showsWishes: Bool { watch.kind == .bpf }

    mutating func wishes() -> Wishes? {
        guard showsWishes, !isDead else { return nil }
        count(.wished)
        if journal != nil {
            let log = kernel.program?.log ?? []
            journal?.append("wishes: \(log.map { "\($0.text)\($0.isPrevented ? " prevented" : "")" })")
        }
        return kernel.program?.read()
    }

    mutating func settle() {
        guard step() else { return }
        journal?.append("settle")
        kernel.program?.settle()
        isShown = kernel.program?.log.isEmpty == false
    }

    mutating func prevent(_ isOn: Bool) {
        guard step() else { return }
        journal?.append("prevent \(isOn)")
        kernel.program?.prevents = isOn
    }

    mutating func watch(_ isOn: Bool) { isListening = isOn }

    mutating func look(at time: Instant?) {
        journal?.append("look at \(time.map { "\($0.sinceBoot)" } ?? "no time")")
        nextLook = time
    }

    mutating func audit(every interval: Duration?) {
        auditEvery = interval
        nextAudit = interval.map { clock + $0 }
    }
}
