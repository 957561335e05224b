import AmtguardCore
import CLinux
import SystemPackage
import Testing

@testable import AmtguardLinux

@Suite("Bytes of ctnetlink")
struct ConntrackParsingTests {
    /// A SYN of 10.88.0.2:40000 to 203.0.113.9:443, masqueraded as 198.51.100.1:16992, and never answered; laid out by
    /// linux/netfilter/nfnetlink_conntrack.h, without fields that are not read.
    static let syn = bytes(
        """
        02 00 00 00
        34 00 01 80  14 00 01 80  08 00 01 00 0A 58 00 02  08 00 02 00 CB 00 71 09
                     1C 00 02 80  05 00 01 00 06 00 00 00  06 00 02 00 9C 40 00 00  06 00 03 00 01 BB 00 00
        34 00 02 80  14 00 01 80  08 00 01 00 CB 00 71 09  08 00 02 00 C6 33 64 01
                     1C 00 02 80  05 00 01 00 06 00 00 00  06 00 02 00 01 BB 00 00  06 00 03 00 42 60 00 00
        08 00 03 00 00 00 01 98
        """)

    private static func entry(_ payload: [UInt8]) throws(Errno) -> ConntrackEntry? {
        try ConntrackEntry(message(0x100, payload))
    }

    @Test func `a translated connection has four ends`() throws {
        let entry = try #require(try Self.entry(Self.syn))
        #expect(entry.status.contains(.sourceTranslated) && !entry.status.contains(.answered))
        #expect(entry.flow.protocol == .tcp && !entry.flow.isAnswered)
        #expect(entry.flow.origin.description == "10.88.0.2:40000")
        #expect(entry.flow.remote.description == "203.0.113.9:443")
        #expect(entry.flow.translated.description == "198.51.100.1:16992")
    }

    @Test func `another message, and a protocol without ports, is no connection`() throws {
        #expect(try ConntrackEntry(message(0x101, Self.syn)) == nil)
        var ping = Self.syn
        ping[36] = 1
        ping[88] = 1
        #expect(try Self.entry(ping) == nil)
    }

    @Test func `a part that is missing or too short is an error`() {
        #expect(throws: Errno.badMessage) { try Self.entry([2, 0, 0]) }
        #expect(throws: Errno.badMessage) { try Self.entry(Array(Self.syn.prefix(4))) }
        #expect(throws: Errno.badMessage) { try Self.entry(Array(Self.syn.prefix(56))) }
        #expect(throws: Errno.badMessage, "no status") { try Self.entry(Array(Self.syn.prefix(108))) }
        for length in 5..<Self.syn.count where length != 56 && length != 108 {
            #expect(throws: Errno.badMessage, "\(length)") { try Self.entry(Array(Self.syn.prefix(length))) }
        }
    }

    @Test func `the kernel is asked for what was translated and never answered`() throws {
        let address = try #require(IPv4Address("198.51.100.1"))
        let request = ConntrackRequest.unansweredTranslated(address: address, .tcp, port: 16992)
        #expect(
            request
                == bytes(
                    """
                    02 00 00 00
                    24 00 02 80  0C 00 01 80  08 00 02 00 C6 33 64 01
                                 14 00 02 80  05 00 01 00 06 00 00 00  06 00 03 00 42 60 00 00
                    0C 00 19 80  08 00 02 00 2A 00 00 00
                    08 00 03 00 00 00 00 10  08 00 1A 00 00 00 00 12
                    """))
        let all = ConntrackRequest.unansweredTranslated(address: nil, nil, port: nil)
        #expect(all == bytes("02 00 00 00  08 00 03 00 00 00 00 10  08 00 1A 00 00 00 00 12"))
    }
}
