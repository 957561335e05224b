import AmtguardCore
import SystemPackage
import Testing

@testable import AmtguardLinux

@Suite("What /sys shows of AMT")
struct PresenceReaderTests {
    /// The layout of a Lenovo with AMT 11.8, by fwupd's test data, and a graphics card with index 0.
    private func machine() throws -> TemporaryDirectory {
        let tree = try TemporaryDirectory()
        for (name, vendor, kind) in [
            ("0000:00:16.0", "0x8086", "0x078000"), ("0000:00:16.3", "0x8086", "0x070002"),
            ("0000:00:1f.6", "0x8086", "0x020000"), ("0000:03:16.0", "0x8086", "0x078000"),
            ("0000:00:16.1", "0x1022", "0x078000"), ("10000:00:16.4", "0x8086", "0x078000"),
        ] {
            try tree.file("sys/devices/pci0000:00/\(name)/vendor", vendor + "\n")
            try tree.file("sys/devices/pci0000:00/\(name)/class", kind + "\n")
            try tree.link("sys/bus/pci/devices/\(name)", to: "../../../devices/pci0000:00/\(name)")
        }
        try tree.file("sys/class/mei/mei0/kind", "gsc\n")
        try tree.link("sys/class/mei/mei0/device", to: "../../i915.mei-gsc.768")
        try tree.file("sys/class/mei/mei1/kind", "mei\n")
        try tree.file("sys/class/mei/mei1/dev_state", "ENABLED")
        try tree.file("sys/class/mei/mei1/fw_ver", "0:11.8.93.4323\n0:11.8.93.4323\n0:11.8.93.4323\n")
        try tree.link("sys/class/mei/mei1/device", to: "../../../0000:00:16.0")
        return tree
    }

    private let amthi = "12f80028-b4b7-4b2d-aca8-46e0ff65814c"

    private func presence(_ tree: TemporaryDirectory) throws -> Presence {
        readPresence(in: try RootDirectory(path: FilePath(tree.path)))
    }

    @Test func `a machine with AMT is read whole`() throws {
        let tree = try machine()
        try tree.file("sys/devices/pci0000:00/0000:00:16.0/0000:00:16.0-\(amthi)/uuid", amthi + "\n")
        try tree.link(
            "sys/bus/mei/devices/0000:00:16.0-\(amthi)",
            to: "../../../devices/pci0000:00/0000:00:16.0/0000:00:16.0-\(amthi)")
        try tree.file("sys/bus/mei/devices/0000:00:16.0-8e6a6715-9abc-4043-88ef-9e39c6f63e0f/uuid", "8e6a6715")
        let presence = try presence(tree)
        #expect(presence.pciFunctions == 6)
        #expect(presence.heci == ["0000:00:16.0", "0000:03:16.0", "10000:00:16.4"])
        #expect(presence.serialOverLAN == ["0000:00:16.3"])
        #expect(
            presence.devices == [
                .init(name: "mei0", kind: "gsc", state: nil, firmwareVersion: nil, parent: "i915.mei-gsc.768"),
                .init(
                    name: "mei1", kind: "mei", state: "ENABLED", firmwareVersion: "11.8.93.4323", parent: "0000:00:16.0"
                ),
            ])
        #expect(presence.offeringAMTHI == ["0000:00:16.0"])
    }

    @Test func `the client is found by either form of the name, in either case, and by its uuid`() throws {
        for (entry, uuid, parent) in [
            ("0000:00:16.0-\(amthi)", nil, "0000:00:16.0"),
            ("0000:00:16.0-\(amthi.uppercased())", nil, "0000:00:16.0"),
            ("mei::\(amthi):01", nil, "unknown"),
            ("whatever", amthi.uppercased() + "\n", "unknown"),
        ] as [(String, String?, String)] {
            let tree = try machine()
            try tree.file("sys/bus/mei/devices/\(entry)/uuid", uuid ?? "")
            #expect(try presence(tree).offeringAMTHI == [parent])
        }
    }

    @Test func `an entry of the old form is told from its link`() throws {
        let tree = try machine()
        let entry = "mei::\(amthi):01"
        try tree.directory("sys/devices/pci0000:00/0000:00:16.0/\(entry)")
        try tree.link("sys/bus/mei/devices/\(entry)", to: "../../../devices/pci0000:00/0000:00:16.0/\(entry)")
        #expect(try presence(tree).offeringAMTHI == ["0000:00:16.0"])
    }

    @Test(arguments: ["vendor", "class"])
    func `a function in the place of the CSME that can't be looked at leaves the bus unread`(attribute: String) throws {
        let tree = try TemporaryDirectory()
        let function = "sys/bus/pci/devices/0000:00:16.0"
        try tree.file(function + "/vendor", attribute == "vendor" ? "" : "0x8086\n")
        try tree.file(function + "/class", attribute == "class" ? "" : "0x078000\n")
        #expect(try presence(tree).pciFunctions == nil)
        #expect(try presence(tree).heci.isEmpty)
    }

    @Test func `where nothing can be read, nothing is claimed`() throws {
        let tree = try TemporaryDirectory()
        #expect(try presence(tree) == Presence(pciFunctions: nil, heci: [], devices: [], offeringAMTHI: []))
    }

    @Test(.timeLimit(.minutes(1)))
    func `attributes that are no attributes are nil`() throws {
        let tree = try TemporaryDirectory()
        tree.fifo("sys")
        _ = try presence(tree)
        let other = try TemporaryDirectory()
        try other.directory("sys/class/mei/mei0/kind")
        other.fifo("sys/class/mei/mei0/dev_state")
        try other.file("sys/class/mei/mei0/fw_ver", [UInt8](repeating: 0x30, count: 10 << 20))
        try other.file("sys/class/mei/mei0/device", "no link")
        #expect(
            try presence(other).devices == [
                .init(name: "mei0", kind: nil, state: nil, firmwareVersion: nil, parent: nil)
            ])
    }

    @Test(
        arguments: [
            ("0:16.1.25.2124\n", "16.1.25.2124"), ("0:0.0.0.0\n", nil), ("", nil), ("16.1.25.2124", nil),
            ("0:16.1.25\n", nil), ("0:a.b.c.d", nil), ("0:1.2.3.99999", nil),
        ] as [(String, String?)])
    func `a firmware version is four numbers that are not all zero`(_ text: String, _ version: String?) throws {
        let tree = try TemporaryDirectory()
        try tree.file("sys/class/mei/mei0/fw_ver", text)
        #expect(try presence(tree).devices.map(\.firmwareVersion) == [version])
    }

    @Test func `text of a device is made printable`() throws {
        let tree = try TemporaryDirectory()
        try tree.file("sys/class/mei/mei0/kind", "\u{1B}[31mmei\n")
        #expect(try presence(tree).devices.first?.kind == "?[31mmei")
    }
}

