import AmtguardCore
import Testing

@Suite struct `The text of an address` {
    @Test(arguments: [
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:db8::1", "2001:db8::1"),
        ("2001:DB8:0:0:1::1", "2001:db8::1:0:0:1"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("0001:02:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"),
        ("1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201"), ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.1", "192.0.2.1"),
    ])
    func `is read in each form, and written in one`(text: String, written: String) {
        #expect(IPAddress(text)?.description == written)
        #expect(IPAddress(written)?.description == written)
    }

    @Test(arguments: [
        "", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "::1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8::",
        ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "12345::", "g::", "::1%eth0", "[::1]", "::192.0.2", "::192.0.2.1:1",
        "192.0.2.1::",
        "1:2:3:4:5:6:7:192.0.2.1", "+1::", "::-1", " ::1", "192.0.2.01", "host", "\u{0}",
        "1111:1111:1111:1111:1111:1111:1111:1111:1111:1111",
    ])
    func `is nothing else`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func `stands in brackets before a port where it has colons`() {
        #expect(IPAddress("2001:db8::1")?.with(port: 22) == "[2001:db8::1]:22")
        #expect(IPAddress("192.0.2.1")?.with(port: 22) == "192.0.2.1:22")
    }

    @Test func `may be as long as an address can be, and no longer`() {
        let text = "0000:0000:0000:0000:0000:ffff:255.255.255.255"
        #expect(text.utf8.count == 45 && IPAddress(text)?.description == "255.255.255.255")
        #expect(IPAddress("0" + text) == nil)
    }
}
