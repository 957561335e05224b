import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import Glibc
import SystemPackage

/// The shell around the guardian: readings in, effects out, one thing after the other on one thread.
///
/// Whatever is registered with the loop is a property: it would end with its last use otherwise.
final class Daemon {
    let loop: EventLoop
    let root: RootDirectory
    var guardian: Guardian
    var teller: Teller

    private let loader: ConfigurationLoader
    /// Where the socket of the bus lies, below `--root`.
    private var busDirectory: Descriptor?
    private var driver: ListDriver
    private var keepsake: Keepsake
    private var face: BusFace?
    private var watchdog: Watchdog?
    private var sources = Sources()
    private var audit: Duration?
    private var published: Status?
    private var publishedAt = Duration.zero
    /// What happened and was not told yet.
    private var outbox: [Event] = []
    private var line = ""
    private var restedAt = Status.Repairs(count: 0)

    /// What the loop calls.
    private struct Sources: ~Copyable {
        var watch: EventSource?
        var audit: Timer?
        var look: Timer?
        var survey: Timer?
        var publish: Timer?
        var hangUp: EventSource?
        var terminate: EventSource?
        var interrupt: EventSource?
        var devices: DeviceMonitor?
        var busDirectory: EventSource?
    }

    /// Opens what can be opened. Nothing is read of the list yet, and nothing is written.
    ///
    /// - Throws: `Keepsake.Taken` where another daemon guards already.
    init(_ invocation: Invocation) throws {
        teller = Teller()
        loop = try EventLoop()
        root = try invocation.openRoot()
        loader = ConfigurationLoader(only: invocation.configuration)
        keepsake = try Keepsake(below: root)
        driver = ListDriver(adopting: Arming.receive())
        guardian = Guardian(remembering: keepsake.recall(in: .current))
    }

    /// Guards until it is told to stop.
    ///
    /// - Returns: The exit status.
    func run() throws -> CInt {
        try attach()
        configure()
        observe(.watch(driver.watched))
        observe(.runtimeDirectory(problem: keepsake.problem))
        survey(.request)
        observe(.started)
        publish()
        ServiceManager.ready(status: status.line)
        ProgramMemory.giveBack()
        return try loop.run()
    }

    private func attach() throws {
        sources.audit = try loop.timer("audit") { [unowned self] in
            arrangeAudit()
            survey(.audit)
            rest()
            finish()
        }
        sources.look = try loop.timer("look", priority: .urgent) { [unowned self] in
            look(driver.hasEvents ? .watch : .token)
            finish()
        }
        sources.survey = try loop.timer("survey") { [unowned self] in
            survey(.request)
            finish()
        }
        sources.publish = try loop.timer("publish", priority: .idle) { [unowned self] in
            tell()
            finish()
        }
        sources.hangUp = try loop.onSignal(SIGHUP, "hang-up") { [unowned self] in
            ServiceManager.reloading()
            reload()
            ServiceManager.ready(status: status.line)
        }
        sources.terminate = try loop.onSignal(SIGTERM, "terminate") { [unowned self] in stop() }
        sources.interrupt = try loop.onSignal(SIGINT, "interrupt") { [unowned self] in stop() }
        watchdog = try Watchdog(on: loop)
        listen()
        // Without either of these the audit sees what it sees.
        sources.devices = try? DeviceMonitor(subsystems: ["mei", "pci"], on: loop) { [unowned self] in
            // At boot they come by the dozen.
            sources.survey?.arm(after: .milliseconds(100))
        }
        connect()
    }

    /// Goes on the bus: the machine's own, or that of the tree below `--root`, once it has one.
    private func connect() {
        guard face == nil else { return }
        var address: String?
        if root.isTree, !SystemBus.isAddressGiven {
            guard let directory = try? root.openDirectory("/run/dbus") else { return awaitBusDirectory() }
            address = SystemBus.address(in: directory.fileDescriptor)
            busDirectory = consume directory
            sources.busDirectory = nil
        }
        face = BusFace(of: self, address: address, isAlone: keepsake.isLocked)
    }

    /// Below `--root` the bus comes with its directory; of itself libsystemd waits for it.
    private func awaitBusDirectory() {
        guard let directory = try? root.openDirectory("/run") else { return }
        let path = FilePath("/proc/self/fd/\(directory.fileDescriptor.rawValue)")
        sources.busDirectory = try? loop.onArrival(in: path, "bus-directory") { [unowned self] in connect() }
    }

    /// Lets the loop wake us for writes.
    private func listen() {
        sources.watch = nil
        guard let descriptor = driver.watchedDescriptor else { return }
        sources.watch = try? loop.onReadable(descriptor, "watch", priority: .urgent) { [unowned self] in
            look(.watch)
            // What is drained may be the event of a write that came after that look: only one behind it sees all.
            nameWriters()
            look(.readBack)
            finish()
        }
    }
}

// MARK: - Observing

extension Daemon {
    /// Looks at everything that has no event of its own, and at the list.
    func survey(_ prompt: Prompt) {
        if !driver.isComplete {
            sources.watch = nil
            driver.retry()
            observe(.watch(driver.watched))
            listen()
        }
        observe(.presence(readPresence(in: root)))
        observe(.choice(try? KernelChoiceReader().read()))
        look(prompt)
    }