@Suite("Settings, clocks and identities")
struct ReadingsTests {
    private func choice(_ range: String, _ start: String?) throws -> KernelChoice {
        let tree = try TemporaryDirectory()
        try tree.file("range", range)
        if let start { try tree.file("start", start) }
        return try KernelChoiceReader(
            portRange: FilePath(tree.path + "/range"), unprivilegedStart: FilePath(tree.path + "/start")
        ).read()
    }

    @Test func `the kernel's two settings are read, and the second is 1024 where there is none`() throws {
        #expect(
            try choice("32768\t60999\n", "1024\n")
                == KernelChoice(ephemeralRange: 32_768...60_999, unprivilegedStart: 1_024))
        #expect(
            try choice("9000\t65499\n", nil) == KernelChoice(ephemeralRange: 9_000...65_499, unprivilegedStart: 1_024))
        #expect(try choice("1\t65535\n", "0\n").unprivilegedStart == 0)
        _ = try KernelChoiceReader().read()
    }

    @Test(arguments: [
        ("", "1024"), ("1024", "1024"), ("5\t4", "1024"), ("1\t70000", "1024"), ("-1\t5", "1024"), ("1 2 3", "1024"),
        ("a\tb", "1024"), ("+1\t5", "1024"), ("1\t5", ""), ("1\t5", "1 2"), ("1\t5", "x"),
    ])
    func `a text that is not a setting is refused`(_ range: String, _ start: String) {
        #expect(throws: Errno.badMessage) { try choice(range, start) }
    }

    @Test func `the clocks go forward`() {
        let (instant, microseconds) = (Instant.now(), Clocks.monotonicMicroseconds())
        #expect(Instant.now() >= instant && Clocks.monotonicMicroseconds() >= microseconds)
        #expect(Moment.now().wallClock > 1_700_000_000)
    }

    @Test func `the time asleep does not grow while the machine is awake`() {
        let readings = (0..<10_000).map { _ in Clocks.sleepTime() }
        let spread = readings.max().flatMap { most in readings.min().map { most - $0 } }
        #expect(spread.map { $0 < .milliseconds(20) } == true)
        #expect(readings.allSatisfy { $0 >= .zero })
    }

    @Test func `the id of the boot is 32 digits, and anything else is refused`() throws {
        #expect(try BootID.read().utf8.count == 32)
        let tree = try TemporaryDirectory()
        for text in ["", "1234", "zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz\n", String(repeating: "a", count: 63)] {
            let path = FilePath(try tree.file("id", text))
            #expect(throws: Errno.badMessage) { try BootID.read(path) }
        }
        let path = FilePath(try tree.file("id", "89ABCDEF-0123-4567-89ab-cdef01234567\n"))
        #expect(try BootID.read(path) == "89abcdef0123456789abcdef01234567")
    }

    @Test(.enabled(if: isRoot, needsRoot))
    func `another network namespace has another identity`() throws {
        let here = try NetworkNamespace.identity()
        #expect(try NetworkNamespace.identity() == here)
        #expect(try inPrivateNetwork { try NetworkNamespace.identity() } != here)
    }
}
