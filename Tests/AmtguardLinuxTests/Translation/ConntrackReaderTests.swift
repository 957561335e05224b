import AmtguardCore
import SystemPackage
import Testing

@testable import AmtguardLinux

@Suite("Translated connections of the kernel", .enabled(if: isRoot, needsRoot))
struct ConntrackReaderTests {
    /// The host 192.0.2.1 translates to its own address, and the peer answers only at port 22.
    private static func translated<Value: Sendable>(
        _ rules: String, _ body: @escaping @Sendable () throws -> Value
    ) throws -> Value {
        try inPrivateNetwork {
            let network = try PeerNetwork(listening: [22])
            try network.connect()
            try network.peer(
                "nft \"table inet wall { chain input { type filter hook input priority 0; tcp dport != 22 drop; "
                    + "meta l4proto udp drop; }; }\"")
            try shell("nft 'table ip nat { chain post { type nat hook postrouting priority srcnat; \(rules) }; }'")
            return try withExtendedLifetime(network) { try body() }
        }
    }

    /// Adds a rule that puts the connections to one port into another zone.
    private static func zone() throws {
        try shell(
            "nft 'table inet z { chain o { type filter hook output priority raw; tcp dport 11 ct zone set 5; }; }'")
    }

    /// Sends six thousand datagrams, each to another port of the peer.
    private static func flood() throws {
        try shell(
            """
            perl -MSocket -e 'socket(S, AF_INET, SOCK_DGRAM, 0); bind(S, sockaddr_in(5000, INADDR_ANY)) or die;
            send(S, "x", 0, sockaddr_in($_, inet_aton("192.0.2.2"))) for 1000..6999'
            """)
    }

    private static func connect(from port: UInt16, to remote: UInt16) throws -> TestSocket {
        try TestSocket(.tcp, "192.0.2.1", port, waiting: false).begin("192.0.2.2", remote)
    }

    private static let addresses: Set<IPv4Address> = [IPv4Address(bits: 0xC000_0201)]
    private static let tcp = PortSet(16992...16995)
    private static let udp = PortSet(623...623)

