import Testing

@testable import AmtguardCore

@Suite struct `A socket's reach` {
    @Test(
        arguments: [
            ([0, 0, 0, 0], .wildcard), ([127, 0, 0, 1], .loopback), ([127, 255, 0, 1], .loopback),
            ([192, 168, 1, 20], .address),
            ([UInt8](repeating: 0, count: 16), .wildcard),
            ([UInt8](repeating: 0, count: 15) + [1], .loopback),
            ([UInt8](repeating: 0, count: 10) + [255, 255, 127, 0, 0, 1], .loopback),
            ([UInt8](repeating: 0, count: 10) + [255, 255, 0, 0, 0, 0], .wildcard),
            ([UInt8](repeating: 0, count: 10) + [255, 255, 10, 0, 0, 1], .address),
            ([0xFE, 0x80] + [UInt8](repeating: 0, count: 13) + [1], .address),
        ] as [([UInt8], LocalSocket.Reach)])
    func `is told from its address`(octets: [UInt8], reach: LocalSocket.Reach) throws {
        let address =
            IPv4Address(octets: octets).map { IPAddress.v4($0) } ?? IPv6Address(octets: octets).map { .v6($0) }
        let socket = LocalSocket(.tcp, try #require(address), port: 16992, .listening, uid: 0)
        #expect(socket.reach == reach)
        #expect(socket.family == (octets.count == 4 ? .ipv4 : .ipv6))
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("::1", true), ("::ffff:127.0.0.1", true), ("0.0.0.0", false), ("192.0.2.20", false),
        ("::", false), ("x", false),
    ])
    func `is within this host by the address in a report`(address: String, isOnLoopback: Bool) throws {
        var socket = Status.Socket(JudgedSocket(.listener("0.0.0.0", 16992), .unknown))
        socket.address = address
        #expect(socket.isOnLoopback == isOnLoopback)
    }
}
