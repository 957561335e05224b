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
    public private(set) var violations: [String] = []
    /// How often each thing happened. A run that met too few of them shows nothing.
    public private(set) var tally: [String: Int] = [:]

    private var guardian: Guardian
    private var ground: StormGround
    private let answers: [[UInt8]]
    /// The accepted configuration.
    private var configuration = Configuration()
    /// When single repairs were reported, within the last minute.
    private var repairs: [Instant] = []
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

// MARK: - What happens

extension Storm {
    private mutating func happen() {
        switch ground.random.below(100) {
        case 0..<25: write()
        case 25..<45: pass()
        case 45..<49: look(.request)
        case 49..<50: stop()
        case 50..<55: jump()
        case 55..<60: observePresence()
        case 60..<68: observeFirmware()
        case 68..<74: observeInterfaces()
        case 74..<79: observeTranslation()
        case 79..<84: observeSockets()
        case 84..<88: configure()
        case 88..<91: observeChoice()
        case 91..<93: changeWatch()
        case 93..<95: restart()
        case 95..<96: see(.deviceChanged)
        case 96..<97: see(.resumed)
        case 97..<98: see(.runtimeDirectory(problem: chance(0.5) ? "No space left on device" : nil))
        case 98..<99: loseHolds()
        default: alterTable()
        }
    }

    /// Another program writes the list: ports that never existed before, and sometimes some of the required ones. The
    /// watch may show it.
    private mutating func write() {
        count("write")
        let mark = 20_000 + UInt16(truncatingIfNeeded: ground.list.strangersWrites % 40_000)
        var ports = PortSet(mark...mark)
        for port: UInt16 in [623, 16992, 16995, 8080] where chance(0.1) { ports = ports.union(PortSet(port...port)) }
        if chance(0.7) { ground.list.replace(with: ports) } else { ground.list.join(ports) }
        guard ground.watch.kind != .none, chance(0.8) else { return }
        ground.isShown = true
        if ground.isListening { lookAfterWrite() }
    }

    /// Time passes, up to what the guardian has arranged.
    private mutating func pass() {
        let arranged = [ground.nextLook, ground.nextAudit, ground.firmwareAt].compactMap { $0 }.min()
        let next = ground.clock + .milliseconds(1 + ground.random.below(5_000))
        guard let arranged, arranged <= next else { return ground.clock = next }
        ground.clock = max(ground.clock, arranged)
        if let look = ground.nextLook, look <= ground.clock {
            ground.nextLook = nil
            self.look(.token)
        } else if let due = ground.firmwareAt, due <= ground.clock {
            ground.firmwareAt = nil
            see(.firmwareDue)
        } else {
            audit()
        }
    }

    /// All that the daemon looks at when an audit is due.
    private mutating func audit() {
        ground.nextAudit = ground.auditEvery.map { ground.clock + $0 }
        look(.audit)
        see(.holds(HoldReading(held: ground.held), .audit))
        see(.redrawTable(ground.table, .audit))
    }

    /// The machine sleeps, or the administrator sets the wall clock.
    private mutating func jump() {
        if chance(0.5) {
            ground.clock = ground.clock + .seconds(ground.random.below(100_000))
        } else {
            ground.epoch += Int64(ground.random.below(2_000_000)) - 1_000_000
        }
    }

    private mutating func observePresence() {
        let hidden = Presence(pciFunctions: 20, heci: [], devices: [], offeringAMTHI: [])
        see(.presence(chance(0.7) ? .withAMT : hidden))
    }

    /// The helper's answer, with some of its bytes changed; or none.
    private mutating func observeFirmware() {
        guard ground.isAsked else { return see(.firmwareDue) }
        ground.isAsked = false
        count("answer")
        guard var bytes = answers.randomElement(using: &ground.random), chance(0.8) else {
            let failures: [FirmwareFailure] = [.ended, .tooLong, .abandoned, .malformed("line 1")]
            return see(.firmware(.failed(failures.randomElement(using: &ground.random) ?? .ended)))
        }
        for _ in 0..<ground.random.below(3) where !bytes.isEmpty {
            bytes[ground.random.below(bytes.count)] = UInt8(truncatingIfNeeded: ground.random.below(256))
        }
        see(.firmware(FirmwareInquiry(reply: bytes)))
    }

