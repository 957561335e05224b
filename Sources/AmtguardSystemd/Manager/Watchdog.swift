import CSystemd
public import SystemPackage

/// Tells the service manager that the loop turns, for as long as it does (`WatchdogSec=`).
///
/// `sd_event_set_watchdog` does the same, but with a message that waits for a service manager which hangs.
@safe public final class Watchdog {
    private let interval: Duration
    private var timer: Timer?

    /// Begins to tell, if the service manager wants to know; `nil` if not, or if what it says makes no sense.
    ///
    /// The corresponding C function is `sd_watchdog_enabled`.
    public init?(on loop: EventLoop) throws(Errno) {
        var microseconds: UInt64 = 0
        guard unsafe sd_watchdog_enabled(0, &microseconds) > 0, microseconds > 0 else { return nil }
        interval = .microseconds(Int64(clamping: microseconds))
        timer = try loop.timer("watchdog") { [unowned self] in beat() }
        beat()
    }

    /// Tells it now. Whoever wakes up anyway calls this: the timer is put off, and adds no wake-up of its own.
    public func beat() {
        ServiceManager.notify(["WATCHDOG=1"])
        timer?.arm(after: interval / 2, accuracy: interval / 4)
    }
}
