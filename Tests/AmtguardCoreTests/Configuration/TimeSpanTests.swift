import Testing

@testable import AmtguardCore

@Suite struct `A time span` {
    @Test(
        arguments: [
            ("30", .seconds(30)), ("30s", .seconds(30)), ("30 s", .seconds(30)), ("500ms", .milliseconds(500)),
            ("2min 30s", .seconds(150)), ("2min30s", .seconds(150)), ("1.5h", .seconds(5_400)), ("0", .zero),
            ("1h 1m 1sec 1msec 1usec", .microseconds(3_661_001_001)), ("1us", .microseconds(1)),
            ("2 hours", .seconds(7_200)), ("0.25", .milliseconds(250)), ("1 min", .seconds(60)),
            ("1d", .seconds(86_400)), ("2 days", .seconds(172_800)),
        ] as [(String, Duration)])
    func `is read as systemd reads it`(text: String, duration: Duration) {
        #expect(Duration(timeSpan: text) == duration)
    }

    @Test(arguments: [
        "", " ", "s", "soon", "-1", "+1", "1x", "1.2.3", ".", ".5", "1e5", "0x10", "inf", "nan", "1,5", "2min -30s",
        "\u{FF11}s", "1\u{301}", "9999999999999h", String(repeating: "9", count: 500), "30s;",
    ])
    func `is refused if it is not a time, or longer than a year`(text: String) {
        #expect(Duration(timeSpan: text) == nil)
    }
}
