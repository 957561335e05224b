import AmtguardCore
import AmtguardLab
import Testing

/// Bytes by the layout: no recording of MKHI is public.
@Suite struct `MKHI byte by byte` {
    @Test(
        arguments: [
            (.capable, "0302000000000000"), (.enabled, "0302000020000000"), (.available, "0302000027000000"),
        ] as [(MKHI.Rule, String)])
    func `asks in exactly these bytes`(rule: MKHI.Rule, hex: String) throws {
        #expect(hexDigits(rule.encoded) == hex)
        #expect(MKHI.Rule.allCases.filter { $0.encoded == rule.encoded } == [rule])
    }

    /// The answer to rule 32: group 3, command 2 with the response bit, result, rule, length 4, features.
    static func reply(
        group: UInt8 = 3, command: UInt8 = 0x82, reserved: UInt8 = 0, result: UInt8 = 0, rule: UInt8 = 32,
        length: UInt8 = 4, features: UInt8 = 4
    ) -> [UInt8] {
        [group, command, reserved, result, rule, 0, 0, 0, length, features, 0, 0x10, 0]
    }

    @Test func `tells whether AMT is among the features`() throws {
        let with = try MKHI.Features(parsing: Self.reply(features: 0x24), to: .enabled)
        #expect(with.contains(.amt))
        #expect(with.rawValue == 0x10_0024)
        #expect(with.encoded(to: .enabled) == Self.reply(features: 0x24))
        #expect(!(try MKHI.Features(parsing: Self.reply(features: 0xFB), to: .enabled)).contains(.amt))
        // Newer firmware may append bytes.
        #expect(try MKHI.Features(parsing: Self.reply(length: 8) + [1, 2, 3, 4], to: .enabled).contains(.amt))
    }

    @Test(
        arguments: [
            (reply(group: 4), .otherCommand(0x0482)), (reply(command: 2), .otherCommand(0x0302)),
            (reply(reserved: 1), .value("reserved field", 1)),
            (reply(result: 0x89), .result(MKHI.Result(rawValue: 0x89))), (reply(rule: 0), .value("rule", 0)),
            (reply(length: 3), .value("data's length", 3)),
            (Array(reply().dropLast()), .short("data")), ([], .short("group")),
            // Too few bytes follow the header, but the result is still reported.
            ([3, 0x82, 0, 0x88], .result(.notReady)),
        ] as [([UInt8], WireError)])
    func `refuses bytes that are not a reply to the rule`(bytes: [UInt8], error: WireError) {
        #expect(throws: error) { try MKHI.Features(parsing: bytes, to: .enabled) }
        var answer = FirmwareAnswer(.answered)
        #expect(answer.take(bytes, for: MKHI.Rule.enabled) == error)
        #expect(answer.enabled == .unknown(Gap(error)))
    }

    @Test func `names its results`() {
        #expect(MKHI.Result(rawValue: 0x89).description == "NOT_SUPPORTED")
        #expect(MKHI.Result(rawValue: 0x17).description == "0x17")
        let named = (.min ... .max as ClosedRange<UInt8>).filter {
            !MKHI.Result(rawValue: $0).description.hasPrefix("0x")
        }
        #expect(named == [0, 1, 2, 5, 0x16, 0x81, 0x84, 0x85, 0x88, 0x89, 0x8D, 0x99, 0x9E, 0xFE, 0xFF])
    }
}