    private mutating func observeInterfaces() {
        guard chance(0.9) else { return see(.interfaces(nil, failure())) }
        let addresses = (1...3).filter { _ in chance(0.6) }.map { IPv4Address(bits: 0xC000_0200 + UInt32($0)) }
        let card = HostInterface(
            index: 2, name: "eno1", mac: MACAddress("00:1b:21:aa:bb:cc"), ipv4: addresses)
        see(.interfaces(chance(0.9) ? [card] : []))
    }

    private mutating func observeTranslation() {
        let chain = Translation.Chain(family: "ip", table: "nat", name: "POSTROUTING")
        if chance(0.7) {
            let chains = chance(0.7) ? [chain] : []
            see(.translation(Translation(chains: chains, hasLegacyTable: false, tracks: chance(0.5))))
        } else {
            see(.translation(Translation(chains: nil, hasLegacyTable: nil, gap: "Operation not permitted")))
        }
        let flow = TranslatedFlow(
            .tcp, from: .init(.v4(IPv4Address(bits: 0xAC11_0002)), port: 40_000),
            to: .init(.v4(IPv4Address(bits: 0xC633_6401)), port: 443),
            as: .init(.v4(IPv4Address(bits: 0xC000_0201)), port: port()))
        see(chance(0.8) ? .flows(FlowReading(chance(0.5) ? [flow] : [])) : .flows(nil, failure()))
    }

    private mutating func observeSockets() {
        guard chance(0.85) else { return see(.sockets(nil, failure())) }
        let states: [LocalSocket.State] = [.bound, .listening, .synSent, .established, .finWait1]
        let sockets = (0..<ground.random.below(4)).map { _ in
            LocalSocket(
                .tcp, .v4(IPv4Address(bits: 0xC000_0201)), port: port(),
                states.randomElement(using: &ground.random) ?? .bound,
                to: .init(.v4(IPv4Address(bits: 0xC633_6401)), port: 443), uid: 0,
                retransmissions: UInt8(ground.random.below(8)))
        }
        see(.sockets(SocketReading(sockets.sorted { $0.port < $1.port })))
    }

    private mutating func configure() {
        var configuration = Configuration()
        configuration.mode = Configuration.Mode.allCases.randomElement(using: &ground.random) ?? .auto
        configuration.onStop = chance(0.5) ? .release : .keep
        if chance(0.3) { configuration.extraPorts = PortSet(5_900...5_901) }
        guard chance(0.8) else {
            let file = ConfigurationFile(path: "/etc/amtguard.conf", content: .unreadable("this is a directory"))
            see(.configuration(configuration, Configuration.salvage([file]).1))
            return look(.request)
        }
        count(configuration.mode == .observe ? "observe" : "reload")
        // Another mode begins another series of overwrites.
        if configuration.mode != self.configuration.mode { repairs = [] }
        self.configuration = configuration
        see(.configuration(configuration, []))
        look(.request)
    }

    private mutating func observeChoice() {
        see(chance(0.8) ? .choice(chance(0.5) ? .wide : .narrow) : .choice(nil, failure()))
    }

    private mutating func changeWatch() {
        let kinds: [Watch.Kind] = [.fanotify, .inotify, .none]
        ground.watch = Watch(kinds.randomElement(using: &ground.random) ?? .none)
        (ground.isShown, ground.isListening) = (false, true)  // The events of the former watch are gone.
        see(.watch(ground.watch))
    }

    /// The sockets are gone: the service manager lost them, or descriptors ran out.
    private mutating func loseHolds() {
        for hold in ground.held.keys.sorted() where chance(0.5) { ground.held[hold] = nil }
        see(.holds(HoldReading(held: ground.held), .audit))
    }

