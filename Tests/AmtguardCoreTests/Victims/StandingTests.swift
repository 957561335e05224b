import Testing

@testable import AmtguardCore

@Suite struct `A socket's standing` {
    /// AMT shares 192.0.2.20 on the interface 2; 192.0.2.77 is another address of this host.
    private static let shared = Claim(
        tcp: PortSet(1...65535), udp: .ofAMTsUDP, on: [ip("192.0.2.20")], interfaces: [2],
        own: [ip("192.0.2.20"), ip("192.0.2.77"), ip("127.0.0.1")])
    /// As `shared`, with an unknown address of AMT's other interface.
    private static let half = {
        var half = shared
        half.doubt = "wireless"
        return half
    }()
    private static let none = Claim(tcp: shared.tcp, udp: shared.udp, own: shared.own)
    private static let unknown = Claim(tcp: shared.tcp, udp: shared.udp, own: shared.own, doubt: "not told")

    private static func v6(_ octets: [UInt8]) -> IPAddress {
        guard let address = IPv6Address(octets: octets) else { preconditionFailure("no address") }
        return .v6(address)
    }
    private static func mapped(_ text: String) -> IPAddress {
        v6([UInt8](repeating: 0, count: 10) + [255, 255] + ip(text).octets)
    }
    private static func udp(_ address: String, _ port: UInt16) -> LocalSocket {
        LocalSocket(.udp, .v4(ip(address)), port: port, .unconnected, uid: 1000)
    }
    private static let out: LocalSocket = .connection("192.0.2.20", 16994, to: "198.51.100.7")
    private static let lms: LocalSocket = .listener("0.0.0.0", 16992, uid: 0, unit: "lms.service")
    private static let wildcardOfV6 = v6([UInt8](repeating: 0, count: 16))

    struct Row {
        var name: String
        var socket: LocalSocket
        var standings: [Standing]

        init(_ name: String, _ socket: LocalSocket, _ standings: [Standing]) {
            self.name = name
            self.socket = socket
            self.standings = standings
        }
    }

    private static let deaf: [Standing] = [.victim, .victim, .elsewhere, .unknown]
    private static let apart: [Standing] = [.elsewhere, .unknown, .elsewhere, .unknown]
    private static func always(_ standing: Standing) -> [Standing] { Array(repeating: standing, count: 4) }

