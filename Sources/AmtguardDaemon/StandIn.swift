import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import Glibc
import SystemPackage

/// `--during COMMAND`: guards the list while a command runs that stops the daemon for a moment, such as a restart.
///
/// It takes turns with the daemon: the process with the lock repairs. If ports are missing and no process has the lock,
/// the stand-in takes it for the length of one repair. It starts from the last record, and records what it adds, so
/// that the next daemon or `--release` can remove it. It never removes anything from the list.
final class StandIn {
    /// The command can't be started; one line.
    struct NotStarted: Error, CustomStringConvertible {
        let description: String
        /// As in a shell: 127 if there is no such command, else 126.
        let status: CInt
    }

    /// When to look again while a daemon has the lock: by then the daemon has repaired, or has ended.
    private static let shortest = Duration.microseconds(200)
    /// The latest time to look again, even if the watch reports nothing: it misses writes through another procfs mount.
    fileprivate static let longest = Duration.milliseconds(2)
    private let loop: EventLoop
    private let root: RootDirectory
    private var guardian: Guardian
    private var ground: StandInGround
    private var command: Command?
    private var sources = Sources()
    private var pause = StandIn.shortest
    private var told: String?

    private struct Sources: ~Copyable {
        var end: EventSource?
        var hangUp: EventSource?
        var interrupt: EventSource?
        var terminate: EventSource?
    }

    init(_ invocation: Invocation) throws {
        loop = try EventLoop()
        let root = try invocation.openRoot()
        // The stand-in does not name writers.
        ground = StandInGround(list: ListDriver(below: root, atMost: .inotify))
        guardian = Guardian(remembering: Memory(scope: .current))
        let (configuration, problems) = invocation.reader.load(below: root)
        for problem in problems where problem.severity == .refused { print(problem.description, to: .standardError) }
        _ = guardian.observe(
            .configuration(Self.configuration(standingInFor: problems.isRefusal ? nil : configuration), []), at: .now())
        _ = guardian.observe(.presence(readPresence(in: root)), at: .now())
        self.root = root
    }

    /// The configuration in the daemon's absence. If it is unknown whether the daemon may write, or if the daemon
    /// releases its ports when it stops, nothing is added.
    static func configuration(standingInFor configuration: Configuration?) -> Configuration {
        var bridging = configuration ?? Configuration()
        if configuration == nil || bridging.onStop == .release { bridging.mode = .observe }
        return bridging
    }

    /// Runs the command and guards until it ends. Signals do not end the guard: a terminal sends them to both
    /// processes.
    ///
    /// - Returns: The command's exit status.
    func run(_ arguments: [String]) throws -> CInt {
        let name = arguments[0]
        try attach()
        look()
        do {
            command = try Command(starting: arguments)
        } catch {
            throw NotStarted(
                description: "--during: \(printable(name.utf8, atMost: 200)) can't be started: \(error)",
                status: error == .noSuchFileOrDirectory ? 127 : 126)
        }
        let status = try loop.run()
        let repairs = guardian.status.repairs.count
        if repairs > 0 { ground.teller.tell(Event.stoodIn(repairs: repairs, during: name).journalEntry) }
        return status
    }

    private func attach() throws {
        sources.end = try loop.onSignal(SIGCHLD, "end") { [unowned self] in
            if let status = command?.status() { loop.exit(status) }
        }
        sources.hangUp = try loop.onSignal(SIGHUP, "hang-up") {}
        sources.interrupt = try loop.onSignal(SIGINT, "interrupt") {}
        sources.terminate = try loop.onSignal(SIGTERM, "terminate") {}
        ground.timer = loop.timer("look", priority: .urgent) { [unowned self] in look() }
        guard let descriptor = ground.list.watchedDescriptor else { return }
        ground.watchSource = try? loop.onReadable(descriptor, "watch", priority: .urgent) { [unowned self] in look() }
    }

    /// Looks at the list, and repairs it if no daemon does.
    private func look() {
        _ = ground.list.drain()  // Before the look, so that a write after it wakes us again.
        ground.timer?.arm(after: Self.longest)
        let reading = ground.read()
        if case .ports(let found) = reading, !guardian.missing(from: found).isEmpty { return takeTurn() }
        pause = Self.shortest
        // Without the watch's prompt: looks at a whole list are rationed, and most of them follow the daemon's own
        // writes.
        guardian.observe(.list(reading, .token), on: &ground)
    }

    private func takeTurn() {
        do {
            ground.keepsake = try Keepsake(below: root, creating: false, patience: .zero)
            // Releases the lock.
            defer { ground.keepsake = Keepsake() }
            // Without a record, no process could remove the added ports later.
            guard ground.keepsake.isLocked, ground.keepsake.problem == nil else { return tell(ground.keepsake.problem) }
            // Without a record, no daemon ran in this boot.
            guard let memory = try ground.keepsake.recall(of: guardian.memory.scope) else { return }
            guardian.recall(memory, at: .now())
            guardian.observe(.list(ground.read(), .token), on: &ground)
            tell(ground.keepsake.problem)
        } catch let unusable as Keepsake.Unusable {
            tell(unusable.description)
        } catch {
            ground.timer?.arm(after: pause, accuracy: Self.shortest / 4)
            pause = min(pause * 2, Self.longest)
        }
    }

    /// Reports once why nothing can be recorded. Reports nothing if no daemon ran in this boot.
    private func tell(_ problem: String?) {
        guard let problem, problem != told else { return }
        told = problem
        ground.teller.tell(.warning, "Required ports are missing, and --during can't add them: \(problem)")
    }
}

/// The list, to which ports are only added, and the record while the stand-in has the lock.
private struct StandInGround: Ground, ~Copyable {
    var list: ListDriver
    var keepsake = Keepsake()
    var teller = Teller()
    var timer: Timer?
    var watchSource: EventSource?

    var now: Moment { .now() }

    mutating func read() -> Reading { list.read() }
    mutating func remember(_ memory: Memory) { keepsake.remember(memory) }
    mutating func watch(_ isOn: Bool) { watchSource?.setEnabled(isOn) }
    mutating func look(at time: Instant?) {
        if let time { timer?.arm(at: min(time, .now() + StandIn.longest).sinceBoot) }
    }

    mutating func add(_ ports: PortSet) -> Change {
        keepsake.problem == nil ? Change(list.add(ports)) : .omitted
    }

    /// Repairs are counted and reported at the end. The daemon reports AMT and the verdict.
    mutating func report(_ event: Event) {
        switch event {
        case .reserved, .contested, .obstructed: teller.tell(event.journalEntry)
        default: break
        }
    }

    mutating func remove(_ ports: PortSet) -> Change { .omitted }
}
