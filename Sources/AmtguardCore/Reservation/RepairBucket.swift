/// The bucket of repairs: full at first, one token per repair, refilled at the pace.
///
/// One instant represents the whole bucket: the time at which it will be full again (the generic cell rate algorithm,
/// ITU-T I.371). So there is no counter to refill and no timer.
struct RepairBucket: Hashable, Sendable {
    var pace: Pace { didSet { interval = .seconds(1) / pace.perSecond } }
    private var interval: Duration
    private var fullAt: Instant

    init(pace: Pace) {
        self.pace = pace
        interval = .seconds(1) / pace.perSecond
        fullAt = Instant(sinceBoot: .zero)
    }

    /// When the bucket is full again; in the past if it is full.
    var fullTime: Instant { fullAt }

    /// When there is a token again; in the past if there is one.
    var nextToken: Instant { fullAt + interval - interval * pace.burst }

    /// Shortens a wait that a former, slower pace caused: the wait is never longer than for an empty bucket.
    mutating func fitPace(at now: Instant) {
        fullAt = min(fullAt, now + interval * pace.burst)
    }

    /// Takes a token, if there is one.
    mutating func take(at now: Instant) -> Bool {
        guard nextToken <= now else { return false }
        fullAt = max(fullAt, now) + interval
        return true
    }
}
