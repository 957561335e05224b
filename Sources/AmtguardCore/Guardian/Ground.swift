/// Where a guardian's effects are carried out: on the machine, in virtual time, or on a terminal that shows what would
/// happen.
///
/// `Guardian.observe(_:on:)` is the only interpreter of effects. A ground carries out one action at a time; it decides
/// nothing, and never calls the guardian.
public protocol Ground: ~Copyable {
    /// The time of an observation.
    var now: Moment { get }

    /// Looks at the list.
    mutating func read() -> Reading
    /// Adds ports to the list.
    mutating func add(_ ports: PortSet) -> Change
    /// Removes ports from the list.
    mutating func remove(_ ports: PortSet) -> Change

    /// Whether the watch has events that were not taken yet.
    var hasEvents: Bool { get }
    /// Takes the events of the watch. Returns the other programs that wrote; `nil` if the events show no write of
    /// another program.
    mutating func takeWriters() -> [Writer]?
    /// Whether the watch shows what is written, by `wishes()`.
    var showsWishes: Bool { get }
    /// The writes that the watch has shown since `settle()`; `nil` if it does not show what was written. Must be called
    /// after `read()`.
    mutating func wishes() -> Wishes?
    /// Forgets the writes that `wishes()` has returned.
    mutating func settle()
    /// Makes the watch keep the required ports in the list when other programs replace it, or only show writes.
    mutating func prevent(_ isOn: Bool)
    /// Makes the watch wake the guard, or ignores the watch.
    mutating func watch(_ isOn: Bool)

    /// Records what must survive the process, before the next effect.
    mutating func remember(_ memory: Memory)
    /// Arranges a look at the list at this time, instead of one that was arranged before; `nil` for none.
    mutating func look(at time: Instant?)
    /// Audits this often from now on; `nil` for never.
    mutating func audit(every interval: Duration?)
    /// Releases holds and takes others. Returns what is held now; `nil` if this ground holds nothing.
    mutating func hold(_ change: HoldChange) -> HoldReading?
    /// Changes the redraw table. Returns what the kernel then shows of it; `nil` if this ground has none.
    mutating func redraw(_ change: RedrawChange) -> RedrawReading?
    /// Connects to the helper that asks the firmware. Returns why it can't; else the answer is observed later.
    mutating func askFirmware() -> FirmwareFailure?
    /// Closes the connection to the helper.
    mutating func abandonQuestion()
    /// Arranges that `firmwareDue` is observed at this time, instead of at the time arranged before; `nil` for never.
    mutating func wakeForFirmware(at time: Instant?)
    /// Records the last probe.
    mutating func remember(_ probe: ProbeRecord, in scope: Memory.Scope)
    /// Reports to the journal and the bus, now or later.
    mutating func report(_ event: Event)
}

/// Defaults for a ground that has no watch, no holds or no firmware, or that looks only once.
extension Ground where Self: ~Copyable {
    public var hasEvents: Bool { false }
    public mutating func takeWriters() -> [Writer]? { nil }
    public var showsWishes: Bool { false }
    public mutating func wishes() -> Wishes? { nil }
    public mutating func settle() {}
    public mutating func prevent(_ isOn: Bool) {}
    public mutating func watch(_ isOn: Bool) {}
    public mutating func look(at time: Instant?) {}
    public mutating func audit(every interval: Duration?) {}
    public mutating func hold(_ change: HoldChange) -> HoldReading? { nil }
    public mutating func redraw(_ change: RedrawChange) -> RedrawReading? { nil }
    public mutating func askFirmware() -> FirmwareFailure? { nil }
    public mutating func abandonQuestion() {}
    public mutating func wakeForFirmware(at time: Instant?) {}
    public mutating func remember(_ probe: ProbeRecord, in scope: Memory.Scope) {}
}

/// The result of changing the list.
public enum Change: Hashable, Sendable {
    /// The kernel accepted it. Only the next reading shows whether it has an effect.
    case made
    /// The ground has changed nothing; the obstacle says why.
    case refused(Obstacle)
    /// The ground does not change the list: it only shows what would happen.
    case omitted
}