    private static func endpoint(_ address: String, _ port: UInt16) throws -> LocalSocket.Endpoint {
        LocalSocket.Endpoint(try #require(IPAddress(address)), port: port)
    }

    @Test func `are found where they have one of the ports, and were never answered`() throws {
        let (one, several, others) = try Self.translated(
            """
            tcp dport 9 masquerade to :16992; tcp dport 22 masquerade to :16993; tcp dport 10 masquerade to :40000;
            udp dport 7 masquerade to :623; udp dport 8 masquerade to :16994; tcp dport 11 masquerade to :16995;
            """
        ) {
            try Self.zone()
            let sockets = try [(5_009, 9), (5_022, 22), (5_010, 10), (5_011, 11)].map {
                try Self.connect(from: $0.0, to: $0.1)
            }
            try shell("bash -c 'echo >/dev/udp/192.0.2.2/7; echo >/dev/udp/192.0.2.2/8'")
            let second = try #require(IPv4Address("192.0.2.9"))
            return try withExtendedLifetime(sockets) {
                (
                    try readTranslatedFlows(on: Self.addresses, tcp: Self.tcp, udp: Self.udp),
                    try readTranslatedFlows(on: Self.addresses.union([second]), tcp: Self.tcp, udp: Self.udp),
                    [
                        try readTranslatedFlows(on: [second], tcp: Self.tcp, udp: Self.udp),
                        try readTranslatedFlows(on: [], tcp: Self.tcp, udp: Self.udp),
                        try readTranslatedFlows(on: Self.addresses, tcp: PortSet(), udp: PortSet()),
                        try readTranslatedFlows(on: Self.addresses, tcp: PortSet(16996...16999), udp: PortSet()),
                    ]
                )
            }
        }
        #expect(one.flows.map(\.translated.port) == [623, 16992, 16995] && one.omitted == 0)
        #expect(one.flows.map(\.protocol) == [.udp, .tcp, .tcp])
        #expect(one.flows.map(\.remote.port) == [7, 9, 11])
        #expect(one.flows.map(\.origin.port).suffix(2) == [5_009, 5_011])
        #expect(several == one)
        #expect(others == [FlowReading]((0..<4).map { _ in FlowReading([]) }))
    }

    @Test func `are found among thousands of others`() throws {
        let reading = try Self.translated(
            """
            udp dport 1000-6999 masquerade to :40000; udp dport 7 masquerade to :623; tcp dport 9 masquerade to :16993;
            """
        ) {
            try Self.flood()
            try shell("bash -c 'echo >/dev/udp/192.0.2.2/7'")
            let socket = try Self.connect(from: 5_009, to: 9)
            return try withExtendedLifetime(socket) {
                try readTranslatedFlows(on: Self.addresses, tcp: Self.tcp, udp: Self.udp)
            }
        }
        #expect(reading.flows.map(\.translated.port) == [623, 16993] && reading.omitted == 0)
    }

    @Test func `of one port do not crowd out those of another`() throws {
        let reading = try Self.translated("udp dport 1000-6999 masquerade to :623; tcp dport 9 masquerade to :16993;") {
            try Self.flood()
            let socket = try Self.connect(from: 5_009, to: 9)
            return try withExtendedLifetime(socket) {
                try readTranslatedFlows(on: Self.addresses, tcp: Self.tcp, udp: Self.udp)
            }
        }
        #expect(reading.flows.count == 1_024 / 5 + 1 && reading.omitted == 6_000 - 1_024 / 5)
        #expect(reading.flows.last?.translated.port == 16993)
    }

    @Test func `tell with which port they left`() throws {
        let (changed, kept, unknown, zone, refused) = try Self.translated(
            "tcp dport 9 masquerade to :16992; tcp dport 11 masquerade to :16995;"
        ) {
            try Self.zone()
            func left(_ port: UInt16, _ remote: UInt16) throws -> LocalSocket.Endpoint? {
                try readTranslatedSource(
                    of: .tcp, from: Self.endpoint("192.0.2.1", port), to: Self.endpoint("192.0.2.2", remote))
            }
            let sockets = try [(5_009, 9), (5_022, 22), (5_011, 11)].map { try Self.connect(from: $0.0, to: $0.1) }
            return try withExtendedLifetime(sockets) {
                let answers = (try left(5_009, 9), try left(5_022, 22), try left(5_023, 22), try left(5_011, 11))
                try dropCapabilities()
                let refused = #expect(throws: Errno.notPermitted) { try left(5_009, 9) }
                return (answers.0, answers.1, answers.2, answers.3, refused != nil)
            }
        }
        #expect(changed?.description == "192.0.2.1:16992")
        #expect(kept?.description == "192.0.2.1:5022")
        #expect(unknown == nil)
        #expect(zone?.description == "192.0.2.1:16995")
        #expect(refused)
    }

    @Test func `are none where nothing is tracked, for any user`() throws {
        let (reading, source) = try inPrivateNetwork {
            try dropCapabilities()
            return (
                try readTranslatedFlows(on: Self.addresses, tcp: Self.tcp, udp: Self.udp),
                try readTranslatedSource(
                    of: .tcp, from: Self.endpoint("192.0.2.1", 16992), to: Self.endpoint("192.0.2.2", 22))
            )
        }
        #expect(reading == FlowReading([]) && source == nil)
    }

    @Test func `need conntrack, which is not loaded for them`() throws {
        #expect(throws: Errno.noSuchFileOrDirectory) { try conntrackCount("/proc/sys/net/netfilter/nf_conntrack_cnt") }
        #expect(throws: Errno.badMessage) { try conntrackCount("/proc/sys/net/ipv4/ip_local_port_range") }
    }
}
