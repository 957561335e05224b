import Testing

@testable import AmtguardCommands

@Suite struct `Times for people` {
    @Test(
        arguments: [
            ("since 2026-11-22T20:49:00Z", 3_600, "since 2026-11-22T21:49:00+01:00"),
            (
                "2026-12-31T23:30:00Z, 2026-02-28T23:59:59Z.", 19_800,
                "2027-01-01T05:00:00+05:30, 2026-03-01T05:29:59+05:30."
            ),
            ("2024-03-01T00:15:00Z", -3_600, "2024-02-29T23:15:00-01:00"),
            ("2026-11-22T20:49:00Z", 0, "2026-11-22T20:49:00Z"),
            ("2026-11-22 20:49:00, 12:00:00Z, 2026-11-22T20:49:00+01:00, é→", 3_600, nil), ("", 3_600, nil),
            ("2026-11-22T20:49:0", 3_600, nil),
        ] as [(String, Int64, String?)])
    func `are local, with their offset`(text: String, offset: Int64, local: String?) {
        #expect(text.inLocalTime { _ in offset } == local ?? text)
    }

    @Test func `have the offset of their season`() {
        let summer: (Int64) -> Int64 = { $0 > 1_790_000_000 ? 3_600 : 7_200 }
        #expect(
            "2026-07-01T00:00:00Z 2026-11-22T00:00:00Z".inLocalTime(summer)
                == "2026-07-01T02:00:00+02:00 2026-11-22T01:00:00+01:00")
    }
}
