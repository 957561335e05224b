@testable import AmtguardCore

/// A guardian and its ground. What is said of the ground can be said of the scene.
@dynamicMemberLookup
struct Scene {
    var guardian: Guardian
    private var ground: SceneGround

    /// A guardian that has looked around and at the list.
    init(
        list: PortSet = "", remembering memory: Memory = Memory(scope: scope),
        configuration: Configuration = Configuration(), watch: Watch = Watch(.fanotify),
        choice: KernelChoice? = .wide, presence: Presence? = .csme, looking: Bool = true
    ) {
        guardian = Guardian(remembering: memory)
        ground = SceneGround(list: list, remembered: memory)
        configure(configuration)
        if let presence { see(.presence(presence)) }
        see(.choice(choice))
        see(.watch(watch))
        if looking { look(.request) }
    }

    subscript<Value>(dynamicMember path: WritableKeyPath<SceneGround, Value>) -> Value {
        get { ground[keyPath: path] }
        set { ground[keyPath: path] = newValue }
    }

    /// The time in seconds.
    var now: Double {
        get { ground.time }
        set { ground.time = newValue }
    }

    var status: Status { guardian.status }
    var owned: PortSet { guardian.memory.ownership.owned }

    /// What was asked for since the last time somebody wanted to know.
    mutating func told() -> [Effect] {
        defer { ground.effects = [] }
        return ground.effects
    }

    /// The events among it.
    mutating func toldEvents() -> [Event] {
        told().events
    }

    /// The events among it, by the names of their cases.
    mutating func toldNames() -> [String] { toldEvents().map(\.name) }

    /// One observation, and whatever comes of it.
    mutating func see(_ observation: Guardian.Observation) {
        guardian.observe(observation, on: &ground)
    }

    mutating func look(_ prompt: Prompt) {
        see(.list(ground.read(), prompt))
    }

    /// Somebody replaces the list, and the watch shows it.
    mutating func overwrite(with ports: PortSet, by writer: Writer? = nil) {
        ground.list = ports
        ground.writers = writer.map { [$0] } ?? []
        guardian.lookAfterWrite(on: &ground)
    }

    /// Somebody replaces the list, and a program in the kernel makes it add.
    mutating func wish(replacing ports: PortSet, settling: Bool = true) {
        wish(.ports(ports), asking: ports, settling: settling)
    }

    /// Somebody adds.
    mutating func wish(adding ports: PortSet) {
        ground.wish(Wish(replaces: false, isPrevented: false, .ports(ports), by: sysctl), ports)
        lookAfterWish(.watch)
    }

    /// Somebody writes this text, and it adds these ports, or is refused.
    mutating func wish(_ text: Wish.Text, asking ports: PortSet?, settling: Bool = true) {
        ground.wish(Wish(replaces: true, isPrevented: true, text, by: sysctl), ports ?? "")
        if settling { lookAfterWish(.watch) }
    }

    mutating func lookAfterWish(_ prompt: Prompt) { guardian.look(prompt, on: &ground) }

    mutating func configure(_ configuration: Configuration) {
        see(.configuration(configuration, []))
    }

    /// The configuration is another one, and the list is looked at, as on SIGHUP.
    mutating func reload(_ change: (inout Configuration) -> Void) {
        var configuration = guardian.configuration
        change(&configuration)
        configure(configuration)
        look(.request)
    }
}

/// A list and holds that are values, and a note of each effect.
struct SceneGround: Ground {
    var list: PortSet
    /// The time in seconds.
    var time: Double = 100
    /// What a write meets, if not success.
    var refusal: Obstacle?
    /// What a look meets, if not the list.
    var unreadable: Obstacle?
    /// What each next addition loses at once: two writes that met.
    var losing: [PortSet] = []
    /// What is held, and what can't be.
    var sockets = Sockets()
    /// The redraw table of the kernel.
    var table = RedrawReading(.absent)
    /// What loading it meets.
    var tableRefusal: RedrawReading.State?
    var remembered: Memory
    var effects: [Effect] = []
    /// What a program in the kernel has shown.
    var shown: Wishes?
    /// Whom the watch will name, when the list is whole again and there is time to ask; `nil` where it shows nothing.
    var writers: [Writer]?

    init(list: PortSet, remembered: Memory) {
        self.list = list
        self.remembered = remembered
    }

    var now: Moment { at(time) }
    var hasEvents: Bool { writers != nil }

    mutating func read() -> Reading { unreadable.map(Reading.obstacle) ?? .ports(list) }

