/// Limits how often an expensive look is made: its duration grows with the number of sockets.
///
/// After a look, 25 times its duration must pass before the next one. So all callers together use at most 4 % of a
/// core.
public struct LookRation: Hashable, Sendable {
    private static let rest = 25
    /// The shortest pause, even if a look takes no time.
    private static let leastRest = Duration.milliseconds(100)
    private var next = Instant(sinceBoot: .zero)

    /// An unused ration.
    public init() {}

    /// Whether it is time for another look.
    public func allows(at now: Instant) -> Bool { now >= next }

    /// Counts a look that began at `start` and ended at `end`.
    public mutating func spend(from start: Instant, to end: Instant) {
        next = end + max((end - start) * Self.rest, Self.leastRest)
    }
}
