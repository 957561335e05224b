/// A point in time on `CLOCK_BOOTTIME`, which continues during sleep and which no program can set.
///
/// The core never asks a clock: an instant comes in with each observation.
public struct Instant: Hashable, Comparable, Sendable {
    /// Time since the machine was started.
    public var sinceBoot: Duration

    /// An instant this long after the start of the machine.
    public init(sinceBoot: Duration) {
        self.sinceBoot = sinceBoot
    }

    public static func < (a: Instant, b: Instant) -> Bool { a.sinceBoot < b.sinceBoot }
    public static func + (a: Instant, b: Duration) -> Instant { Instant(sinceBoot: a.sinceBoot + b) }
    public static func - (a: Instant, b: Duration) -> Instant { Instant(sinceBoot: a.sinceBoot - b) }
    public static func - (a: Instant, b: Instant) -> Duration { a.sinceBoot - b.sinceBoot }
}

extension Duration {
    /// Whole microseconds, rounded down: the unit of libsystemd and of every `…USec` in our output.
    public var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}