    /// The standing of a socket if AMT shares its address, if further addresses may be shared, if none is shared, and
    /// if this is unknown.
    static let rows: [Row] = [
        Row("opened to the outside", out, deaf),
        Row("established", out.with { $0.state = .established }, deaf),
        Row("half closed", out.with { $0.state = .closeWait }, deaf),
        Row(
            "in the form of IPv6", out.with { $0.address = mapped("192.0.2.20") }, deaf
        ),
        Row(
            "on another address", .connection("192.0.2.77", 16994, to: "198.51.100.7"), apart
        ),
        Row(
            "of IPv6",
            out.with {
                $0.address = v6([0x20, 1, 0x0D, 0xB8] + [UInt8](repeating: 1, count: 12))
                $0.takesIPv4 = false
            }, always(.elsewhere)
        ),
        Row(
            "of IPv6, though it takes IPv4 too",
            out.with {
                $0.address = v6([0x20, 1, 0x0D, 0xB8] + [UInt8](repeating: 1, count: 12))
                $0.remote?.address = v6([0x20, 1, 0x0D, 0xB8] + [UInt8](repeating: 2, count: 12))
            }, apart
        ),
        Row(
            "to this host by another address", .connection("192.0.2.20", 16994, to: "192.0.2.77"), always(.local)
        ),
        Row(
            "to this host by the same address", .connection("192.0.2.9", 16994, to: "192.0.2.9"), always(.local)
        ),
        Row("to loopback", .connection("192.0.2.20", 16994, to: "127.0.0.2"), always(.local)),
        Row("on loopback", .listener("127.0.0.1", 16994), always(.local)),
        Row("bound to lo", .listener("0.0.0.0", 16994).with { $0.interface = 1 }, always(.local)),
        Row("bound to the shared interface", out.with { $0.interface = 2 }, deaf),
        Row("bound to another interface", out.with { $0.interface = 5 }, apart),
        Row("a server beside a hold", .listener("192.0.2.20", 16994), deaf),
        Row("a server on every address", .listener("0.0.0.0", 16994), deaf),
        Row(
            "a server on every address, by IPv6 alone",
            .listener("0.0.0.0", 16994).with {
                $0.address = wildcardOfV6
                $0.takesIPv4 = false
            }, always(.elsewhere)
        ),
        Row(
            "a server on every address, of both families",
            .listener("0.0.0.0", 16994).with { $0.address = wildcardOfV6 }, deaf
        ),
        Row("LMS", .listener("0.0.0.0", 16992, uid: 0, unit: "lms.service"), always(.lms)),
        Row(
            "LMS, by IPv6 alone",
            lms.with {
                $0.address = wildcardOfV6; $0.takesIPv4 = false
            }, always(.lms)),
        Row("LMS, on loopback", .listener("127.0.0.1", 16992, uid: 0, unit: "lms.service"), always(.lms)),
        Row("LMS, in a session", lms.with { $0.unit = "session-3.scope" }.run(by: "bash", "lms"), always(.lms)),
        Row("another program in LMS's unit", lms.run(by: "python3"), deaf),
        Row("root's, of no unit, by name", .listener("0.0.0.0", 16992, uid: 0).run(by: "nc"), deaf),
        Row("portreserve's, by UDP", udp("0.0.0.0", 623).run(by: "portreserve"), always(.idle)),
        Row("another's, by UDP", udp("0.0.0.0", 623).run(by: "ipmi"), deaf),
        Row("root's, of no unit", .listener("0.0.0.0", 16992, uid: 0), always(.lms)),
        Row("on a port that is not AMT's", .listener("0.0.0.0", 5900, uid: 0), deaf),
        Row(
            "bound and no more",
            out.with {
                $0.state = .bound; $0.remote = nil
            }, always(.idle)
        ),
        Row(
            "a hold",
            out.with {
                $0.state = .bound; $0.remote = nil; $0.isOwn = true
            }, always(.own)
        ),
        Row("a probe's", out.with { $0.isProbe = true }, always(.probe)),
        Row("not accepted yet", out.with { $0.inode = nil }, always(.orphan)),
        Row("UDP 623", udp("0.0.0.0", 623), deaf),
        Row("UDP 664", udp("192.0.2.20", 664), deaf),
        Row("UDP 623 elsewhere", udp("192.0.2.77", 623), apart),
        Row("UDP 16992", udp("0.0.0.0", 16992), always(.otherProtocol)),
    ]

    @Test(arguments: rows)
    func `follows from its address, its other end and its owner`(
        row: Row
    ) {
        let standings = [Self.shared, Self.half, Self.none, Self.unknown].map(row.socket.standing)
        #expect(standings == row.standings, "\(row.name)")
    }

    @Test func `follows from the claims that take its port alone`() {
        let amt = Claim(tcp: .ofAMT, udp: .ofAMTsUDP, on: [ip("192.0.2.20")], interfaces: [2], own: Self.shared.own)
        let other = Claim(tcp: "5900", udp: "5900", on: [ip("192.0.2.77")], interfaces: [2], own: Self.shared.own)
        let idle = Self.out.with {
            $0.state = .bound; $0.remote = nil
        }
        let orphan = Self.out.with { $0.inode = nil }
        for claims in [[amt, other], [other, amt]] {
            #expect(idle.standing(claims) == .idle)
            #expect(orphan.standing(claims) == .orphan)
            #expect(Self.out.standing(claims) == .victim)
            #expect(Self.udp("0.0.0.0", 16992).standing(claims) == .otherProtocol)
            #expect(LocalSocket.listener("192.0.2.20", 8080).standing(claims) == .elsewhere)
            #expect(LocalSocket.listener("192.0.2.77", 5900).standing(claims) == .victim)
        }
    }

