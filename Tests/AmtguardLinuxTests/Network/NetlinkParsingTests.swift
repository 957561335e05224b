import AmtguardCore
import CLinux
import Glibc
import SystemPackage
import Testing

@testable import AmtguardLinux

@Suite("Bytes of netlink")
struct NetlinkParsingTests {
    /// An interface of a virtual machine from Linux 6.18, without counters and settings of IPv6.
    static let eth0 = bytes(
        """
        00 00 01 00 04 00 00 00 43 10 01 00 00 00 00 00
        09 00 03 00 65 74 68 30 00 00 00 00
        08 00 0d 00 e8 03 00 00
        05 00 10 00 06 00 00 00
        08 00 04 00 78 05 00 00
        0a 00 01 00 02 fc 00 00 00 01 00 00
        0a 00 02 00 ff ff ff ff ff ff 00 00
        0c 00 2b 00 05 00 02 00 00 00 00 00
        0a 00 36 00 02 fc 00 00 00 01 00 00
        0f 00 06 00 70 66 69 66 6f 5f 66 61 73 74 00 00
        04 00 3e 80
        """)

    /// Its address, the complete message.
    static let address = bytes(
        """
        58 00 00 00 14 00 02 00 01 00 00 00 24 53 00 00
        02 18 80 00 04 00 00 00
        08 00 01 00 c0 00 02 02
        08 00 02 00 c0 00 02 02
        08 00 04 00 c0 00 02 ff
        09 00 03 00 65 74 68 30 00 00 00 00
        08 00 08 00 80 00 00 00
        14 00 06 00 ff ff ff ff ff ff ff ff 16 00 00 00 16 00 00 00
        """)

    private static func head(index: UInt8, flags: UInt8 = 1) -> [UInt8] {
        [0, 0, 1, 0, index, 0, 0, 0, flags, 0, 0, 0, 0, 0, 0, 0]
    }

    private static func link(_ payload: [UInt8]) throws(Errno) -> HostInterface? {
        try HostInterface(link: message(RTM_NEWLINK, payload))
    }

    private let name = attribute(IFLA_IFNAME, Array("eno1\0".utf8))

