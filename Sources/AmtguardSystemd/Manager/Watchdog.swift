import CSystemd
import SystemPackage

/// Shows that the loop turns: to the kernel, and to the service manager if it asks for that (`WatchdogSec=`).
///
/// The unit has no `WatchdogSec=`. If a unit is masked while it runs, systemd refuses its notifications. It would then
/// end the unit because they are missing, and would not start it again. `sd_event_set_watchdog` is not used, because it
/// would wait for a service manager that hangs.
@safe public final class Watchdog {
    private let notifier: Notifier
    private let tells: Bool
    private let deadline: KernelDeadline?
    private let interval: Duration?
    private var timer: Timer?

    /// How long the loop may stand still under a service manager, which then starts the service again.
    public static let patience = Duration.seconds(120)

    /// Begins. Without a service manager there is no deadline, because nothing would start the process again.
    ///
    /// The corresponding C function is `sd_watchdog_enabled`.
    public init(on loop: EventLoop, telling notifier: Notifier, patience: Duration = Watchdog.patience) {
        self.notifier = notifier
        var microseconds: UInt64 = 0
        tells = unsafe sd_watchdog_enabled(0, &microseconds) > 0 && microseconds > 0
        deadline = ServiceManager.isSupervised ? KernelDeadline(after: patience) : nil
        let intervals = [
            tells ? Duration.microseconds(Int64(clamping: microseconds)) : nil, deadline == nil ? nil : patience,
        ]
        interval = intervals.compactMap { $0 }.min()
        timer = loop.timer("watchdog") { [unowned self] in beat() }
        beat()
    }

    /// Shows it now. A caller that is awake anyway uses this: it puts off the timer and saves a wake-up.
    public func beat() {
        guard let interval else { return }
        deadline?.putOff()
        if tells { notifier.beat() }
        timer?.arm(after: interval / 2, accuracy: interval / 4)
    }
}
