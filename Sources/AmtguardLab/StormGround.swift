import AmtguardCore

/// A ground on which each action may fail, in each way in which the kernel, the firmware's helper or a full disk makes
/// it fail.
struct StormGround: Ground {
    var list = SimulatedList()
    /// Monotonic, and it continues while the machine sleeps.
    var clock = Instant(sinceBoot: .seconds(10))
    /// Seconds since 1970 at `clock` 0. The administrator sets the clock.
    var epoch: Int64 = 1_795_377_600
    var random: SplitMix64
    /// How often an action fails.
    var failureRate = 0.0
    /// Whether the process was killed between two actions; then the following ones have no effect.
    var isDead = false

    /// The sockets that hold ports.
    var held: [Hold: Bool] = [:]
    /// The redraw table in the kernel.
    var table = RedrawReading(.absent)
    /// The record of the owned ports, as a successor finds it.
    var record: [UInt8] = []
    var watch: Watch
    /// Whether the watch has an event of another program.
    var isShown = false
    var isListening = true
    var nextLook: Instant?
    var auditEvery: Duration?
    var nextAudit: Instant?
    var firmwareAt: Instant?
    var isAsked = false
    var events: [Event] = []
    /// The truth at the last reading; `nil` if that reading failed.
    var seen: SimulatedList?
    /// How often the guard wrote the list.
    private(set) var writes = 0
    /// How often a reading or a write of the list failed.
    private(set) var failures = 0
    /// What the guard did that must never happen.
    private(set) var faults: [String] = []

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        watch = Watch(.fanotify)
    }

    /// How reading and writing the list fails: ENOENT, EROFS, EACCES and EPERM, a covered file, EINVAL, EBUSY, ENOMEM,
    /// EIO.
    private static let obstacles: [Obstacle] = [
        .missing, .readOnly, .notPermitted, .covered, .malformed("x"), .busy, .failed("Cannot allocate memory"),
        .failed("Input/output error"),
    ]
    private static let holdObstacles: [HoldObstacle] = [
        .listener(nil), .listener("LMS"), .occupied("curl"), .placeholder("portreserve"), .notPermitted, .noDescriptor,
        .failed("Cannot assign requested address"),
    ]

    private mutating func fails() -> Bool { random.chance(failureRate) }

    /// A step of the process. Returns whether it is still alive.
    private mutating func step() -> Bool {
        if !isDead, random.chance(failureRate / 20) { isDead = true }
        return !isDead
    }
}

// MARK: - The list and its watch

extension StormGround {
    var now: Moment { Moment(clock, wallClock: epoch + clock.sinceBoot.components.seconds) }
    var hasEvents: Bool { isShown }

    mutating func read() -> Reading {
        guard step(), !fails() else {
            seen = nil
            return .obstacle(obstacle())
        }
        seen = list
        return list.look()
    }

    mutating func add(_ ports: PortSet) -> Change { change { $0.add(ports) } }
    mutating func remove(_ ports: PortSet) -> Change { change { $0.remove(ports) } }

    private mutating func change(_ body: (inout SimulatedList) -> Void) -> Change {
        guard step() else { return .omitted }
        writes += 1
        guard !fails() else { return .refused(obstacle()) }
        body(&list)
        return .made
    }

    private mutating func obstacle() -> Obstacle {
        failures += 1
        return Self.obstacles.randomElement(using: &random) ?? .busy
    }

    mutating func takeWriters() -> [Writer]? {
        guard isShown else { return nil }
        isShown = false
        return watch.kind.namesWriters ? [Writer(pid: Int32.random(in: 1...9, using: &random), command: "sysctl")] : nil
    }

    mutating func watch(_ isOn: Bool) { isListening = isOn }

    mutating func look(at time: Instant?) { nextLook = time }

    mutating func audit(every interval: Duration?) {
        auditEvery = interval
        nextAudit = interval.map { clock + $0 }
    }
}

// MARK: - Everything else

extension StormGround {
    mutating func remember(_ memory: Memory) {
        guard step() else { return }
        record = Array(memory.encoded.utf8)
    }

    mutating func hold(_ change: HoldChange) -> HoldReading? {
        guard step() else { return nil }
        for hold in change.release { held[hold] = nil }
        var refused: [Hold: HoldObstacle] = [:]
        for hold in change.take {
            if fails() {
                // A hold that can't be bound in another way stays as it was.
                refused[hold] = Self.holdObstacles.randomElement(using: &random)
            } else {
                held[hold] = change.isShared
            }
        }
        return HoldReading(held: held, refused: refused)
    }

    mutating func redraw(_ change: RedrawChange) -> RedrawReading? {
        guard step() else { return nil }
        if case .foreign = table.state {
            if change == .unload { faults.append("removed the table of another program") }
            return table
        }
        guard !fails() else {
            return RedrawReading(.unknown(says: "Operation not permitted", advice: nil))
        }
        switch change {
        case .load(let wanted): table = RedrawReading(.inForce(wanted), isOwned: true)
        case .unload: table = RedrawReading(.absent)
        }
        return table
    }

    mutating func askFirmware() -> FirmwareFailure? {
        guard step() else { return nil }
        isAsked = true
        guard fails() else { return nil }
        isAsked = false
        return random.chance(0.5) ? .noHelper : .refused("Resource temporarily unavailable")
    }

    mutating func abandonQuestion() { isAsked = false }
    mutating func wakeForFirmware(at time: Instant?) { firmwareAt = time }

    mutating func report(_ event: Event) {
        guard step() else { return }
        if case .repaired(let repair) = event, repair.restored != seen?.ports {
            faults.append("told \(repair.restored) as restored, saw \(seen.map { "\($0.ports)" } ?? "nothing")")
        }
        events.append(event)
    }
}