    @Test func `is reported gravest first`() {
        let waiting = Self.out.with { $0.retransmissions = 4 }
        let sockets: [LocalSocket] = [
            .listener("127.0.0.1", 623), .listener("192.0.2.20", 16992), Self.out.with { $0.state = .established },
            Self.out, waiting,
        ]
        let judged = SocketJudgement(SocketReading(sockets), [Self.shared])
        #expect(judged.sockets?.map(\.socket) == [waiting, Self.out] + [sockets[2], sockets[1], sockets[0]])
        #expect(judged.victims?.count == 4)
    }

    @Test func `is the most severe by the claims that take its port`() {
        let near = Claim(tcp: "5900", udp: "", on: [ip("192.0.2.20")], interfaces: [2], own: Self.shared.own)
        let far = Claim(tcp: "5900", udp: "", on: [ip("192.0.2.77")], interfaces: [2], own: Self.shared.own)
        for claims in [[near, far], [far, near]] {
            #expect(LocalSocket.listener("192.0.2.20", 5900).standing(claims) == .victim)
        }
    }
}

@Suite struct `Shared addresses` {
    /// The addresses shared with eno1 (192.0.2.20), wlan0 (192.0.2.77) and a link-local address, and whether there is
    /// doubt.
    static let rows: [(String, FirmwareInquiry?, Configuration.Mode, Presence, [String], Bool)] = [
        ("shared", .answer(.heard(.post, .admin, wired: .wired("192.0.2.20"))), .auto, .csme, ["192.0.2.20"], false),
        ("awaited", .answer(.heard(.post, .admin)), .auto, .csme, ["192.0.2.20"], false),
        ("being set up", .answer(.heard(.in, .none)), .auto, .csme, ["192.0.2.20"], false),
        (
            "separate", .answer(.heard(.post, .admin, wired: .wired("10.0.0.9", dhcp: false))), .auto, .csme, [], false
        ),
        (
            "shared, and Wi-Fi not known",
            .answer(.heard(.post, .admin, wireless: .wireless("192.0.2.77"))), .auto, .csme, ["192.0.2.20"], true
        ),
        ("not asked", nil, .auto, .csme, [], true),
        ("no answer", .failed(.abandoned), .auto, .csme, [], true),
        ("not set up", .answer(.heard(.pre, .none)), .auto, .csme, [], true),
        ("disabled", .answer(.disabled), .auto, .csme, [], true),
        ("impossible", nil, .auto, .without, [], false),
        ("always: shared", .answer(.heard(.post, .admin)), .always, .csme, ["192.0.2.20"], false),
        ("always: not asked", nil, .always, .csme, ["192.0.2.20", "192.0.2.77"], false),
        ("always: disabled", .answer(.disabled), .always, .csme, ["192.0.2.20", "192.0.2.77"], false),
        ("observe: shared", .answer(.heard(.post, .admin)), .observe, .csme, ["192.0.2.20"], false),
    ]

    @Test(arguments: rows)
    func `follow from AMT's state, its interfaces and the mode`(
        name: String, inquiry: FirmwareInquiry?, mode: Configuration.Mode, presence: Presence, addresses: [String],
        isDoubtful: Bool
    ) {
        var detection = Detection(sawCSME: false, sighting: nil)
        detection.observe(presence)
        detection.observe([HostInterface.lo, .eno1("192.0.2.20"), .wlan0("192.0.2.77", "169.254.0.9")])
        if let inquiry { detection.observe(inquiry, at: at(1)) }
        let shared = Claim(ofAMT: detection, guarding: .ofAMT, always: mode == .always)
        #expect(shared.addresses.map(\.description).sorted() == addresses, "\(name)")
        #expect((shared.doubt != nil) == isDoubtful, "\(name): \(shared.doubt ?? "none")")
        #expect(shared.interfaces == Set(addresses.map { $0 == "192.0.2.20" ? 2 : 3 }))
    }

    @Test func `are not forgotten when AMT falls silent`() {
        var detection = Detection(sawCSME: false, sighting: nil)
        detection.observe(.csme)
        detection.observe([HostInterface.eno1("192.0.2.20")])
        detection.observe(.answer(.heard(.post, .admin)), at: at(1))
        detection.observe(.failed(.abandoned), at: at(2))
        #expect(Claim(ofAMT: detection, guarding: .ofAMT, always: false).addresses == [ip("192.0.2.20")])
    }
}
