import CSystemd
import SystemPackage

/// Proves that the loop runs: to the kernel, and to the service manager if it asks for that (`WatchdogSec=`).
///
/// The unit has no `WatchdogSec=`. If a unit is masked while it runs, systemd refuses its notifications. It would then
/// stop the unit because they are missing, and would not start it again. `sd_event_set_watchdog` is not used, because
/// it would block while a service manager hangs.
@safe public final class Watchdog {
    private let notifier: Notifier
    /// How often the service manager expects it; `nil` if never.
    private let asked: Duration?
    private let patience: Duration
    private var deadline: KernelDeadline?
    private var timer: Timer?

    /// How long the loop may hang under a service manager, which then restarts the service.
    public static let patience = Duration.seconds(120)

    /// Starts. Without a service manager there is no deadline, because nothing would restart the process.
    ///
    /// The corresponding C function is `sd_watchdog_enabled`.
    public init(on loop: EventLoop, telling notifier: Notifier, patience: Duration = Watchdog.patience) {
        self.notifier = notifier
        self.patience = patience
        var microseconds: UInt64 = 0
        let isAsked = unsafe sd_watchdog_enabled(0, &microseconds) > 0 && microseconds > 0
        asked = isAsked ? .microseconds(Int64(clamping: microseconds)) : nil
        timer = loop.timer("watchdog") { [unowned self] in beat() }
        beat()
    }

    /// Does it now. A caller that is awake anyway calls this: it postpones the timer and saves a wake-up.
    public func beat() {
        if let deadline {
            deadline.putOff()
        } else if ServiceManager.isSupervised {
            // If the kernel refuses the timer, the next beat or audit tries again.
            deadline = KernelDeadline(after: patience)
        }
        if asked != nil { notifier.beat() }
        guard let interval = [asked, deadline.map { _ in patience }].compactMap({ $0 }).min() else { return }
        timer?.arm(after: interval / 2, accuracy: interval / 4)
    }
}
