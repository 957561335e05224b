import Testing

@testable import AmtguardCore

@Suite struct `The switch of AMT` {
    // 0x80 and 0x82 are from real machines (rpc-go, pull request 1145 and its tests).
    @Test(
        arguments: [
            ([0x80], false), ([0x82], true), ([0xC2], true), ([0x80, 0, 0, 0], false), ([0x82, 0, 0, 0, 9], true),
            // Older firmware answers another question.
            ([0x01], nil), ([0x03, 0, 0, 0], nil), ([0x00], nil),
        ] as [([UInt8], Bool?)])
    func `is told by one byte, or by four`(bytes: [UInt8], isOn: Bool?) throws {
        let state = try AMTSwitch(parsing: bytes)
        #expect(state.isOn == isOn)
        #expect(AMTSwitch(texts: state.texts) == state)
    }

    @Test(
        arguments: [
            ([], .short("state")), ([0x80, 0], .short("state")), ([0x80, 0, 0], .short("state")),
            ([0x80, 1, 0, 0], .value("state", 0x180)), ([0x80, 1, 0, 0, 9], .value("state", 0x180)),
        ] as [([UInt8], WireError)])
    func `is not guessed from anything else`(bytes: [UInt8], error: WireError) {
        #expect(throws: error) { try AMTSwitch(parsing: bytes) }
    }

    @Test func `is asked for, and never changed`() {
        #expect(AMTSwitch.question == [5, 2, 0x51, 0x10])
    }

    @Test(
        arguments: [(0x80, "off"), (0x82, "on"), (0xC2, "on"), (0x02, "this firmware does not say (0x2)")]
            as [(UInt8, String)])
    func `is told to people, if the firmware tells it`(byte: UInt8, words: String) {
        #expect(AMTSwitch(rawValue: byte).words == words)
    }
}