    mutating func add(_ ports: PortSet) -> Change {
        effects.append(.add(ports))
        if let refusal { return .refused(refusal) }
        list = list.union(ports)
        if !losing.isEmpty { list = list.subtracting(losing.removeFirst()) }
        return .made
    }

    mutating func remove(_ ports: PortSet) -> Change {
        effects.append(.remove(ports))
        if let refusal { return .refused(refusal) }
        list = list.subtracting(ports)
        return .made
    }

    mutating func wish(_ wish: Wish, _ ports: PortSet) {
        shown = Wishes((shown?.wishes ?? []) + [wish], lost: shown?.lost ?? 0)
        list = list.union(ports)
    }

    var showsWishes: Bool { shown != nil }
    mutating func wishes() -> Wishes? { shown }
    mutating func settle() { shown = Wishes() }
    mutating func prevent(_ isOn: Bool) { effects.append(.prevent(isOn)) }

    mutating func takeWriters() -> [Writer]? { writers.take() }

    mutating func remember(_ memory: Memory) {
        effects.append(.remember)
        remembered = memory
    }

    mutating func hold(_ change: HoldChange) -> HoldReading? {
        effects.append(.hold(change))
        return sockets.carryOut(change)
    }

    mutating func redraw(_ change: RedrawChange) -> RedrawReading? {
        effects.append(.redraw(change))
        switch change {
        case .load(let wanted) where table.table == wanted: break
        case .load(let wanted): table = RedrawReading(tableRefusal ?? .inForce(wanted), isOwned: tableRefusal == nil)
        case .unload: table = RedrawReading(.absent)
        }
        return table
    }

    mutating func look(at time: Instant?) { if let time { effects.append(.look(at: time)) } }
    mutating func watch(_ isOn: Bool) { effects.append(.watch(isOn)) }
    mutating func audit(every interval: Duration?) { effects.append(.audit(every: interval)) }
    mutating func wakeForFirmware(at time: Instant?) { effects.append(.wakeForFirmware(at: time)) }
    mutating func abandonQuestion() { effects.append(.abandonQuestion) }

    mutating func askFirmware() -> FirmwareFailure? {
        effects.append(.askFirmware)
        return nil
    }

    mutating func remember(_ probe: ProbeRecord, in scope: Memory.Scope) { effects.append(.rememberProbe(probe)) }
    mutating func report(_ event: Event) { effects.append(.report(event)) }
}

/// The holds of a daemon, without sockets.
struct Sockets {
    var reading = HoldReading()
    /// What binding a port meets.
    var obstacles: [Hold: HoldObstacle] = [:]

    mutating func carryOut(_ change: HoldChange) -> HoldReading {
        reading.refused = [:]
        for hold in change.release { reading.held[hold] = nil }
        for hold in change.take {
            reading.refused[hold] = obstacles[hold]
            if obstacles[hold] == nil { reading.held[hold] = change.isShared }
        }
        return reading
    }
}

extension Effect {
    var isLook: Bool { if case .look = self { true } else { false } }
}

extension [Effect] {
    var additions: [PortSet] { compactMap { if case .add(let ports) = $0 { ports } else { nil } } }
    var removals: [PortSet] { compactMap { if case .remove(let ports) = $0 { ports } else { nil } } }
    var events: [Event] { compactMap { if case .report(let event) = $0 { event } else { nil } } }
}

extension Event {
    /// The name of its `MessageID`.
    var name: String {
        journalEntry.messageID.flatMap(MessageID.init).map { "\($0)" } ?? "?"
    }
}

extension KernelChoice {
    /// `ip_local_port_range` as many tuning guides set it.
    static let wide = KernelChoice(ephemeralRange: 1024...65535, unprivilegedStart: 1024)
    /// As the kernel sets it.
    static let usual = KernelChoice(ephemeralRange: 32768...60999, unprivilegedStart: 1024)
}

extension Presence {
    /// A business laptop.
    static let csme = Presence(
        pciFunctions: 21, heci: ["0000:00:16.0"],
        devices: [
            Device(
                name: "mei0", kind: "mei", state: "ENABLED", firmwareVersion: "16.1.25.2124", parent: "0000:00:16.0")
        ], offeringAMTHI: ["0000:00:16.0"])
    /// An AMD board.
    static let without = Presence(
        pciFunctions: 9, heci: [], devices: [], offeringAMTHI: [], machine: Machine(chipset: .other("0x1022")))
    /// A board of Intel's whose BIOS hides the engine, or that has none.
    static let hidden = Presence(
        pciFunctions: 9, heci: [], devices: [], offeringAMTHI: [], machine: Machine(chipset: .intel))
}
