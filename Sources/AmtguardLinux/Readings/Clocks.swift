public import AmtguardCore
import Glibc

/// The clocks of the machine. Only this code reads them; the core gets the results.
public enum Clocks {
    /// Microseconds on CLOCK_MONOTONIC, the clock of libsystemd's timers.
    ///
    /// The corresponding C function is `clock_gettime`.
    public static func monotonicMicroseconds() -> UInt64 {
        let time = read(CLOCK_MONOTONIC)
        return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1_000
    }

    /// How long the machine has slept since its start: a greater value than before means that it slept in between.
    ///
    /// The boot clock continues during sleep and the monotonic clock does not. They can't be read at the same instant,
    /// and a delay between the two readings would look like a short sleep. So of up to eight readings the one with the
    /// shortest delay counts.
    /// The corresponding C function is `clock_gettime`.
    public static func sleepTime() -> Duration {
        var best: (width: Duration, sleep: Duration)?
        for _ in 0..<8 {
            let before = duration(CLOCK_MONOTONIC)
            let boot = duration(CLOCK_BOOTTIME)
            let width = duration(CLOCK_MONOTONIC) - before
            if best.map({ width < $0.width }) ?? true { best = (width, max(boot - before - width, .zero)) }
            if width < .microseconds(10) { break }
        }
        return best?.sleep ?? .zero
    }

    static func duration(_ clock: clockid_t) -> Duration {
        let time = read(clock)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        // It fails only for a clock that does not exist; all supported kernels have these.
        let result = unsafe clock_gettime(clock, &time)
        precondition(result == 0, "no clock \(clock): errno \(errno)")
        return time
    }
}

extension Instant {
    /// Now, on CLOCK_BOOTTIME. The corresponding C function is `clock_gettime`.
    public static func now() -> Instant {
        Instant(sinceBoot: Clocks.duration(CLOCK_BOOTTIME))
    }
}

extension Moment {
    /// Now, on the boot clock and on the wall clock. The corresponding C function is `clock_gettime`.
    public static func now() -> Moment {
        Moment(.now(), wallClock: Int64(Clocks.read(CLOCK_REALTIME).tv_sec))
    }
}
