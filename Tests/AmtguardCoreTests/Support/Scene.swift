import AmtguardCore

/// A guardian with a list before it and the daemon's manners around it: effects in order, then another look.
struct Scene {
    var guardian: Guardian
    var list: PortSet
    var now: Double = 100
    /// What a write meets, if not success.
    var refusal: Obstacle?
    /// What a look meets, if not the list.
    var unreadable: Obstacle?
    /// What each next addition loses at once: two writes that met.
    var losing: [PortSet] = []
    /// What is held, and what can't be.
    var sockets = Sockets()
    private(set) var remembered: Memory
    private var effects: [Effect] = []
    /// Whom the watch will name, when the list is whole again and there is time to ask; `nil` where it shows nothing.
    private var writers: [Writer]?

    /// A guardian that has looked around and at the list.
    init(
        list: PortSet = "", remembering memory: Memory = Memory(scope: scope),
        configuration: Configuration = Configuration(), watch: Watch = Watch(.fanotify),
        choice: KernelChoice? = .wide, presence: Presence? = .csme, looking: Bool = true
    ) {
        guardian = Guardian(remembering: memory)
        remembered = memory
        self.list = list
        configure(configuration)
        if let presence { see(.presence(presence)) }
        see(.choice(choice))
        see(.watch(watch))
        if looking { look(.request) }
    }

    var status: Status { guardian.status }
    var owned: PortSet { guardian.memory.ownership.owned }

    /// What was asked for since the last time somebody wanted to know.
    mutating func told() -> [Effect] {
        defer { effects = [] }
        return effects
    }

    /// The events among it.
    mutating func toldEvents() -> [Event] {
        told().events
    }

    /// The events among it, by the names of their cases.
    mutating func toldNames() -> [String] { toldEvents().map(\.name) }

    /// One observation, and whatever comes of it.
    mutating func see(_ first: Guardian.Observation) {
        var due = [first]
        while !due.isEmpty {
            for effect in guardian.observe(due.removeFirst(), at: at(now)) {
                effects.append(effect)
                if let outcome = carryOut(effect) { due.append(outcome) }
            }
        }
    }

    mutating func look(_ prompt: Prompt) {
        see(.list(unreadable.map(Reading.obstacle) ?? .ports(list), prompt))
    }

    /// Somebody replaces the list, and the watch shows it.
    mutating func overwrite(with ports: PortSet, by writer: Writer? = nil) {
        list = ports
        writers = writer.map { [$0] } ?? []
        look(.watch)
        name()
        look(.readBack)
    }

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

    private mutating func carryOut(_ effect: Effect) -> Guardian.Observation? {
        switch effect {
        case .remember: remembered = guardian.memory
        case .add(let ports):
            if let refusal { return .refused(refusal) }
            list = list.union(ports)
            if !losing.isEmpty { list = list.subtracting(losing.removeFirst()) }
            return readBack()
        case .remove(let ports):
            if let refusal { return .refused(refusal) }
            list = list.subtracting(ports)
            return readBack()
        case .hold(let change): return .holds(sockets.carryOut(change), .readBack)
        case .look, .watch, .audit, .report: break
        }
        return nil
    }

    private mutating func readBack() -> Guardian.Observation {
        name()
        return .list(.ports(list), .readBack)
    }

    private mutating func name() {
        if let writers { effects += guardian.observe(.written(by: writers), at: at(now)) }
        writers = nil
    }
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
    /// The key of `MessageID.all`.
    var name: String {
        let id = journalEntry.messageID
        return MessageID.all.first { $0.value == id }?.key ?? "?"
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
    /// A virtual machine, an AMD board.
    static let without = Presence(pciFunctions: 9, heci: [], devices: [], offeringAMTHI: [])
}