    /// Another program flushes all rules, or changes the table.
    private mutating func alterTable() {
        let states: [RedrawReading.State] = [.absent, .altered, .foreign(owner: "firewalld")]
        ground.table = RedrawReading(states.randomElement(using: &ground.random) ?? .absent)
        see(.redrawTable(ground.table, .audit))
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
    private mutating func restart() {
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
    private mutating func stop() {
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
    private var recorded: Memory {
        Memory(parsing: ground.record, scope: Self.scope) ?? Memory(scope: Self.scope)
    }

    private mutating func see(_ observation: Guardian.Observation) {
        guard !ground.isDead else { return }
        guardian.observe(observation, on: &ground)
    }

    private mutating func look(_ prompt: Prompt) {
        guard !ground.isDead else { return }
        guardian.look(prompt, on: &ground)
    }

    private mutating func lookAfterWrite() {
        guard !ground.isDead else { return }
        guardian.lookAfterWrite(on: &ground)
    }
}

// MARK: - The promises

extension Storm {
    private mutating func judge() {
        let stolen = ground.list.stolen
        if !stolen.isEmpty { violate("removed \(stolen), which others had put there") }
        for fault in ground.faults { violate(fault) }
        takeEvents()
        while let first = repairs.first, ground.clock - first > .seconds(60) { repairs.removeFirst() }
        let lines = repairs.count
        // Five of a series, and the one that the first look of a process finds.
        if lines > 6 { violate("\(lines) lines on single repairs within a minute") }
        if let seen = ground.seen {
            for breach in seen.breaches(owned: guardian.memory.ownership.owned) { violate(breach) }
        }
        if recorded.ownership != guardian.memory.ownership { violate("a successor would own other ports") }
        if steps.isMultiple(of: 257) { judgeReport() }
    }

    private mutating func takeEvents() {
        for event in ground.events {
            if case .repaired = event { repairs.append(ground.clock) }
            if let kind = event.kind { count(kind) }
        }
        ground.events.removeAll(keepingCapacity: true)
    }

    /// What is told is what was seen.
    private mutating func judgeReport() {
        let status = guardian.status
        let told = status.ports.reserved, seen = ground.seen?.ports.description
        if told != seen { violate("tells \(told ?? "nothing"), saw \(seen ?? "nothing")") }
        let held = Set(status.holds.filter { $0.state == "held" }.map { "\($0.address):\($0.port)/\($0.protocol)" })
        let invented = held.subtracting(ground.held.keys.map(\.description))
        if !invented.isEmpty { violate("tells of holds that it does not have: \(invented.sorted())") }
        for line in status.text where line.value.contains("\n") { violate("a fact of several lines: \(line.value)") }
    }

    /// After a quiet interval nothing is wrong any more.
    private mutating func judgeQuiet() {
        let status = guardian.status
        if status.contested { violate("still contested after quiet minutes") }
        if status.verdict == .exposed { violate("still exposed: \(status.reasons.map(\.says))") }
        let refused = status.holds.filter { $0.state != "held" }
        if !refused.isEmpty { violate("holds are missing though nothing is in their way: \(refused.map(\.address))") }
        let isInForce = ground.table.table != nil
        if let told = status.nat?.inForce, told != isInForce { violate("tells that the table is in force: \(told)") }
    }

    private mutating func violate(_ promise: String) {
        guard violations.count < 20, !violations.contains(where: { $0.hasSuffix(": \(promise)") }) else { return }
        violations.append("seed \(seed), step \(steps): \(promise)")
    }

    private mutating func count(_ what: String) { tally[what, default: 0] += 1 }
    private mutating func chance(_ probability: Double) -> Bool { ground.random.chance(probability) }

    private mutating func port() -> UInt16 {
        ([623, 664, 16_992, 16_993, 16_994, 16_995] as [UInt16]).randomElement(using: &ground.random) ?? 623
    }

    private mutating func failure() -> ReadingFailure {
        let failures: [ReadingFailure] = [.missing, .noDescriptor, .failed("Input/output error")]
        return failures.randomElement(using: &ground.random) ?? .missing
    }
}

extension Presence {
    fileprivate static let withAMT = Presence(
        pciFunctions: 20, heci: ["0000:00:16.0"], devices: [], offeringAMTHI: ["0000:00:16.0"])
}

extension KernelChoice {
    fileprivate static let wide = KernelChoice(ephemeralRange: 1_024...65_535, unprivilegedStart: 1_024)
    fileprivate static let narrow = KernelChoice(ephemeralRange: 32_768...60_999, unprivilegedStart: 1_024)
}

extension SplitMix64 {
    fileprivate mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
}

extension Event {
    /// A word for those that a run should have met.
    fileprivate var kind: String? {
        switch self {
        case .repaired: "repaired"
        case .contested: "contested"
        case .obstructed: "obstructed"
        case .amt: "amt"
        case .held: "held"
        case .unheld: "unheld"
        case .redrawing: "redrawing"
        case .redrawObstructed: "redraw-obstructed"
        case .victim: "victim"
        case .translatedVictim: "translated-victim"
        default: nil
        }
    }
}
