@testable import AmtguardCore

/// A guardian and its ground. The properties of the ground are also properties of the scene.
@dynamicMemberLookup
struct Scene {
    var guardian: Guardian
    private var ground: SceneGround

    /// A guardian that has read its surroundings and the list.
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

    /// The effects since the last call.
    mutating func told() -> [Effect] {
        defer { ground.effects = [] }
        return ground.effects
    }

    /// The events among these effects.
    mutating func toldEvents() -> [Event] {
        told().events
    }

    /// The events among these effects, by the names of their cases.
    mutating func toldNames() -> [String] { toldEvents().map(\.name) }

    /// One observation, and everything that follows from it.
    mutating func see(_ observation: Guardian.Observation) {
        guardian.observe(observation, on: &ground)
    }

    mutating func look(_ prompt: Prompt) {
        see(.list(ground.read(), prompt))
    }

    /// Another program replaces the list, and the watch shows this.
    mutating func overwrite(with ports: PortSet, by writer: Writer? = nil) {
        ground.list = ports
        ground.writers = writer.map { [$0] } ?? []
        guardian.lookAfterWrite(on: &ground)
    }

    /// Another program replaces the list, and a program in the kernel turns this into an addition.
    mutating func wish(replacing ports: PortSet, settling: Bool = true) {
        wish(.ports(ports), asking: ports, settling: settling)
    }

    /// Another program adds ports.
    mutating func wish(adding ports: PortSet) {
        ground.wish(Wish(replaces: false, isPrevented: false, .ports(ports), by: sysctl), ports)
        lookAfterWish(.watch)
    }

    /// Another program writes this text, which adds these ports or is refused.
    mutating func wish(_ text: Wish.Text, asking ports: PortSet?, settling: Bool = true) {
        ground.wish(Wish(replaces: true, isPrevented: true, text, by: sysctl), ports ?? "")
        if settling { lookAfterWish(.watch) }
    }

    mutating func lookAfterWish(_ prompt: Prompt) { guardian.look(prompt, on: &ground) }

    mutating func configure(_ configuration: Configuration) {
        see(.configuration(configuration, []))
    }

    /// Changes the configuration and looks at the list, as on SIGHUP.
    mutating func reload(_ change: (inout Configuration) -> Void) {
        var configuration = guardian.configuration
        change(&configuration)
        configure(configuration)
        look(.request)
    }
}

/// A ground whose list and holds are values, with a record of each effect.
struct SceneGround: Ground {
    var list: PortSet
    /// The time in seconds.
    var time: Double = 100
    /// The error of a write; `nil` for success.
    var refusal: Obstacle?
    /// The error of a look; `nil` for the list.
    var unreadable: Obstacle?
    /// The ports that each next addition loses at once, as in a collision of two writes.
    var losing: [PortSet] = []
    /// What is held, and what can't be held.
    var sockets = Sockets()
    /// The redraw table of the kernel.
    var table = RedrawReading(.absent)
    /// The error of loading it.
    var tableRefusal: RedrawReading.State?
    var remembered: Memory
    var effects: [Effect] = []
    /// What a program in the kernel has shown.
    var shown: Wishes?
    /// The writers that the watch names when the list is whole again; `nil` if it shows nothing.
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
    /// The error of binding a port.
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
    /// `ip_local_port_range`, as many tuning guides set it.
    static let wide = KernelChoice(ephemeralRange: 1024...65535, unprivilegedStart: 1024)
    /// The kernel's default.
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
    /// A board with Intel's chipset whose BIOS hides the engine, or that has none.
    static let hidden = Presence(
        pciFunctions: 9, heci: [], devices: [], offeringAMTHI: [], machine: Machine(chipset: .intel))
}
