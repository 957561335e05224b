import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import Glibc
import SystemPackage

/// `--during COMMAND`: guards the list while a command runs that takes the daemon away for a moment, as a restart does.
///
/// It takes turns with the daemon: whoever has the lock repairs. When ports are missing and nobody has it, the bridge
/// takes it for the length of one repair, begins with what was written down last, and writes down what it adds, so that
/// the next daemon, or `--release`, knows it. It never takes anything out of the list.
final class Bridge {
    /// The command can't be started; one line.
    struct NotStarted: Error, CustomStringConvertible {
        let description: String
        /// As of a shell: 127 where there is no such command, else 126.
        let status: CInt
    }

    /// How soon to look again where a daemon has the lock: it repairs, or is gone by then.
    private static let shortest = Duration.microseconds(200)
    /// And at the latest, also without a word of the watch: it sees no write through another mount of procfs.
    fileprivate static let longest = Duration.milliseconds(2)
    private let loop: EventLoop
    private let root: RootDirectory
    private var guardian: Guardian
    private var ground = BridgingGround()
    private var command: Command?
    private var sources = Sources()
    private var pause = Bridge.shortest
    private var told: String?

    private struct Sources: ~Copyable {
        var end: EventSource?
        var hangUp: EventSource?
        var interrupt: EventSource?
        var terminate: EventSource?
    }

    init(_ invocation: Invocation) throws {
        loop = try EventLoop()
        root = try invocation.openRoot()
        guardian = Guardian(remembering: Memory(scope: .current))
        let (configuration, problems) = invocation.loader.load(below: root)
        for problem in problems where problem.severity == .refused { print(problem.description, to: .standardError) }
        _ = guardian.observe(.configuration(Self.bridging(problems.isRefusal ? nil : configuration), []), at: .now())
        _ = guardian.observe(.presence(readPresence(in: root)), at: .now())
    }

    /// What holds in the daemon's absence. Where nobody knows whether it may write, or the daemon is to take its ports
    /// out when it stops, nothing is added.
    static func bridging(_ configuration: Configuration?) -> Configuration {
        var bridging = configuration ?? Configuration()
        if configuration == nil || bridging.onStop == .release { bridging.mode = .observe }
        return bridging
    }

    /// Runs the command and guards until it ends, whatever signal comes meanwhile: a terminal sends it to both.
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
        if repairs > 0 { ground.teller.tell(Event.bridged(repairs: repairs, during: name).journalEntry) }
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

    /// Looks at the list, and repairs it where no daemon does.
    private func look() {
        _ = ground.list.drain()  // Before the look, so that a write after it wakes us again.
        ground.timer?.arm(after: Self.longest)
        let reading = ground.read()
        if case .ports(let found) = reading, !guardian.missing(from: found).isEmpty { return takeTurn() }
        pause = Self.shortest
        // Not as the watch's: looks at what is whole are rationed, and most are at the daemon's work.
        guardian.observe(.list(reading, .token), on: &ground)
    }

    private func takeTurn() {
        do {
            ground.keepsake = try Keepsake(below: root, creating: false, patience: .zero)
            // Gives the lock back.
            defer { ground.keepsake = Keepsake() }
            // What nobody can know of later would stay in the list for good.
            guard ground.keepsake.isLocked, ground.keepsake.problem == nil else { return tell(ground.keepsake.problem) }
            // Where nothing is on record, no daemon ran in this boot.
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

    /// Why nothing can be written down, once. Where no daemon ever was, that is no news.
    private func tell(_ problem: String?) {
        guard let problem, problem != told else { return }
        told = problem
        ground.teller.tell(.warning, "Nobody guards the list for now: \(problem)")
    }
}

/// The list, to which ports are only added, and the record for as long as the bridge has the lock.
private struct BridgingGround: Ground, ~Copyable {
    /// Naming writers is not the bridge's business.
    var list = ListDriver(atMost: .inotify)
    var keepsake = Keepsake()
    var teller = Teller()
    var timer: Timer?
    var watchSource: EventSource?

    var now: Moment { .now() }

    mutating func read() -> Reading { list.read() }
    mutating func remember(_ memory: Memory) { keepsake.remember(memory) }
    mutating func watch(_ isOn: Bool) { watchSource?.setEnabled(isOn) }
    mutating func look(at time: Instant?) {
        if let time { timer?.arm(at: min(time, .now() + Bridge.longest).sinceBoot) }
    }

    mutating func add(_ ports: PortSet) -> Change {
        keepsake.problem == nil ? Change(list.add(ports)) : .omitted
    }

    /// Repairs are counted and told of at the end; of AMT and of the verdict the daemon tells.
    mutating func report(_ event: Event) {
        switch event {
        case .reserved, .contested, .obstructed: teller.tell(event.journalEntry)
        default: break
        }
    }

    mutating func remove(_ ports: PortSet) -> Change { .omitted }
}