    /// What is done at an audit because we are awake: it costs no wake-up of its own.
    private func rest() {
        watchdog?.beat()
        connect()
        face?.lookAfterConnection()
        if guardian.status.repairs != restedAt {
            restedAt = guardian.status.repairs
            ProgramMemory.giveBack()
        }
    }

    private func look(_ prompt: Prompt) {
        observe(.list(driver.read(), prompt))
    }

    /// Takes an observation to the guardian and does what it says, and so on until it has nothing more to say.
    private func observe(_ first: Guardian.Observation) {
        var next: Guardian.Observation? = first
        // A list that never shows what was added (a file was mounted over it) must not keep the loop busy.
        for _ in 0..<Self.mostRounds {
            guard let observation = next else { return }
            next = nil
            for effect in guardian.observe(observation, at: .now()) {
                if let outcome = perform(effect) { next = outcome }
            }
        }
        if next != nil { sources.look?.arm(after: .milliseconds(1)) }
    }

    private static let mostRounds = 16
    private static let mostUntold = 256

    /// Carries out one effect; what comes of it is the next thing to observe.
    private func perform(_ effect: Effect) -> Guardian.Observation? {
        switch effect {
        case .remember: keepsake.remember(guardian.memory)
        case .add(let ports): return outcome(of: driver.add(ports))
        case .remove(let ports): return outcome(of: driver.remove(ports))
        case .look(let time): sources.look?.arm(at: time.sinceBoot)
        case .watch(let on): sources.watch?.setEnabled(on)
        case .audit(let interval):
            audit = interval
            arrangeAudit()
        case .report(let event):
            outbox.append(event)
            if outbox.count >= Self.mostUntold { tell() }
        }
        return nil
    }

    private func outcome(of obstacle: Obstacle?) -> Guardian.Observation {
        if let obstacle { return .refused(obstacle) }
        nameWriters()
        return .list(driver.read(), .readBack)
    }

    /// Only now, with the list whole again, there is time to find out who wrote it.
    private func nameWriters() {
        for writer in driver.writers() { observe(.writer(writer)) }
    }

    private func arrangeAudit() {
        guard let audit else {
            sources.audit?.disarm()
            return
        }
        sources.audit?.arm(after: audit, accuracy: audit / 20)
    }
}

// MARK: - Being told

extension Daemon {
    /// Reads the configuration again and looks at everything.
    ///
    /// - Returns: What a person should look at.
    @discardableResult
    func reload() -> [ConfigurationProblem] {
        let problems = configure()
        survey(.request)
        publish()
        return problems
    }

    @discardableResult
    private func configure() -> [ConfigurationProblem] {
        let (configuration, problems) = loader.load(below: root)
        observe(.configuration(configuration, problems))
        return problems
    }

    /// Somebody asked: looks at everything, now.
    func check() {
        survey(.request)
        publish()
    }

    /// The JSON of `Describe()`. What it tells is never older than a second, so a host that just woke up is not stale.
    func describe() -> String {
        let now = Moment.now().instant.sinceBoot.microseconds
        if now - status.observed.bootUSec > 1_000_000 { check() }
        return status.json.description
    }

    /// Another daemon has the bus name, and no lock says that we were first.
    func giveWay() {
        tell()
        teller.tell(.error, "Another amtguardd guards this host already.")
        loop.exit(1)
    }

    func warn(_ message: String) {
        teller.tell(.warning, message)
    }

    /// Ends the loop, keeping or releasing what is owned.
    private func stop() {
        ServiceManager.stopping()
        observe(.stopping)
        look(.readBack)
        publish()
        keepsake.withdrawStatus()
        face?.flush()
        loop.exit()
    }
}

// MARK: - Publishing

extension Daemon {
    /// Ends what the loop woke us for: tells it in a moment, and what has merely changed ten times a second at most.
    ///
    /// Not at once: the program that wrote the list may be waiting for this very processor, and would find the list
    /// whole only when all is told, which takes ten times as long as the repair.
    private func finish() {
        let now = Moment.now().instant.sinceBoot
        let due = outbox.isEmpty ? publishedAt + .milliseconds(100) : now + .milliseconds(1)
        if due <= now { publish() } else { sources.publish?.arm(at: due) }
    }

    /// Tells what happened.
    private func tell() {
        let events = outbox
        outbox = []
        for event in events {
            teller.tell(event.journalEntry)
            face?.announce(event)
        }
    }

    /// The status as the bus tells it.
    var status: Status { published ?? guardian.status }

    /// Tells what happened, and tells the state file, the service manager and the bus what is so, where it is something
    /// else than before.
    private func publish() {
        tell()
        publishedAt = Moment.now().instant.sinceBoot
        let former = published
        var status = guardian.status
        guard status != former else { return }
        keepsake.write(status, guardian.memory)
        observe(.runtimeDirectory(problem: keepsake.problem))
        if guardian.status != status {
            // Whether it could be written is part of what is to be told.
            tell()
            status = guardian.status
            keepsake.write(status, guardian.memory)
        }
        published = status
        if status.line != line, ServiceManager.status(status.line) || !ServiceManager.isSupervised {
            line = status.line
        }
        face?.announce(status, after: former)
    }
}
