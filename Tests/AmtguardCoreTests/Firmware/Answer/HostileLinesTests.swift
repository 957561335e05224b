import AmtguardCore
import Testing

@Suite struct `Lines that somebody else may have written` {
    private func parse(_ text: String) throws -> FirmwareAnswer {
        try FirmwareAnswer(parsing: Array(text.utf8))
    }

    private static let lan =
        "WIRED_ENABLED=1\nWIRED_IPV4=10.0.0.1\nWIRED_DHCP=1\nWIRED_DHCP_MODE=passive\nWIRED_LINK=1\n"

    @Test(arguments: [
        "", "\n", "END=1", "END=1\n", "OUTCOME=answered\n", "OUTCOME=answered\nEND=1", "OUTCOME=answered\nEND=0\n",
        "OUTCOME=answered\nEND=1\nDEVICE=mei0\n", "OUTCOME=answered\nEND=1\nEND=1\n",
        "OUTCOME=answered\n\nEND=1\n", "OUTCOME=answered\nOUTCOME=busy\nEND=1\n", "OUTCOME=wonderful\nEND=1\n",
        "OUTCOME=answered\nNEW=1\nNEW=2\nEND=1\n", "OUTCOME=answered\nno equals\nEND=1\n",
        "OUTCOME=answered\n=value\nEND=1\n", "OUTCOME=answered\nkey=value\nEND=1\n",
        "OUTCOME=answered\nDEVICE=\u{1B}[31m\nEND=1\n", "OUTCOME=answered\nDEVICE=caf\u{E9}\nEND=1\n",
        "OUTCOME=answered\r\nEND=1\n", "OUTCOME=answered\nDEVICE=a\0b\nEND=1\n",
        "OUTCOME=answered\nDEVICE=\nEND=1\n",
        "OUTCOME=answered\nDEVICE=" + String(repeating: "a", count: 301) + "\nEND=1\n",
        "OUTCOME=answered\n" + String(repeating: "A", count: 41) + "=1\nEND=1\n",
        "OUTCOME=answered\nSKU=4294967296\nEND=1\n", "OUTCOME=answered\nSKU=-1\nEND=1\n",
        "OUTCOME=answered\nSKU=+8\nEND=1\n", "OUTCOME=answered\nSKU=\nEND=1\n",
        "OUTCOME=answered\nPROVISIONING=maybe\nEND=1\n", "OUTCOME=answered\nCONTROL_MODE=other-1\nEND=1\n",
        "OUTCOME=answered\nCONTROL_MODE=other-\nEND=1\n", "OUTCOME=answered\nCONTROL_MODE=\nEND=1\n",
        "OUTCOME=answered\nWEB_UI=2\nEND=1\n", "OUTCOME=answered\nAMTHI=perhaps\nEND=1\n",
        "OUTCOME=answered\nUUID=1\nEND=1\n",
        "OUTCOME=answered\nDEVICE=mei0\nDEVICE_UNKNOWN=why\nEND=1\n",
        "OUTCOME=answered\n" + lan + "END=1\n", "OUTCOME=answered\n" + lan + "WIRED_MAC=1:2:3:4:5:6\nEND=1\n",
        "OUTCOME=answered\n" + lan + "WIRED_MAC=c8:d9:d2:7a:1e:33\nWIRED_UNKNOWN=why\nEND=1\n",
        "OUTCOME=answered\nKVM_ACTIVE=1\nEND=1\n", "OUTCOME=answered\nKVM_ACTIVE=1\nKVM_WAITING=yes\nEND=1\n",
    ])
    func `are refused in one line`(text: String) {
        let error = #expect(throws: FirmwareAnswer.Malformed.self) { try parse(text) }
        #expect(
            error?.description.allSatisfy { ($0.isASCII || $0 == "…") && !$0.isNewline } ?? false,
            "\(error?.description ?? "")")
        #expect((error?.description.utf8.count ?? 999) < 200)
    }

    @Test func `have a bound`() throws {
        let line = "A" + String(repeating: "B", count: 20)
        var text = "OUTCOME=answered\n"
        var number = 0
        while text.utf8.count < 65_000 {
            text += "\(line)\(number)=1\n"
            number += 1
        }
        #expect(try parse(text + "END=1\n").outcome == .answered)
        while text.utf8.count < FirmwareAnswer.sizeLimit {
            text += "\(line)\(number)=1\n"
            number += 1
        }
        #expect(throws: FirmwareAnswer.Malformed.self) { try parse(text + "END=1\n") }
    }

    @Test func `may say more than is known here, and less`() throws {
        let answer = try parse("OUTCOME=garbled\nOUTCOME_REASON=why\nNEW_KEY=new\nDEVICE=mei0\nEND=1\n")
        #expect(answer.outcome == .garbled("why"))
        #expect(answer.device == .known("mei0"))
        #expect(answer.wired == .unknown("the answer does not say"))
        #expect(try parse("OUTCOME=failed\nEND=1\n").outcome == .failed("no reason given"))
    }

    @Test func `are never half an answer`() {
        let bytes = `The firmware's answer`.full.encoded
        for count in 0..<bytes.count {
            #expect(throws: FirmwareAnswer.Malformed.self) { try FirmwareAnswer(parsing: Array(bytes.prefix(count))) }
        }
    }

    @Test func `survive any change of a byte`() {
        var generator = Seeded(7)
        let original = `The firmware's answer`.full.encoded
        for _ in 0..<5_000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            guard let answer = try? FirmwareAnswer(parsing: bytes) else { continue }
            // An accepted answer can be encoded again, and gives the same answer.
            #expect((try? FirmwareAnswer(parsing: answer.encoded)) == answer)
        }
    }

    @Test func `may have keys that a later version adds`() throws {
        #expect(try parse("OUTCOME=answered\nAZ_09= ~\nEND=1\n").outcome == .answered)
    }
}
