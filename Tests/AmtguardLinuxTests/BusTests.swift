import Foundation
import Glibc
import SystemPackage
import Testing

@testable import AmtguardCore
@testable import AmtguardLinux

/// The listings of `Tests/Buses`, read as a `/sys` and judged.
@Suite("Buses of machines")
struct BusTests {
    private func presence(_ tree: TemporaryDirectory) throws -> Presence {
        readPresence(in: try RootDirectory(path: FilePath(tree.path)))
    }

    private func guardian(_ presence: Presence, _ smbios: [UInt8]? = nil) -> Guardian {
        var guardian = Guardian(remembering: Memory(scope: Memory.Scope(boot: "b", namespace: "n")))
        let now = Moment(Instant(sinceBoot: .seconds(10)), wallClock: 1_795_377_600)
        _ = guardian.observe(.presence(presence), at: now)
        if let smbios { _ = guardian.observe(.smbios(SMBIOSReading(table: smbios)), at: now) }
        return guardian
    }

    @Test func `there are enough of them`() { #expect(BusFile.all.count >= 30) }

    @Test(arguments: BusFile.all)
    func `are judged as each file says`(file: BusFile) throws {
        let tree = try TemporaryDirectory()
        try file.build(in: tree)
        let presence = try presence(tree)
        #expect(presence.failures == [:])
        var guardian = guardian(presence, file.smbios)
        // Once before the helper answered, and once with its answer if it finds no device to ask.
        for round in 0..<2 {
            let amt = guardian.status.amt
            #expect(amt.state == file.value("state"), "\(guardian.detection.state)")
            let because = guardian.detection.state.because
            let says = try #require(file.value("says"))
            // The reason before the firmware was asked; without a node the helper's answer says at least as much.
            if round == 0, says == "no driver serves it" {
                #expect(because.contains("not asked"))
            } else {
                #expect(because.contains(says), "\(because)")
            }
            if let version = file.value("version") { #expect(amt.version == version) }
            let reason = guardian.detection.reasons.first
            if amt.state == "impossible" {
                #expect(guardian.detection.reasons == [])
            } else if let advice = file.value("advice"), round == 1 || !advice.contains("modprobe") {
                #expect(reason?.advice?.contains(advice) == true, "\(reason?.advice ?? "none")")
            }
            if file.value("advice")?.contains("modprobe") != true {
                #expect(reason?.advice?.contains("modprobe") != true, "\(reason?.advice ?? "none")")
            }
            guard case .none(let outcome) = presence.choice else { break }
            _ = guardian.observe(
                .firmware(.answer(FirmwareAnswer(outcome))),
                at: Moment(Instant(sinceBoot: .seconds(20)), wallClock: 1_795_377_610))
        }
        switch presence.choice {
        case .ask(let devices): #expect(devices.map(\.name).joined(separator: " ") == file.value("asks"))
        case .none: #expect(file.value("asks") == "nobody")
        }
    }

    /// The rule gives the helper the nodes that the helper asks, and no others.
    @Test(arguments: BusFile.all)
    func `give the helper its devices and no graphics card's`(file: BusFile) throws {
        let tree = try TemporaryDirectory()
        try file.build(in: tree)
        let presence = try presence(tree)
        var asked: [String] = []
        if case .ask(let devices) = presence.choice { asked = devices.map(\.name) }
        for device in presence.devices {
            let parent = device.parent ?? ""
            func attribute(_ name: String) -> String {
                tree.bytes("sys/bus/pci/devices/\(parent)/\(name)").map {
                    String(decoding: $0.dropLast(), as: UTF8.self)
                }
                    ?? ""
            }
            let isGiven = try UdevRule.matches(
                kernel: parent, vendor: attribute("vendor"), class: attribute("class"))
            #expect(isGiven == asked.contains(device.name), "\(device.name)")
        }
    }

    @Test(arguments: [
        ("0000:00:16.0", "0x8086", "0x078000", true), ("0000:80:16.0", "0x8086", "0x078000", true),
        ("10000:e0:16.4", "0x8086", "0x078000", true), ("0000:00:0f.0", "0x8086", "0x078000", true),
        ("0000:00:16.0", "0x1234", "0x078000", false), ("0000:00:16.0", "0x8086", "0x088000", false),
        ("0000:03:00.0", "0x8086", "0x030000", false), ("0000:03:00.0", "0x8086", "0x078000", false),
        ("0000:00:1f.6", "0x8086", "0x078000", false), ("0000:16:00.0", "0x8086", "0x078000", false),
        ("0000:01:0f.0", "0x8086", "0x078000", false), ("i915.mei-gsc.768", "", "", false),
    ])
    func `have a rule for udev that is no wider than the definition`(
        kernel: String, vendor: String, class: String, isGiven: Bool
    ) throws {
        #expect(try UdevRule.matches(kernel: kernel, vendor: vendor, class: `class`) == isGiven)
    }

    @Test func `may have ten thousand functions, and still show their engine`() throws {
        let tree = try TemporaryDirectory()
        try Self.crowd(tree, machine: 0..<10_000)
        try tree.file("sys/bus/pci/devices/0000:80:16.0/vendor", "0x8086\n")
        try tree.file("sys/bus/pci/devices/0000:80:16.0/class", "0x078000\n")
        let presence = try presence(tree)
        #expect(presence.failures == [:] && presence.heci == ["0000:80:16.0"])
        #expect(presence.pciFunctions ?? 0 > 10_000)
        #expect(guardian(presence).status.amt.state == "unknown")
    }

    @Test func `of a virtual machine with ten thousand functions are not searched for cards, which leaves it unknown`()
        throws
    {
        let tree = try TemporaryDirectory()
        try Self.crowd(tree, machine: 0..<10_000)
        try tree.file("sys/class/dmi/id/sys_vendor", "QEMU\n")
        try tree.file("proc/cpuinfo", "flags\t\t: fpu hypervisor\n")
        let presence = try presence(tree)
        #expect(presence.machine.hypervisor == "QEMU or KVM" && presence.machine.networkCards == nil)
        let guardian = guardian(presence)
        #expect(guardian.status.amt.state == "unknown")
        #expect(guardian.detection.state.because.contains("is passed through to it is not known"))
    }

    /// Virtual functions of cards, on many buses.
    private static func crowd(_ tree: TemporaryDirectory, machine range: Range<Int>) throws {
        func hex(_ number: Int, _ width: Int) -> String {
            let digits = String(number, radix: 16)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        for index in range {
            let (bus, device, function) = (1 + index / 128, index / 8 % 16, index % 8)
            try tree.directory("sys/bus/pci/devices/0000:\(hex(bus, 2)):\(hex(device, 2)).\(function)")
        }
        try tree.file("sys/bus/pci/devices/0000:00:00.0/vendor", "0x8086\n")
        try tree.file("sys/bus/pci/devices/0000:00:00.0/class", "0x060000\n")
    }

    @Test func `with names that are no addresses are passed over, and no control character gets through`() throws {
        let tree = try TemporaryDirectory()
        for name in [
            "0000:00:16.0\u{1B}[2J", "0000:00:16.0\n", "0000:00:16.8", "0000:00:16.", "0000::16.0", "0000:00:1G.0",
        ] {
            try tree.file("sys/bus/pci/devices/\(name)/vendor", "0x8086\n")
            try tree.file("sys/bus/pci/devices/\(name)/class", "0x078000\n")
        }
        try tree.file("sys/bus/pci/devices/0000:00:00.0/vendor", "0x8086\u{7}\n")
        try tree.file("sys/bus/pci/devices/0000:00:00.0/class", "0x060000\n")
        try tree.file("sys/class/mei/mei\u{1B}[31m/kind", "mei\u{7}\n")
        try tree.link("sys/class/mei/mei\u{1B}[31m/device", to: "../0000:00:16.0\u{1B}")
        let presence = try presence(tree)
        #expect(presence.heci == [] && presence.machine.chipset == nil)
        let guardian = guardian(presence)
        #expect(guardian.status.amt.state == "unknown")
        #expect(!guardian.status.json.description.contains("\u{1B}"))
        #expect(!guardian.status.text.contains { $0.value.contains("\u{1B}") || $0.value.contains("\u{7}") })
    }

    @Test func `of another board's engine say nothing of this one's firmware`() throws {
        for version in ["0:0.0.0.0", "0:102.0.0.1"] {
            let tree = try TemporaryDirectory()
            try tree.file("sys/bus/pci/devices/0000:00:16.0/vendor", "0x8086\n")
            try tree.file("sys/bus/pci/devices/0000:00:16.0/class", "0x078000\n")
            try tree.file("sys/class/mei/mei0/kind", "gsc\n")
            try tree.file("sys/class/mei/mei0/fw_ver", version + "\n")
            try tree.file("sys/class/mei/mei1/kind", "mei\n")
            try tree.file("sys/class/mei/mei1/fw_ver", "0:0.0.0.0\n")
            try tree.link("sys/class/mei/mei1/device", to: "../../../0000:00:16.0")
            let status = guardian(try presence(tree)).status
            #expect(status.amt.state == "unknown" && status.amt.version == nil)
        }
    }
}

/// `systemd/60-amtguard-mei.rules`, by the matching that udev uses.
private enum UdevRule {
    static func matches(kernel: String, vendor: String, class: String) throws -> Bool {
        let file = BusFile.directory.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "systemd/60-amtguard-mei.rules")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
        let line = try #require(lines.first)
        #expect(lines.count == 1)
        return try matches("KERNELS", kernel, line) && matches("ATTRS{vendor}", vendor, line)
            && matches("ATTRS{class}", `class`, line)
    }

    private static func matches(_ key: String, _ value: String, _ line: Substring) throws -> Bool {
        let word = try #require(
            line.split(separator: ", ").first { $0.hasPrefix(key + "==\"") && $0.hasSuffix("\"") })
        let patterns = word.dropFirst(key.count + 3).dropLast().split(separator: "|")
        // The corresponding C function is `fnmatch`; udev divides alternatives by `|` first.
        return patterns.contains { unsafe fnmatch(String($0), value, 0) == 0 }
    }
}
