import AmtguardTestTools
import Testing

@testable import AmtguardCore

@Suite struct `The plan of the holds` {
    private static let host: [HostInterface] = [.lo, .eno1("192.0.2.20"), .wlan0("198.51.100.7")]
    private static let all: Set = [ip("127.0.0.1"), ip("192.0.2.20"), ip("198.51.100.7")]

    /// AMT's two interfaces, judged by the host's interfaces.
    private static func told(
        _ wired: LANSettings, _ wireless: LANSettings = .none, on host: [HostInterface] = Self.host
    ) -> [AMTInterface] {
        [
            AMTInterface(.wired, .known(wired), among: host),
            AMTInterface(.wireless, .known(wireless), among: host, isWirelessDiverted: true),
        ]
    }

    private static let silent = AMTInterface.Medium.allCases.map {
        AMTInterface($0, .unknown("not told"), among: host)
    }

    struct Row {
        var name: String
        var amt: [AMTInterface]?
        var host: [HostInterface]?
        var always = false
        var expected: HoldPlan.Addresses

        init(
            _ name: String, _ amt: [AMTInterface]?, on host: [HostInterface]? = `The plan of the holds`.host,
            always: Bool = false, _ expected: HoldPlan.Addresses
        ) {
            (self.name, self.amt, self.host, self.always, self.expected) = (name, amt, host, always, expected)
        }
    }

    static let rows: [Row] = [
        Row("an address that both have", told(.wired("192.0.2.20")), .these([ip("192.0.2.20")])),
        Row("also with Mode=always", told(.wired("192.0.2.20")), always: true, .these([ip("192.0.2.20")])),
        Row("AMT takes over a lease that it has not seen", told(.wired("0.0.0.0")), .these([ip("192.0.2.20")])),
        Row(
            "both media", told(.wired("192.0.2.20"), .wireless("198.51.100.7")),
            .these([ip("192.0.2.20"), ip("198.51.100.7")])),
        Row(
            "the lease that AMT kept, before the host has it again", told(.wired("192.0.2.20"), on: [.eno1()]),
            on: [.eno1()], .these([ip("192.0.2.20")])),
        Row("no lease on either side", told(.wired("0.0.0.0"), on: [.eno1()]), on: [.eno1()], .these([])),
        Row("AMT's own address", told(.wired("192.0.2.99", dhcp: false)), .these([])),
        Row("its own, and Mode=always", told(.wired("192.0.2.99", dhcp: false)), always: true, .these([])),
        Row("AMT is not there", [], .these([])),
        Row("nothing heard yet", nil, .asBefore(among: all)),
        Row("it did not say", silent, .asBefore(among: all)),
        Row("nothing heard, Mode=always", nil, always: true, .these([ip("192.0.2.20"), ip("198.51.100.7")])),
        Row("it did not say, Mode=always", silent, always: true, .these([ip("192.0.2.20"), ip("198.51.100.7")])),
        Row(
            "none of this link or host alone", nil, on: [.eno1("169.254.3.4", "192.0.2.20", "127.0.0.9")], always: true,
            .these([ip("192.0.2.20")])),
        Row("the host can't be read", told(.wired("192.0.2.20")), on: nil, .unknown),
        Row("nor with Mode=always", nil, on: nil, always: true, .unknown),
    ]

    @Test(arguments: rows)
    func `follows from what AMT says and what the host has`(row: Row) {
        let addresses = HoldPlan.Addresses(sharedBy: row.amt, with: row.host, always: row.always)
        #expect(addresses == row.expected, "\(row.name)")
    }

    private func plan(_ addresses: HoldPlan.Addresses, _ ports: PortSet = amt, udp: Bool = false) -> HoldPlan {
        HoldPlan(
            places: [HoldPlan.Place(addresses, tcp: ports, udp: ports.intersection(.ofAMTsUDP))], holdsUDP: udp,
            isShared: true)
    }

    @Test func `holds each required port on TCP, and 623 and 664 on UDP if asked to`() {
        let tcp = plan(.these([ip("192.0.2.1")])).wanted(held: [])
        #expect(tcp.holds.sorted().map(\.port) == [623, 664, 16992, 16993, 16994, 16995] && tcp.passedOver == 0)
        let all = plan(.these([ip("192.0.2.1")]), "664,5900", udp: true).wanted(held: []).holds
        #expect(all.sorted().map(\.description) == ["192.0.2.1:664/tcp", "192.0.2.1:5900/tcp", "192.0.2.1:664/udp"])
    }

    @Test func `keeps what is held where AMT is silent, as long as the address is the host's`() {
        let held = [Hold(ip("192.0.2.1"), 623), Hold(ip("192.0.2.2"), 623)]
        let wanted = plan(.asBefore(among: [ip("192.0.2.2"), ip("192.0.2.3")]), "623-624").wanted(held: held).holds
        #expect(wanted.sorted() == [Hold(ip("192.0.2.2"), 623), Hold(ip("192.0.2.2"), 624)])
        #expect(plan(.unknown, "623").wanted(held: held).holds == Set(held))
        #expect(plan(.unknown).wanted(held: []).holds.isEmpty)
    }

    @Test func `of two claims keeps the ports and the addresses of each`() {
        let mine = HoldPlan.Place(.asBefore(among: [ip("192.0.2.1"), ip("192.0.2.2")]), tcp: "16992", udp: "")
        let other = HoldPlan.Place(.these([ip("192.0.2.2")]), tcp: "5900", udp: "623")
        let plan = HoldPlan(places: [mine, other], holdsUDP: true, isShared: true)
        let held = [Hold(ip("192.0.2.1"), 16992), Hold(ip("192.0.2.2"), 5900), Hold(ip("192.0.2.2"), 623, .udp)]
        #expect(plan.wanted(held: held).holds == Set(held), "and no 16992 on the other's address")
    }

    @Test func `is bounded, and says how many addresses are left out`() {
        let thousand = (0..<1_000).map { IPv4Address(bits: 0x0A00_0001 + UInt32($0)) }
        let usual = plan(.these(thousand + thousand)).wanted(held: [])
        #expect(Set(usual.holds.map(\.address)) == Set(thousand.prefix(16)) && usual.passedOver == 984)
        let most = plan(.these(thousand), "623,664,16000-16515", udp: true).wanted(held: [])
        #expect(most.holds.count == HoldPlan.mostHolds && most.passedOver == 999)
    }

    @Test func `fits into the unit`() throws {
        let unit = try Repository.text("systemd/amtguardd.service")
        func number(_ key: String) -> Int? {
            unit.split(separator: "\n").first { $0.hasPrefix(key + "=") }.flatMap { Int($0.dropFirst(key.count + 1)) }
        }
        #expect(try #require(number("FileDescriptorStoreMax")) >= HoldPlan.mostHolds + 8)
        #expect(try #require(number("LimitNOFILE")) >= HoldPlan.mostHolds + 256)
    }
}
