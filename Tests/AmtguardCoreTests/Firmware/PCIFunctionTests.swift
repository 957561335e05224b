import Testing

@testable import AmtguardCore

@Suite struct `A function on the PCI bus` {
    @Test(
        arguments: [
            ("0000:00:16.0", 0, 0, 0x16, 0), ("10000:e1:1f.7", 0x10000, 0xE1, 0x1F, 7),
            ("ffffffff:ff:0f.1", 0xFFFF_FFFF, 0xFF, 0x0F, 1), ("0000:9a:19.6", 0, 0x9A, 0x19, 6),
        ] as [(String, UInt32, UInt8, UInt8, UInt8)])
    func `has the address of its directory`(name: String, domain: UInt32, bus: UInt8, device: UInt8, function: UInt8) {
        let address = PCIAddress(name)
        #expect(address?.domain == domain && address?.bus == bus)
        #expect(address?.device == device && address?.function == function)
    }

    @Test(arguments: [
        "", "pci0000", "00:16.0", "000:00:16.0", "000000000:00:16.0", "0000:0:16.0", "0000:000:16.0", "0000:00:6.0",
        "0000:00:016.0", "0000:00:16", "0000:00:16.", "0000:00:16.00", "0000:00:16.0.0", "0000:00:16.0:",
        "0000:00:20.0",
        "0000:00:1f.8", "0000:00:1F.0", "0000:00:1g.0", "0000:00:1`.0", "0000:00:1/.0", "0000:0;:16.0", "0000:00:16.\n",
        "000x:00:16.0", "0000:0x:16.0", "0000:00:x6.0", "0000:00:16.x",
    ])
    func `has no address in any other form`(name: String) {
        #expect(PCIAddress(name) == nil)
    }

    @Test(arguments: [
        ("0000:00:00.0", true, false), ("0001:00:00.0", false, false), ("0000:01:00.0", false, false),
        ("0000:00:01.0", false, false), ("0000:00:00.1", false, false), ("0000:00:16.0", false, true),
        ("0001:80:16.3", false, true), ("0000:00:17.0", false, false), ("0000:00:0f.0", false, true),
        ("0000:00:0f.1", false, false), ("0000:01:0f.0", false, false), ("0001:00:0f.0", false, false),
    ])
    func `is first, or in a slot of the engine, by its address`(name: String, isFirst: Bool, isOfEngine: Bool) throws {
        let address = try #require(PCIAddress(name))
        #expect(address.isFirst == isFirst && address.isOfEngine == isOfEngine)
    }

    @Test(
        arguments: [
            ("0000:00:16.0", 0x8086, 0x078000, ["engine", "node"]),
            ("0000:80:16.4", 0x8086, 0x0780FF, ["engine", "node"]),
            ("0000:00:16.0", 0x8087, 0x078000, []),
            ("0000:00:16.2", 0x8086, 0x088000, []),
            ("0000:00:1a.0", 0x8086, 0x078000, ["node"]),
            ("0000:00:0f.0", 0x8086, 0x078000, ["node", "TXE"]),
            ("0000:00:0f.0", 0x8086, 0x038000, []),
            ("0000:00:16.3", 0x8086, 0x070002, ["SOL"]),
            ("0000:00:16.3", 0x1022, 0x070002, []),
            ("0000:00:16.3", 0x8086, 0x070102, []),
            ("0000:00:16.2", 0x8086, 0x070002, []),
            ("0000:00:17.3", 0x8086, 0x070002, []),
            ("0000:00:1f.6", 0x8086, 0x020000, ["network"]),
            ("0000:00:14.3", 0x8086, 0x028000, ["network"]),
            ("0000:00:1f.6", 0x8086, 0x020700, []),
            ("0000:03:00.0", 0x10EC, 0x020000, []),
            ("0000:03:00.0", 0x10EC, 0x028000, []),
        ] as [(String, UInt16, UInt32, [String])])
    func `is evidence of AMT by its vendor, class and slot`(
        name: String, vendor: UInt16, kind: UInt32, evidence: [String]
    ) throws {
        let function = PCIFunction(try #require(PCIAddress(name)), vendor: vendor, kind: kind)
        let found = [
            (function.isEngine, "engine"), (function.canCarryNode, "node"), (function.isTXE, "TXE"),
            (function.isSerialOverLAN, "SOL"), (function.isIntelsNetworkCard, "network"),
        ]
        #expect(found.filter(\.0).map(\.1) == evidence)
    }

    @Test(
        arguments: [
            (0x8086, 0x060000, .intel), (0x8086, 0x088000, .intel), (0x1022, 0x060000, .other("0x1022")),
            (0x00A5, 0x0600FF, .other("0x00a5")), (0x1022, 0x060100, nil), (0x1022, 0x078000, nil),
        ] as [(UInt16, UInt32, Presence.Machine.Chipset?)])
    func `names the maker of the chipset if it is the first`(
        vendor: UInt16, kind: UInt32, chipset: Presence.Machine.Chipset?
    ) throws {
        let function = PCIFunction(try #require(PCIAddress("0000:00:00.0")), vendor: vendor, kind: kind)
        #expect(Presence.Machine.Chipset(function) == chipset)
    }

    @Test(arguments: [
        ("0x100e", "0x8086", "0x001e", true), ("0x1004", "", "", true), ("0x1008", "", "", true),
        ("0x100f", "", "", true),
        ("0x1209", "", "", true), ("0x1229", "", "", true), ("0x10d3", "0x1af4", "0x1100", true),
        ("0x10d3", "0x15ad", "0x07d0", true), ("0x10d3", "0x8086", "0x0000", true),
        ("0x10d3", "0x8086", "0xa01f", false), ("0x15f9", "0x1af4", "0x0000", false),
    ])
    func `is a network card that hypervisors emulate, by its numbers`(
        device: String, subsystemVendor: String, subsystemDevice: String, isImitated: Bool
    ) {
        #expect(
            Presence.Machine.isImitated(
                device: device, subsystemVendor: subsystemVendor, subsystemDevice: subsystemDevice) == isImitated)
    }
}
