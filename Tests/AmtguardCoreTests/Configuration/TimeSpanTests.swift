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

    @Test(
        arguments: [
            (.zero, "0s"), (.microseconds(1), "1us"), (.milliseconds(100), "100ms"), (.seconds(1), "1s"),
            (.seconds(60), "1min"), (.seconds(150), "2min 30s"), (.seconds(3_600), "1h"), (.seconds(86_400), "1d"),
            (.microseconds(90_061_001_001), "1d 1h 1min 1s 1ms 1us"),
            (.microseconds(172_799_999_999), "1d 23h 59min 59s 999ms 999us"), (.seconds(31_557_600), "365d 6h"),
        ] as [(Duration, String)])
    func `is written with the largest units first, and read back`(duration: Duration, text: String) {
        #expect(duration.timeSpan == text)
        #expect(Duration(timeSpan: text) == duration)
    }
}
