import AmtguardCore
import Testing

@Suite struct `Addresses` {
    @Test(arguments: ["00:1b:21:AA:bb:0c", "00-1B-21-aa-bb-0C"])
    func `a MAC address is read with colons and with hyphens`(text: String) {
        let mac = MACAddress(text)
        #expect(mac?.octets == [0x00, 0x1B, 0x21, 0xAA, 0xBB, 0x0C])
        #expect(mac?.description == "00:1b:21:aa:bb:0c")
        #expect(mac == MACAddress(octets: [0x00, 0x1B, 0x21, 0xAA, 0xBB, 0x0C]))
    }

    @Test(arguments: [
        "", ":", "00:1b:21:aa:bb", "00:1b:21:aa:bb:cc:dd", "00:1b:21:aa:bb:c", "00:1b:21-aa:bb:cc", "001b21aabbcc",
        "00:1b:21:aa:bb:gg", " 0:1b:21:aa:bb:cc", "+1:1b:21:aa:bb:cc", "00:1b:21:aa:bb:cc\n", "\u{FF11}",
        "00::1b:21:aa:bb:cc", ":00:1b:21:aa:bb:cc", "00:1b:21:aa:bb:cc:",
    ])
    func `a text that is not a MAC address is refused`(text: String) {
        #expect(MACAddress(text) == nil)
    }

    @Test func `a MAC address has six octets, and zero is not one`() throws {
        for count in [0, 4, 5, 7, 20] { #expect(MACAddress(octets: [UInt8](repeating: 1, count: count)) == nil) }
        #expect(try #require(MACAddress("00:00:00:00:00:00")).isZero)
        #expect(try !#require(MACAddress("00:00:00:00:00:01")).isZero)
    }

    @Test(
        arguments: [("192.168.1.20", 0xC0A8_0114), ("0.0.0.0", 0), ("255.255.255.255", 0xFFFF_FFFF)]
            as [(String, UInt32)])
    func `an IPv4 address is four numbers`(text: String, bits: UInt32) {
        let address = IPv4Address(text)
        #expect(address?.bits == bits && address?.description == text)
        #expect(address.map { IPv4Address(octets: $0.octets) } == address)
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.-4", "01.2.3.4", "1.2.3.4 ", "1..3.4", "1..2.3.4", ".1.2.3.4",
        "1.2.3.4.", "0x1.2.3.4", "1.2.3.1000",
        "99999999999999999999.1.1.1", "1.2.3.\u{FF11}",
    ])
    func `a text that is not an IPv4 address is refused`(text: String) {
        #expect(IPv4Address(text) == nil)
    }

    @Test(
        arguments: [
            ([0, 0, 0, 0, 0, 0, 0, 0], "::"), ([0, 0, 0, 0, 0, 0, 0, 1], "::1"),
            ([0x2001, 0xDB8, 0, 0, 1, 0, 0, 1], "2001:db8::1:0:0:1"),
            ([0x2001, 0xDB8, 0, 1, 1, 1, 1, 1], "2001:db8:0:1:1:1:1:1"),
            ([0x2001, 0, 0, 1, 0, 0, 0, 1], "2001:0:0:1::1"), ([0xFE80, 0, 0, 0, 0, 0, 0, 0], "fe80::"),
            ([0, 0, 0, 0, 0, 0xFFFF, 0xC000, 0x0201], "::ffff:192.0.2.1"),
            ([1, 2, 3, 4, 5, 6, 7, 8], "1:2:3:4:5:6:7:8"), ([0, 0, 3, 4, 5, 6, 0, 0], "::3:4:5:6:0:0"),
        ] as [([UInt16], String)])
    func `an IPv6 address has one form`(groups: [UInt16], text: String) throws {
        let octets = groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        #expect(try #require(IPv6Address(octets: octets)).description == text)
        #expect(IPv6Address(octets: octets.dropLast()) == nil)
    }

    @Test(arguments: [
        ("10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0"),
        ("172.16.0.0", "172.31.255.255", "172.15.255.255", "172.32.0.0"),
        ("192.168.0.0", "192.168.255.255", "192.167.255.255", "192.169.0.0"),
        ("100.64.0.0", "100.127.255.255", "100.63.255.255", "100.128.0.0"),
        ("192.0.2.0", "192.0.2.255", "192.0.1.255", "192.0.3.0"),
        ("198.51.100.0", "198.51.100.255", "198.51.99.255", "198.51.101.0"),
        ("203.0.113.0", "203.0.113.255", "203.0.112.255", "203.0.114.0"),
        ("169.254.0.0", "169.254.255.255", "169.253.255.255", "169.255.0.0"),
        ("127.0.0.0", "127.255.255.255", "126.255.255.255", "128.0.0.0"),
    ])
    func `an address of a private network is not public, and the next one is`(
        first: String, last: String, before: String, after: String
    ) {
        #expect([first, last].map { IPv4Address($0)?.isPublic } == [false, false])
        #expect([before, after].map { IPv4Address($0)?.isPublic } == [true, true])
    }
}
