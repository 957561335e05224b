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
    /// The instant this much later.
    public static func + (a: Instant, b: Duration) -> Instant { Instant(sinceBoot: a.sinceBoot + b) }
    /// The instant this much earlier.
    public static func - (a: Instant, b: Duration) -> Instant { Instant(sinceBoot: a.sinceBoot - b) }
    /// How much later `a` is than `b`; negative if it is earlier.
    public static func - (a: Instant, b: Instant) -> Duration { a.sinceBoot - b.sinceBoot }
}

extension Duration {
    /// Whole microseconds, rounded down: the unit of libsystemd and of every `…USec` in our output.
    public var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}

/// The time of an observation: on the boot clock, for all decisions, and on the wall clock, for people.
public struct Moment: Hashable, Sendable {
    /// The boot clock, for staleness, pace and audits.
    public var instant: Instant
    /// Seconds since 1970-01-01T00:00:00Z; only printed.
    public var wallClock: Int64

    /// The same moment on both clocks.
    public init(_ instant: Instant, wallClock: Int64) {
        self.instant = instant
        self.wallClock = wallClock
    }

    /// The wall clock in ISO 8601, for example `2026-11-22T20:49:00Z`.
    public var iso8601: String {
        let days = wallClock.dividedFloor(by: 86_400)
        let second = wallClock - days * 86_400
        let (year, month, day) = Self.civil(fromDays: days)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let yearText = String(repeating: "0", count: max(0, 4 - "\(year)".count)) + "\(year)"
        return
            "\(yearText)-\(two(month))-\(two(day))T\(two(second / 3_600)):\(two(second / 60 % 60)):\(two(second % 60))Z"
    }

    /// The proleptic Gregorian date this many days after 1970-01-01.
    ///
    /// Years begin on 1 March, so that the leap day is the last of its year, in eras of 400 years.
    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468  // days from 0000-03-01 to 1970-01-01
        let era = shifted.dividedFloor(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}

extension Int64 {
    fileprivate func dividedFloor(by divisor: Int64) -> Int64 {
        self / divisor - (self % divisor < 0 ? 1 : 0)
    }
}
