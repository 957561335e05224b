import Glibc

/// Sends the notifications that the service manager must get. Each is kept until the manager's queue has accepted it.
///
/// All services share this queue. It is full while the manager is busy, for example at boot. If READY were sent only
/// once and refused, the unit would stay in its start until it times out. Without a manager nothing is kept.
@safe public final class Notifier {
    private var debts = Debts()
    private var timer: Timer?
    private var pause = Notifier.shortest

    private static let shortest = Duration.milliseconds(10)
    private static let longest = Duration.seconds(5)

    /// Creates a notifier without notifications. It retries on this loop.
    public init(on loop: EventLoop) {
        timer = loop.timer("notifier") { [unowned self] in pay() }
    }

    /// The service is up, or up again after `reloading()`.
    public func ready(status: String) { owe { $0.ready(status) } }

    /// The one line that `systemctl status` shows.
    public func status(_ status: String) { owe { $0.status(status) } }

    /// The configuration is being read again. `ready` ends this state.
    ///
    /// By MONOTONIC_USEC, `Type=notify-reload` of systemd 253 recognizes the answer to its own request.
    public func reloading() {
        let time = BootClock.read(CLOCK_MONOTONIC).microseconds
        owe { $0.reloading(at: time) }
    }

    /// The service is about to end.
    public func stopping() { owe { $0.stopping() } }

    /// The loop is running (`WatchdogSec=`).
    public func beat() { owe { $0.beat() } }

    /// **Blocks** until the manager has accepted all notifications, but no longer than `patience`. For a process that
    /// ends.
    public func settle(within patience: Duration) {
        let deadline = BootClock.now + patience
        while !debts.isEmpty, BootClock.now < deadline {
            usleep(10_000)
            pay()
        }
    }

    private func owe(_ change: (inout Debts) -> Void) {
        guard ServiceManager.isSupervised else { return }
        change(&debts)
        // If others wait already, the timer sends them in their order.
        if debts.count == 1 { pay() }
    }

    private func pay() {
        while let first = debts.first {
            guard ServiceManager.notify(first) else {
                timer?.arm(after: pause, accuracy: pause / 4)
                pause = min(pause * 2, Self.longest)
                return
            }
            debts.paid()
        }
        pause = Self.shortest
        timer?.disarm()
    }
}

/// The notifications that were not accepted yet, in their order. A later one removes those that it makes obsolete.
struct Debts: Hashable {
    private enum Debt: Hashable {
        case ready(status: String)
        case reloading(at: UInt64)
        case status(String)
        case stopping
        case beat

        var isStatus: Bool { if case .status = self { true } else { false } }
        var isReady: Bool { if case .ready = self { true } else { false } }
        var isReloading: Bool { if case .reloading = self { true } else { false } }
    }

    private var owed: [Debt] = []

    var isEmpty: Bool { owed.isEmpty }
    var count: Int { owed.count }

    /// The assignments to send first; `nil` if there are none.
    var first: [String]? {
        switch owed.first {
        case .ready(let status): ["READY=1", "STATUS=\(status)"]
        case .reloading(let time): ["RELOADING=1", "MONOTONIC_USEC=\(time)"]
        case .status(let status): ["STATUS=\(status)"]
        case .stopping: ["STOPPING=1"]
        case .beat: ["WATCHDOG=1"]
        case nil: nil
        }
    }

    mutating func paid() { owed.removeFirst() }

    mutating func ready(_ status: String) {
        let start = endOfReloading
        owed = owed[..<start] + owed[start...].filter { !$0.isReady }
        owed.removeAll(where: \.isStatus)
        owed.append(.ready(status: status))
    }

    mutating func reloading(at time: UInt64) {
        // If another reload follows, the manager need not get the former one and its end. The first READY stays.
        let start = endOfReloading
        if start > 0 { owed = owed[..<(start - 1)] + owed[start...].filter { !$0.isReady } }
        owed.append(.reloading(at: time))
    }

    /// The index after the last reload that was not accepted yet; 0 if there is none.
    private var endOfReloading: Int { (owed.lastIndex(where: \.isReloading) ?? -1) + 1 }

    mutating func status(_ status: String) {
        owed.removeAll(where: \.isStatus)
        owed.append(.status(status))
    }

    mutating func stopping() { owed = [.stopping] }

    mutating func beat() {
        if !owed.contains(.beat) { owed.append(.beat) }
    }
}
