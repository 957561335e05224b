public import AmtguardCore
import Glibc

/// The clocks of the machine: the one place that asks them. The core gets what they said.
public enum Clocks {
    /// Microseconds on CLOCK_MONOTONIC, the clock of libsystemd's timers.
    ///
    /// The corresponding C function is `clock_gettime`.
    public static func monotonicMicroseconds() -> UInt64 {
        let time = read(CLOCK_MONOTONIC)
        return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1_000
    }

    static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        // It fails for a clock that does not exist only; these are older than the kernels we run on.
        let result = unsafe clock_gettime(clock, &time)
        precondition(result == 0, "no clock \(clock): errno \(errno)")
        return time
    }
}

extension Instant {
    /// Now, on CLOCK_BOOTTIME. The corresponding C function is `clock_gettime`.
    public static func now() -> Instant {
        let time = Clocks.read(CLOCK_BOOTTIME)
        return Instant(sinceBoot: .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec))
    }
}

extension Moment {
    /// Now, on the boot clock and on the wall clock. The corresponding C function is `clock_gettime`.
    public static func now() -> Moment {
        Moment(.now(), wallClock: Int64(Clocks.read(CLOCK_REALTIME).tv_sec))
    }
}
