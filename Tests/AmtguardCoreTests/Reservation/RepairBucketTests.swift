import Testing

@testable import AmtguardCore

@Suite struct `The bucket of repairs` {
    private func instant(_ seconds: Double) -> Instant { Instant(sinceBoot: .seconds(seconds)) }

    @Test(arguments: [1, 5, 100], [1, 20, 10_000])
    func `gives a burst at once and not one more`(burst: Int, perSecond: Int) {
        var bucket = RepairBucket(pace: Pace(burst: burst, perSecond: perSecond))
        let given = (0..<(burst + 10)).map { _ in bucket.take(at: instant(1)) }
        #expect(given == Array(repeating: true, count: burst) + Array(repeating: false, count: 10))
    }

    @Test func `gives one more when it says, and not a nanosecond before`() {
        var bucket = RepairBucket(pace: Pace(burst: 3, perSecond: 20))
        while bucket.take(at: instant(5)) {}
        let next = bucket.nextToken
        #expect(next - instant(5) == .milliseconds(50))
        let given = [next - .nanoseconds(1), next, next].map { bucket.take(at: $0) }
        #expect(given == [false, true, false])
    }

    @Test func `is full again when it says`() {
        var bucket = RepairBucket(pace: Pace(burst: 4, perSecond: 2))
        while bucket.take(at: instant(5)) {}
        #expect(bucket.fullTime == instant(7))
        let given = (0..<5).map { _ in bucket.take(at: instant(7)) }
        #expect(given == [true, true, true, true, false])
    }

    @Test func `is never fuller than full, however long it is not used`() {
        var bucket = RepairBucket(pace: Pace(burst: 2, perSecond: 1_000))
        let given = (0..<3).map { _ in bucket.take(at: instant(1_000_000)) }
        #expect(given == [true, true, false])
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `never gives more than the pace over any window, nor less than it over the whole`(seed: UInt64) {
        var random = Seeded(seed)
        let pace = Pace(burst: .random(in: 1...20, using: &random), perSecond: .random(in: 1...50, using: &random))
        var bucket = RepairBucket(pace: pace)
        var now = 10.0
        var taken: [Double] = []
        for _ in 0..<400 {
            now += .random(in: 0...(seed.isMultiple(of: 2) ? 0.01 : 0.2), using: &random)
            if bucket.take(at: instant(now)) { taken.append(now) }
        }
        for first in taken.indices {
            for last in taken.indices[first...] {
                let most = Double(pace.burst) + (taken[last] - taken[first]) * Double(pace.perSecond)
                #expect(Double(last - first + 1) <= most + 1e-6, "seed \(seed)")
            }
        }
        // Whoever asks a hundred times a second gets the whole pace.
        if seed.isMultiple(of: 2) {
            let least = min(400, Double(pace.burst - 1) + (now - 10) * Double(min(pace.perSecond, 90)) * 0.5)
            #expect(Double(taken.count) >= least, "seed \(seed)")
        }
    }
}
