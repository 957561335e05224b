/// The bucket of repairs: full at first, one token a repair, refilled at the pace.
///
/// The whole bucket is one instant, the one at which it will be full again (the generic cell rate algorithm,
/// ITU-T I.371): no counter to refill and no timer to keep.
struct RepairBucket: Hashable, Sendable {
    var pace: Pace
    private var fullAt: Instant

    init(pace: Pace) {
        self.pace = pace
        fullAt = Instant(sinceBoot: .zero)
    }

    /// When the bucket is full again; in the past where it is.
    var fullTime: Instant { fullAt }

    /// When there is a token again; in the past where there is one.
    var nextToken: Instant { fullAt + interval - interval * pace.burst }

    /// Forgives what a slower pace of before would have it wait for: it is never emptier than empty.
    mutating func fitPace(at now: Instant) {
        fullAt = min(fullAt, now + interval * pace.burst)
    }

    /// Takes a token, if there is one.
    mutating func take(at now: Instant) -> Bool {
        guard nextToken <= now else { return false }
        fullAt = max(fullAt, now) + interval
        return true
    }

    private var interval: Duration { .seconds(1) / pace.perSecond }
}
