import AmtguardLinux
import AmtguardSystemd

/// Reports changes of the host's interfaces and addresses: at most once a second, even if many containers start and
/// stop.
final class InterfaceWatch {
    private static var settling: Duration { .seconds(1) }

    private let loop: EventLoop
    private var watch: NetworkWatch?
    private var source: EventSource?
    private var timer: Timer?

    /// - Parameter onChange: Called a moment after a change. It must begin with `drain`.
    init(on loop: EventLoop, onChange: @escaping () -> Void) {
        self.loop = loop
        timer = loop.timer("interfaces", onChange)
    }

    var isOn: Bool { watch != nil && source != nil }

    /// Watches from now on. If that is not possible, the audit finds the changes.
    func start() {
        stop()
        guard let opened = try? NetworkWatch() else { return }
        source = try? loop.onReadable(opened.descriptor, "network", priority: .idle) { [unowned self] in
            source?.setEnabled(false)
            timer?.arm(after: Self.settling, accuracy: Self.settling / 4)
        }
        watch = consume opened
    }

    func stop() {
        source = nil
        watch = nil
    }

    /// Takes the changes, before the interfaces are read, so that a later change wakes the daemon again.
    func drain() {
        _ = watch?.drain()
        source?.setEnabled(true)
    }
}
