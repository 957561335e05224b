import AmtguardCore
import Testing

@Suite struct `A moment` {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"),
            (1, "1970-01-01T00:00:01Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (86_399, "1970-01-01T23:59:59Z"),
            (86_400, "1970-01-02T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_709_164_800, "2024-02-29T00:00:00Z"),
            (1_795_380_540, "2026-11-22T20:49:00Z"),
            (1_791_627_010, "2026-10-10T10:10:10Z"),
            (2_147_483_647, "2038-01-19T03:14:07Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
            (-2_208_988_800, "1900-01-01T00:00:00Z"),
            (-2_203_891_200, "1900-03-01T00:00:00Z"),
            (-62_135_596_800, "0001-01-01T00:00:00Z"),
        ] as [(Int64, String)])
    func `is printed in ISO 8601`(seconds: Int64, text: String) {
        #expect(Moment(Instant(sinceBoot: .zero), wallClock: seconds).iso8601 == text)
    }

    @Test func `is reported in whole microseconds on the boot clock`() {
        #expect(Duration.nanoseconds(1_234_567_999).microseconds == 1_234_567)
        #expect(Duration.seconds(81).microseconds == 81_000_000)
    }
}
