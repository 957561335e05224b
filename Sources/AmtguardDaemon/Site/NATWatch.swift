import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import SystemPackage

/// Reads the rules that translate addresses, and wakes the daemon when they may have changed: at most ten times a
/// second, even if many containers start and stop.
final class NATWatch {
    private static var pause: Duration { .milliseconds(100) }

    /// Called after a change. It must begin with `start`.
    var onChange: () -> Void = {}

    private let loop: EventLoop
    /// From the privileged step, because only root may open them.
    private var legacyTables: Descriptor?
    private var builtinModules: Descriptor?
    private var watch: RulesetWatch?
    private var source: EventSource?
    private var timer: Timer?
    private var modules: DeviceMonitor?
    private var next = Instant(sinceBoot: .zero)
    /// Limits how often the rules are read, since there may be ten thousand.
    private var ration = LookRation()

    /// Created at the first look, after the start, because it may read a long list of modules.
    private lazy var reader: TranslationReader = {
        var reader = TranslationReader()
        if let list = builtinModules.take() { reader.learn(builtinModules: list.fileDescriptor) }
        return reader
    }()

    /// - Parameters:
    ///   - legacyTables: The names of the tables of legacy iptables; `nil` if they were not handed over.
    ///   - builtinModules: The list of the modules that are built into the kernel; `nil` if it was not handed over.
    init(legacyTables: consuming Descriptor?, builtinModules: consuming Descriptor?, on loop: EventLoop) {
        self.loop = loop
        self.legacyTables = legacyTables
        self.builtinModules = builtinModules
        timer = loop.timer("ruleset") { [unowned self] in onChange() }
    }

    /// Whether the kernel has nf_tables already. A request before that would load the module.
    var hasNFTables: Bool { reader.hasNFTables == true }

    /// Watches from now on, and takes the changes until now: a later one wakes the daemon again. The audit finds what
    /// can't be watched.
    func start() {
        // nf_tables or legacy iptables may be loaded later in the boot.
        modules = modules ?? (try? DeviceMonitor(subsystems: ["module"], on: loop) { [unowned self] in lookSoon() })
        if watch == nil || source == nil, hasNFTables, let opened = try? RulesetWatch() {
            source = try? loop.onReadable(opened.descriptor, "ruleset") { [unowned self] in
                source?.setEnabled(false)
                lookSoon()
            }
            watch = consume opened
        }
        _ = watch?.drain()
        next = .now() + Self.pause
        source?.setEnabled(true)
    }

    func stop() {
        source = nil
        watch = nil
        modules = nil
        timer?.disarm()
    }

    /// What the kernel shows; `nil` if it was read a moment ago. Then the daemon is woken again.
    func read(publishing ports: PortSet) -> Translation? {
        let start = Instant.now()
        guard ration.allows(at: start) else {
            timer?.arm(after: .seconds(1), accuracy: .milliseconds(250))
            return nil
        }
        defer { ration.spend(from: start, to: .now()) }
        return reader.read(publishing: ports, legacy: legacyTables?.fileDescriptor)
    }

    private func lookSoon() { timer?.arm(at: next.sinceBoot) }
}