extension Guardian {
    /// The most observations that one can lead to. If a list never shows what was added (a file was mounted over it),
    /// the guard must not loop for ever.
    private static var mostRounds: Int { 16 }

    /// Takes an observation and carries out what follows from it, until nothing more follows.
    public mutating func observe(_ first: Observation, on ground: inout some Ground & ~Copyable) {
        // Most observations lead to no other one.
        var due = carryOut(observe(first, at: ground.now), on: &ground)
        for _ in 1..<Self.mostRounds {
            guard !due.isEmpty else { return }
            due += carryOut(observe(due.removeFirst(), at: ground.now), on: &ground)
        }
        if !due.isEmpty { ground.look(at: ground.now.instant + .milliseconds(1)) }
    }

    /// Looks at the list, and carries out what follows. Returns what it saw.
    @discardableResult
    public mutating func look(_ prompt: Prompt, on ground: inout some Ground & ~Copyable) -> Reading {
        // This look replaces one that was arranged. It arranges another one if that is still needed.
        ground.look(at: nil)
        let reading = ground.read()
        // The watch is read after the list. If the list shows a write and the watch has its event by now, the write
        // does not count as unseen.
        if let wishes = ground.wishes() {
            observe(.wished(wishes), on: &ground)
        } else if prompt != .watch, ground.hasEvents {
            observe(.written(by: []), on: &ground)
        }
        observe(.list(reading, prompt), on: &ground)
        return reading
    }

    /// Looks at the list because the watch has an event, and asks for the writer only afterwards. Returns the last
    /// reading.
    @discardableResult
    public mutating func lookAfterWrite(on ground: inout some Ground & ~Copyable) -> Reading {
        let reading = look(.watch, on: &ground)
        // After a repair the writers are named already, and also if the watch shows what is written.
        guard !ground.showsWishes, ground.hasEvents else { return reading }
        // The event may belong to a write after that look. So another look follows after the event is taken.
        nameWriters(on: &ground)
        return look(.readBack, on: &ground)
    }

    /// Asks the watch who wrote the list.
    public mutating func nameWriters(on ground: inout some Ground & ~Copyable) {
        if let writers = ground.takeWriters() { observe(.written(by: writers), on: &ground) }
    }

    private mutating func carryOut(
        _ effects: [Effect], on ground: inout some Ground & ~Copyable
    ) -> [Observation] {
        var due: [Observation] = []
        for effect in effects { due += carryOut(effect, on: &ground) }
        return due
    }

    /// Carries out one effect. Returns the observations that it leads to.
    private mutating func carryOut(_ effect: Effect, on ground: inout some Ground & ~Copyable) -> [Observation] {
        switch effect {
        case .remember: ground.remember(memory)
        case .add(let ports): return outcome(of: ground.add(ports), on: &ground)
        case .remove(let ports): return outcome(of: ground.remove(ports), on: &ground)
        case .look(let time): ground.look(at: time)
        case .settle: ground.settle()
        case .prevent(let isOn): ground.prevent(isOn)
        case .watch(let isOn): ground.watch(isOn)
        case .audit(let interval): ground.audit(every: interval)
        case .hold(let change): return ground.hold(change).map { [.holds($0, .readBack)] } ?? []
        case .redraw(let change): return ground.redraw(change).map { [.redrawTable($0, .readBack)] } ?? []
        case .askFirmware: return ground.askFirmware().map { [.firmware(.failed($0))] } ?? []
        case .abandonQuestion: ground.abandonQuestion()
        case .wakeForFirmware(let time): ground.wakeForFirmware(at: time)
        case .rememberProbe(let probe): ground.remember(probe, in: scope)
        case .report(let event): ground.report(event)
        }
        return []
    }

    private mutating func outcome(of change: Change, on ground: inout some Ground & ~Copyable) -> [Observation] {
        switch change {
        case .made:
            // The list has all required ports again, so there is time to name the writer.
            nameWriters(on: &ground)
            let reading = ground.read()
            return (ground.wishes().map { [.wished($0)] } ?? []) + [.list(reading, .readBack)]
        case .refused(let obstacle): return [.refused(obstacle)]
        case .omitted: return []
        }
    }
}
