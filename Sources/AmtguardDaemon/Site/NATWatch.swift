import AmtguardCore
import AmtguardLinux
import AmtguardSystemd

/// Shows when the ruleset of nf_tables changes: at most ten times a second, however often containers come and go.
final class NATWatch {
    private static var pause: Duration { .milliseconds(100) }

    private let loop: EventLoop
    private var watch: RulesetWatch?
    private var source: EventSource?
    private var timer: Timer?
    private var modules: DeviceMonitor?
    private var next = Instant(sinceBoot: .zero)

    /// - Parameter onChange: Called after a change. It begins with `drain`.
    init(on loop: EventLoop, onChange: @escaping () -> Void) {
        self.loop = loop
        timer = loop.timer("ruleset", onChange)
    }

    /// Watches from now on. What can't be watched, the audit finds.
    ///
    /// - Parameter isThere: Whether the kernel has nf_tables already: watching would load the module.
    func start(ifThere isThere: Bool) {
        // nf_tables or legacy iptables may come later in the boot.
        modules = modules ?? (try? DeviceMonitor(subsystems: ["module"], on: loop) { [unowned self] in lookSoon() })
        guard isThere, watch == nil || source == nil, let opened = try? RulesetWatch() else { return }
        source = try? loop.onReadable(opened.descriptor, "ruleset") { [unowned self] in
            source?.setEnabled(false)
            lookSoon()
        }
        watch = consume opened
    }

    private func lookSoon() { timer?.arm(at: next.sinceBoot) }

    func stop() {
        source = nil
        watch = nil
        modules = nil
        timer?.disarm()
    }

    /// Takes the changes, before the ruleset is read: a change after that wakes the daemon again.
    func drain() {
        _ = watch?.drain()
        next = .now() + Self.pause
        source?.setEnabled(true)
    }

    /// Looks again a second later.
    func lookAgain() { timer?.arm(after: .seconds(1), accuracy: .milliseconds(250)) }
}
