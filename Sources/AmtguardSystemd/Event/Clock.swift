import Glibc

/// The clock of all timers: `CLOCK_BOOTTIME`, which continues during sleep and which no program can set.
///
/// `ContinuousClock` would bring the concurrency runtime into the program.
enum BootClock {
    /// Time since the machine was started.
    static var now: Duration { read(CLOCK_BOOTTIME) }

    /// The time of any clock. The corresponding C function is `clock_gettime`.
    static func read(_ clock: clockid_t) -> Duration {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}

extension Duration {
    /// A time in libsystemd's unit: whole microseconds, rounded up, so that nothing fires early.
    ///
    /// A negative time becomes 0, and a time beyond 292,000 years becomes that: `UINT64_MAX` would mean never.
    var microseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, more) = whole.addingReportingOverflow((attoseconds + 999_999_999_999) / 1_000_000_000_000)
        return UInt64(overflow || more ? Int64.max : sum)
    }
}