    @Test func `a network card tells its permanent address`() throws {
        let mac = MACAddress("02:fc:00:00:00:01")
        #expect(
            try Self.link(Self.eth0)
                == HostInterface(index: 4, name: "eth0", mac: mac, permanentMAC: mac, isUp: true))
    }

    /// Laid out by linux/if_link.h.
    @Test func `a VLAN on a bond tells what is below and above it`() throws {
        let payload =
            Self.head(index: 7, flags: 0) + attribute(IFLA_IFNAME, Array("bond0.5\0".utf8))
            + attribute(IFLA_ADDRESS, [2, 0, 0, 0, 0, 7]) + attribute(IFLA_PERM_ADDRESS, [0, 0, 0, 0, 0, 0])
            + attribute(IFLA_LINK, [6, 0, 0, 0]) + attribute(IFLA_MASTER, [9, 0, 0, 0])
            // The kernel may mark lists with the highest bit.
            + attribute(
                IFLA_LINKINFO | 0x8000,
                attribute(IFLA_INFO_KIND, Array("vlan\0".utf8)) + attribute(IFLA_INFO_DATA, [6, 0, 1, 0, 5, 0, 0, 0]))
        #expect(
            try Self.link(payload)
                == HostInterface(
                    index: 7, name: "bond0.5", mac: MACAddress("02:00:00:00:00:07"), permanentMAC: nil, isUp: false,
                    kind: "vlan", lower: 6, master: 9))
    }

    @Test func `the number of an interface elsewhere means nothing here`() throws {
        let lower = attribute(IFLA_LINK, [6, 0, 0, 0])
        #expect(try Self.link(Self.head(index: 7) + name + lower)?.lower == 6)
        #expect(
            try Self.link(Self.head(index: 7) + name + lower + attribute(IFLA_LINK_NETNSID, [0, 0, 0, 0]))?.lower == nil
        )
        #expect(
            try Self.link(Self.head(index: 7) + attribute(IFLA_LINK_NETNSID, [0, 0, 0, 0]) + lower + name)?.lower == nil
        )
        #expect(try Self.link(Self.head(index: 6) + name + lower)?.lower == nil)
        #expect(try Self.link(Self.head(index: 6) + name + attribute(IFLA_LINK, [0, 0, 0, 0]))?.lower == nil)
    }

    @Test func `an address of another length is none`() throws {
        for count in [0, 4, 20] {
            let address = attribute(IFLA_ADDRESS, [UInt8](repeating: 7, count: count))
            #expect(try Self.link(Self.head(index: 6) + name + address)?.mac == nil)
        }
    }

    @Test func `a name is made printable`() throws {
        let name = attribute(IFLA_IFNAME, [0x1B, 0x5B, 0x41, 0, 0x41])
        #expect(try Self.link(Self.head(index: 6) + name)?.name == "?[A")
    }

    @Test(
        arguments: [
            [], Array(head(index: 1).dropLast()), head(index: 1), head(index: 0) + attribute(IFLA_IFNAME, [0x41]),
            head(index: 1) + attribute(IFLA_IFNAME, []),
            head(index: 1) + attribute(IFLA_IFNAME, [0x41]) + attribute(IFLA_LINK, [1]),
            head(index: 1) + attribute(IFLA_IFNAME, [0x41]) + attribute(IFLA_LINK, [0, 0, 0, 0x80]),
            head(index: 1) + attribute(IFLA_IFNAME, [0x41]) + attribute(IFLA_LINKINFO, [9, 0, 1, 0]),
            head(index: 1) + [3, 0, 3, 0], head(index: 1) + [0, 0, 0, 0], head(index: 1) + [9, 0, 3, 0, 0x41],
            head(index: 1) + attribute(IFLA_IFNAME, [0x41]) + [5],
        ] as [[UInt8]])
    func `an interface that does not fit is refused`(payload: [UInt8]) {
        #expect(throws: Errno.badMessage) { try Self.link(payload) }
    }

    @Test func `an address is the host's own, not the other end's`() throws {
        let messages = try NetlinkMessage.parse(Self.address[...])
        #expect(messages.count == 1)
        let address = try InterfaceAddress(#require(messages.first))
        #expect(address?.index == 4 && address?.address.description == "192.0.2.2")
        let point: [UInt8] = [2, 32, 0, 0, 5, 0, 0, 0]
        let other = attribute(IFA_ADDRESS, [10, 0, 0, 9])
        #expect(
            try InterfaceAddress(message(RTM_NEWADDR, point + other + attribute(IFA_LOCAL, [10, 0, 0, 1])))?.address
                .description == "10.0.0.1")
        #expect(try InterfaceAddress(message(RTM_NEWADDR, point + other))?.address.description == "10.0.0.9")
        #expect(try InterfaceAddress(message(RTM_NEWADDR, [10] + point.dropFirst())) == nil)
        #expect(try InterfaceAddress(message(RTM_NEWLINK, point)) == nil)
        for payload in [
            Array(point.dropLast()), point, point + attribute(IFA_LOCAL, [1, 2, 3]), [2, 32, 0, 0, 0, 0, 0, 0] + other,
        ] {
            #expect(throws: Errno.badMessage) { try InterfaceAddress(message(RTM_NEWADDR, payload)) }
        }
    }

    @Test(
        arguments: [[15, 0, 0, 0], [17, 0, 0, 0], [0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [16, 0, 0]] as [[UInt8]])
    func `a datagram whose lengths do not fit is refused`(length: [UInt8]) {
        let datagram = Array((length + [UInt8](repeating: 0, count: 12)).prefix(length.count == 4 ? 16 : 3))
        #expect(throws: Errno.badMessage) { try NetlinkMessage.parse(datagram[...]) }
    }

    @Test(
        arguments: [
            (NLMSG_ERROR, [0xFE, 0xFF, 0xFF, 0xFF], .noSuchFileOrDirectory), (NLMSG_ERROR, [0, 0, 0, 0], nil),
            (NLMSG_ERROR, [], .badMessage), (NLMSG_ERROR, [0xFE, 0xFF], .badMessage),
            (NLMSG_ERROR, [0, 0, 0, 0x80], .badMessage), (NLMSG_DONE, [], nil), (NLMSG_DONE, [0, 0, 0, 0], nil),
            (NLMSG_DONE, [0xFF, 0xFF, 0xFF, 0xFF], .notPermitted), (NLMSG_DONE, [1], .badMessage),
        ] as [(CInt, [UInt8], Errno?)])
    func `the end of a list may be an error`(type: CInt, payload: [UInt8], errno: Errno?) {
        let answer = message(Int(type), payload)
        if let errno {
            #expect(throws: errno) { try answer.requireSuccess() }
        } else {
            #expect(throws: Never.self) { try answer.requireSuccess() }
        }
    }

    @Test(arguments: 0..<500 as Range<UInt64>)
    func `any bytes are met with an interface or an error`(seed: UInt64) {
        var random = Seeded(seed)
        let link = random.damage(Self.eth0)
        let address = random.damage(Self.address)
        for body in [
            { _ = try Self.link(link) },
            {
                for message in try NetlinkMessage.parse(address[...]) { _ = try InterfaceAddress(message) }
            },
        ] as [() throws -> Void] {
            do { try body() } catch { #expect(error as? Errno == .badMessage, "seed \(seed)") }
        }
    }
}
