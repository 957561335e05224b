import AmtguardCore
import AmtguardLinux
import AmtguardSystemd

/// The ground of the daemon: the list of its network namespace with its watch, the holds, the record, the firmware, and
/// the timers that the guardian arranges.
struct HostGround: Ground, ~Copyable {
    let root: RootDirectory
    var list: ListDriver
    var holds: HoldDriver
    var redrawing: RedrawDriver
    var keepsake = Keepsake()
    var firmware: FirmwareClient
    /// The events that were not reported yet.
    var outbox: [Event] = []
    /// How often it audits; `nil` for never.
    private(set) var auditInterval: Duration?
    var timers = Timers()
    /// The source that wakes the loop for a write.
    var watchSource: EventSource?

    /// The timers that the guardian arranges.
    struct Timers: ~Copyable {
        var look: Timer?
        var audit: Timer?
        var keep: Timer?
    }

    /// Called when the helper has sent something.
    var onAnswer: () -> Void = {}

    init(
        below root: consuming RootDirectory, _ list: consuming ListDriver, _ holds: consuming HoldDriver,
        _ redrawing: consuming RedrawDriver, _ firmware: consuming FirmwareClient
    ) {
        self.root = root
        self.list = list
        self.holds = holds
        self.redrawing = redrawing
        self.firmware = firmware
    }

    // MARK: - The list

    var now: Moment { .now() }
    var hasEvents: Bool { list.hasEvents }

    /// Opens again what is missing of the list and its watch.
    mutating func retryList() { list.retry(below: root) }

    mutating func read() -> Reading { list.read() }
    mutating func add(_ ports: PortSet) -> Change { Change(list.add(ports)) }
    mutating func remove(_ ports: PortSet) -> Change { Change(list.remove(ports)) }
    mutating func takeWriters() -> [Writer]? { list.drain() }
    var showsWishes: Bool { list.showsWishes }
    mutating func wishes() -> Wishes? { list.wishes() }
    mutating func settle() { list.settle() }
    mutating func prevent(_ isOn: Bool) { list.prevent(isOn) }
    mutating func watch(_ isOn: Bool) { watchSource?.setEnabled(isOn) }

    // MARK: - When to look

    mutating func look(at time: Instant?) {
        if let time { timers.look?.arm(at: time.sinceBoot) } else { timers.look?.disarm() }
    }

    mutating func audit(every interval: Duration?) {
        auditInterval = interval
        arrangeAudit()
    }

    func arrangeAudit() {
        if let auditInterval {
            timers.audit?.arm(after: auditInterval, accuracy: auditInterval / 20)
        } else {
            timers.audit?.disarm()
        }
    }

    // MARK: - The firmware

    mutating func askFirmware() -> FirmwareFailure? { firmware.ask(in: root, onAnswer: onAnswer) }
    mutating func abandonQuestion() { firmware.hangUp() }

    mutating func wakeForFirmware(at time: Instant?) {
        if let time {
            firmware.timer?.arm(at: time.sinceBoot, accuracy: .milliseconds(100))
        } else {
            firmware.timer?.disarm()
        }
    }

    // MARK: - Everything else

    /// As `Keepsake.mend(below:)`.
    mutating func mendKeepsake() throws(Keepsake.Taken) -> Keepsake.Mended { try keepsake.mend(below: root) }

    mutating func remember(_ memory: Memory) { keepsake.remember(memory) }
    mutating func remember(_ probe: ProbeRecord, in scope: Memory.Scope) { keepsake.remember(probe, in: scope) }
    mutating func report(_ event: Event) { outbox.append(event) }

    mutating func hold(_ change: HoldChange) -> HoldReading? {
        holds.carryOut(change)
        keepSockets()
        return holds.reading
    }

    mutating func redraw(_ change: RedrawChange) -> RedrawReading? {
        let reading = redrawing.carryOut(change)
        keepSockets()
        return reading
    }

    /// Hands to the service manager the sockets that it does not keep yet. If it does not take all, tries again in a
    /// second.
    mutating func keepSockets() {
        let isKept = (holds: holds.keep(), table: redrawing.keep())
        if isKept != (true, true) { timers.keep?.arm(after: .seconds(1), accuracy: .milliseconds(250)) }
    }
}

extension Change {
    /// From the obstacle, if there was one.
    init(_ obstacle: Obstacle?) {
        self = obstacle.map(Change.refused) ?? .made
    }
}
