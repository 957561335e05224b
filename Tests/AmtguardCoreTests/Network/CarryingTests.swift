import AmtguardCore
import Testing

@Suite struct `Interfaces that carry AMT's address` {
    static let amt = "a4:bb:6d:00:00:01"
    static let lo = interface(1, "lo", mac: "00:00:00:00:00:00")
    static let eno1 = interface(2, "eno1", mac: amt, permanent: amt)
    static let eno2 = interface(3, "eno2", mac: "a4:bb:6d:00:00:02", permanent: "a4:bb:6d:00:00:02")

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var interfaces: [HostInterface]
        var carrying: [String]

        init(_ description: String, _ interfaces: [HostInterface], _ carrying: [String]) {
            testDescription = description
            self.interfaces = interfaces
            self.carrying = carrying
        }
    }

    static let cases = [
        Case("a plain NIC", [lo, eno1, eno2], ["eno1"]),
        Case("nothing of that address", [lo, eno2], []),
        Case(
            "a macvtap in passthru mode, on a NIC with a random address",
            [
                interface(2, "eno1", mac: "02:00:00:00:00:77", permanent: amt),
                interface(5, "macvtap0", mac: "02:00:00:00:00:77", kind: "macvtap", lower: 2),
                interface(6, "macvtap1", mac: "02:00:00:00:00:78", kind: "macvtap", lower: 2),
            ], ["eno1", "macvtap0"]),
        Case("no interface at all", [], []),
        Case(
            "a bond, which gives both ports one address",
            [
                lo, interface(2, "eno1", mac: amt, permanent: amt, master: 9),
                interface(3, "eno2", mac: amt, permanent: "a4:bb:6d:00:00:02", master: 9),
                interface(9, "bond0", mac: amt, kind: "bond"),
            ], ["eno1", "bond0"]),
        Case(
            "a bond with the address of its other port",
            [
                interface(2, "eno1", mac: "a4:bb:6d:00:00:02", permanent: amt, master: 9),
                interface(3, "eno2", mac: "a4:bb:6d:00:00:02", permanent: "a4:bb:6d:00:00:02", master: 9),
                interface(9, "bond0", mac: "a4:bb:6d:00:00:02", kind: "bond"),
            ], ["eno1", "bond0"]),
        Case(
            "a bridge, without the guests that are plugged into it",
            [
                interface(2, "eno1", mac: amt, permanent: amt, master: 9),
                interface(5, "vnet0", mac: "fe:54:00:00:00:01", kind: "tun", master: 9),
                interface(9, "br0", mac: "02:00:00:00:00:09", kind: "bridge"),
            ], ["eno1", "br0"]),
        Case(
            "a VLAN on a bond, and a bridge on the VLAN",
            [
                interface(2, "eno1", mac: amt, permanent: amt, master: 9),
                interface(9, "bond0", mac: amt, kind: "bond"),
                interface(10, "bond0.5", mac: "02:00:00:00:00:10", kind: "vlan", lower: 9, master: 11),
                interface(11, "br5", mac: "02:00:00:00:00:11", kind: "bridge"),
            ], ["eno1", "bond0", "bond0.5", "br5"]),
        Case(
            "a dock with MAC pass-through",
            [eno1, interface(7, "enx0", mac: amt, permanent: amt)], ["eno1", "enx0"]),
        Case(
            "a dock alone, its own address covered",
            [lo, interface(7, "enx0", mac: amt, permanent: "a4:bb:6d:00:00:07")], ["enx0"]),
        Case(
            "a randomised address",
            [interface(4, "wlp0", mac: "da:00:00:00:00:04", permanent: amt), eno2], ["wlp0"]),
        Case(
            "another NIC that was given the address",
            [eno1, interface(3, "eno2", mac: amt, permanent: "a4:bb:6d:00:00:02")], ["eno1"]),
        Case("an adapter without a permanent address", [interface(2, "eth0", mac: amt)], ["eth0"]),
        Case(
            "the far end of a veth, a tunnel and a guest's macvlan do not",
            [
                eno1, interface(5, "veth0", mac: "02:00:00:00:00:05", kind: "veth", lower: 2),
                interface(6, "vxlan0", mac: "02:00:00:00:00:06", kind: "vxlan", lower: 2),
                interface(7, "macvtap0", mac: "02:00:00:00:00:07", kind: "macvtap", lower: 2),
            ], ["eno1"]),
        Case(
            "a macvlan in passthru mode and an ipvlan do",
            [
                eno1, interface(5, "macvlan0", mac: amt, permanent: nil, kind: "macvlan", lower: 2),
                interface(6, "ipvlan0", mac: amt, kind: "ipvlan", lower: 2),
            ], ["eno1", "macvlan0", "ipvlan0"]),
        Case(
            "a VRF is no interface above",
            [
                interface(2, "eno1", mac: amt, permanent: amt, master: 9),
                interface(9, "vrf-red", mac: "02:00:00:00:00:09", kind: "vrf"),
            ], ["eno1"]),
        Case(
            "masters and lower links that go round",
            [
                interface(2, "eno1", mac: amt, permanent: amt, lower: 2, master: 9),
                interface(9, "br0", mac: "02:00:00:00:00:09", kind: "bridge", lower: 10, master: 10),
                interface(10, "v0", mac: "02:00:00:00:00:10", kind: "vlan", lower: 9, master: 9),
                interface(11, "v1", mac: "02:00:00:00:00:11", kind: "vlan", lower: 11, master: 99),
            ], ["eno1", "br0", "v0"]),
    ]

    @Test(arguments: cases)
    func `are found`(_ scene: Case) throws {
        let amt = try #require(MACAddress(Self.amt))
        let found = HostInterface.carrying(amt, in: scene.interfaces)
        #expect(found.map(\.name) == scene.carrying)
        // The result does not depend on the order of the reading.
        #expect(
            Set(HostInterface.carrying(amt, in: scene.interfaces.reversed()).map(\.name)) == Set(scene.carrying))
    }

    @Test func `bring their addresses with them`() throws {
        var bridge = Self.interface(9, "br0", mac: "02:00:00:00:00:09", kind: "bridge")
        bridge.ipv4 = [try #require(IPv4Address("192.168.1.20")), try #require(IPv4Address("10.0.0.1"))]
        let found = HostInterface.carrying(
            try #require(MACAddress(Self.amt)),
            in: [Self.interface(2, "eno1", mac: Self.amt, permanent: Self.amt, master: 9), bridge])
        #expect(found.flatMap(\.ipv4).map(\.description) == ["192.168.1.20", "10.0.0.1"])
    }

    @Test func `the address zero belongs to no interface`() throws {
        #expect(HostInterface.carrying(try #require(MACAddress("00:00:00:00:00:00")), in: [Self.lo]).isEmpty)
    }

    @Test func `are found among thousands, and any tangle of them ends`() throws {
        let amt = try #require(MACAddress(Self.amt))
        var random = Seeded(3)
        let interfaces = (1...4_000).map { index in
            HostInterface(
                index: index, name: "i\(index)", mac: amt, permanentMAC: index == 7 ? amt : nil, kind: "vlan",
                lower: .random(in: 1...4_000, using: &random), master: .random(in: 1...4_000, using: &random))
        }
        #expect(HostInterface.carrying(amt, in: interfaces).count == 4_000)
    }

    private static func interface(
        _ index: Int, _ name: String, mac: String, permanent: String? = nil, kind: String? = nil, lower: Int? = nil,
        master: Int? = nil
    ) -> HostInterface {
        HostInterface(
            index: index, name: name, mac: MACAddress(mac), permanentMAC: permanent.flatMap { MACAddress($0) },
            isLoopback: name == "lo", kind: kind, lower: lower, master: master)
    }
}
