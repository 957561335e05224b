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
    private static let longest = Duration.milliseconds(2)
    private static let mostRounds = 16

    private let loop: EventLoop
    private let root: RootDirectory
    private var guardian: Guardian
    /// Naming writers is not its business.
    private var driver = ListDriver(atMost: .inotify)
    private var teller = Teller()
    private var command: Command?
    private var sources = Sources()
    private var pause = Bridge.shortest
    private var told: String?

    private struct Sources: ~Copyable {
        var watch: EventSource?
        var look: Timer?
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
        if repairs > 0 { teller.tell(Event.bridged(repairs: repairs, during: name).journalEntry) }
        return status
    }

    private func attach() throws {
        sources.end = try loop.onSignal(SIGCHLD, "end") { [unowned self] in
            if let status = command?.status() { loop.exit(status) }
        }
        sources.hangUp = try loop.onSignal(SIGHUP, "hang-up") {}
        sources.interrupt = try loop.onSignal(SIGINT, "interrupt") {}
        sources.terminate = try loop.onSignal(SIGTERM, "terminate") {}
        sources.look = loop.timer("look", priority: .urgent) { [unowned self] in look() }
        guard let descriptor = driver.watchedDescriptor else { return }
        sources.watch = try? loop.onReadable(descriptor, "watch", priority: .urgent) { [unowned self] in look() }
    }

    /// Looks at the list, and repairs it where no daemon does.
    private func look() {
        _ = driver.drain()  // Before the look, so that a write after it wakes us again.
        sources.look?.arm(after: Self.longest)
        let reading = driver.read()
        if case .ports(let found) = reading, !guardian.missing(from: found).isEmpty { return takeTurn() }
        pause = Self.shortest
        // Not as the watch's: looks at what is whole are rationed, and most are at the daemon's work.
        var nobodys = Keepsake()
        observe(.list(reading, .token), &nobodys)
    }

    private func takeTurn() {
        do {
            var keepsake = try Keepsake(below: root, creating: false, patience: .zero)
            // What nobody can know of later would stay in the list for good.
            guard keepsake.isLocked, keepsake.problem == nil else { return tell(keepsake.problem) }
            // Where nothing is on record, no daemon ran in this boot.
            guard let memory = try keepsake.recall(of: guardian.memory.scope) else { return }
            guardian.recall(memory, at: .now())
            observe(.list(driver.read(), .token), &keepsake)
            tell(keepsake.problem)
        } catch let unusable as Keepsake.Unusable {
            tell(unusable.description)
        } catch {
            sources.look?.arm(after: pause, accuracy: Self.shortest / 4)
            pause = min(pause * 2, Self.longest)
        }
    }

    /// Takes an observation to the guardian and does what it says, and so on until it has nothing more to say.
    private func observe(_ first: Guardian.Observation, _ keepsake: inout Keepsake) {
        var next: Guardian.Observation? = first
        for _ in 0..<Self.mostRounds {
            guard let observation = next else { return }
            next = nil
            for effect in guardian.observe(observation, at: .now()) {
                switch effect {
                case .remember: keepsake.remember(guardian.memory)
                case .add(let ports) where keepsake.problem == nil:
                    next = driver.add(ports).map { .refused($0) } ?? .list(driver.read(), .readBack)
                case .look(let time): sources.look?.arm(at: min(time, .now() + Self.longest).sinceBoot)
                case .watch(let on): sources.watch?.setEnabled(on)
                case .report(let event): tell(event)
                case .add, .remove, .audit, .hold: break
                }
            }
        }
        if next != nil { sources.look?.arm(after: Self.shortest) }
    }

    /// Why nothing can be written down, once. Where no daemon ever was, that is no news.
    private func tell(_ problem: String?) {
        guard let problem, problem != told else { return }
        told = problem
        teller.tell(.warning, "Nobody guards the list for now: \(problem)")
    }

    /// Repairs are counted and told of at the end; of AMT and of the verdict the daemon tells.
    private func tell(_ event: Event) {
        switch event {
        case .reserved, .contested, .obstructed: teller.tell(event.journalEntry)
        default: break
        }
    }
}
