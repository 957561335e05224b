/// How often there is a look that takes the longer the more sockets the host has.
///
/// After each such look 25 times as long passes before the next one: that is 4 % of a core at most, whoever asks.
public struct LookRation: Hashable, Sendable {
    private static let rest = 25
    /// Even where a look takes no time.
    private static let leastRest = Duration.milliseconds(100)
    private var next = Instant(sinceBoot: .zero)

    public init() {}

    /// Whether it is time for another look.
    public func allows(at now: Instant) -> Bool { now >= next }

    /// There was one, from then till then.
    public mutating func spend(from start: Instant, to end: Instant) {
        next = end + max((end - start) * Self.rest, Self.leastRest)
    }
}
