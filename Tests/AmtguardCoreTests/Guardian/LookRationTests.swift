import AmtguardCore
import Testing

@Suite struct `A ration of looks` {
    private static func at(_ milliseconds: Int) -> Instant { Instant(sinceBoot: .milliseconds(milliseconds)) }

    @Test(arguments: [(0, 100), (1, 100), (4, 100), (40, 1_000), (400, 10_000)])
    func `is used up for 25 times as long as a look takes, and for a tenth of a second at least`(took: Int, rest: Int) {
        var ration = LookRation()
        #expect(ration.allows(at: Self.at(0)))
        ration.spend(from: Self.at(5_000), to: Self.at(5_000 + took))
        #expect(!ration.allows(at: Self.at(5_000 + took + rest - 1)))
        #expect(ration.allows(at: Self.at(5_000 + took + rest)))
    }
}
