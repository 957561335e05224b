import Foundation
import Testing

/// A file of `Tests/Buses`: listings of a machine, and the expected results.
struct BusFile: Sendable, CustomTestStringConvertible {
    let name: String
    /// Its lines, by section, without comments.
    private var sections: [String: [String]] = [:]

    var testDescription: String { name }

    static let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Buses")

    static let all: [BusFile] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return names.filter { $0.hasSuffix(".bus") }.sorted().compactMap { try? BusFile($0) }
    }()

    init(_ name: String) throws {
        self.name = name
        let text = try String(contentsOf: Self.directory.appending(path: name), encoding: .utf8)
        var section = ""
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            if line.hasPrefix("["), line.hasSuffix("]") {
                section = String(line.dropFirst().dropLast())
            } else {
                sections[section, default: []].append(String(line))
            }
        }
    }

    /// The value of `key = value` in a section.
    func value(_ key: String, in section: String = "expect") -> String? {
        sections[section]?.lazy.compactMap { line -> String? in
            line.hasPrefix(key + " = ") ? String(line.dropFirst(key.count + 3)) : nil
        }.first
    }

    /// The structure of SMBIOS, with its final NULs; `nil` if the file has none.
    var smbios: [UInt8]? {
        sections["smbios"]?.first.map { line in line.split(separator: " ").compactMap { UInt8($0, radix: 16) } + [0, 0]
        }
    }

    /// Builds `/sys` and `/proc/cpuinfo` below a directory.
    func build(in tree: TemporaryDirectory) throws {
        try buildBus(in: tree)
        for line in sections["mei"] ?? [] {
            let words = line.split(separator: " ")
            for word in words.dropFirst() {
                let (key, value) = (word.prefix { $0 != "=" }, word.drop { $0 != "=" }.dropFirst())
                if key == "parent" {
                    try tree.link("sys/class/mei/\(words[0])/device", to: "../../../\(value)")
                } else {
                    try tree.file("sys/class/mei/\(words[0])/\(key)", value + "\n")
                }
            }
        }
        for line in sections["clients"] ?? [] {
            let parent = line.hasPrefix("mei:") ? "0000:00:16.0" : String(line.dropLast(37))
            try tree.directory("sys/devices/\(parent)/\(line)")
            try tree.link("sys/bus/mei/devices/\(line)", to: "../../../devices/\(parent)/\(line)")
        }
        try buildMachine(in: tree)
    }

    /// `lspci -nn`, with the lines `Subsystem:` and `Kernel driver in use:` of `lspci -nnk`.
    private func buildBus(in tree: TemporaryDirectory) throws {
        var function = ""
        for line in sections["lspci"] ?? [] {
            let trimmed = line.trimmingCharacters(in: .whitespaces)
            if trimmed.hasPrefix("Subsystem:") {
                let (vendor, device) = Self.numbers(trimmed)
                try tree.file(function + "/subsystem_vendor", "0x\(vendor)\n")
                try tree.file(function + "/subsystem_device", "0x\(device)\n")
            } else if let driver = trimmed.split(separator: "Kernel driver in use: ").first, driver != trimmed {
                try tree.link(function + "/driver", to: "../../drivers/\(driver)")
            } else {
                let words = line.split(separator: " ", maxSplits: 1)
                let address = words[0].count == 7 ? "0000:\(words[0])" : String(words[0])
                function = "sys/bus/pci/devices/\(address)"
                let (vendor, device) = Self.numbers(line)
                let kind = line.drop { $0 != "[" }.dropFirst().prefix { $0 != "]" }
                try tree.file(function + "/vendor", "0x\(vendor)\n")
                try tree.file(function + "/device", "0x\(device)\n")
                try tree.file(function + "/class", "0x\(kind)00\n")
            }
        }
    }

    /// The last `[8086:7ae8]` of a line.
    private static func numbers(_ line: String) -> (vendor: Substring, device: Substring) {
        let parts = line.split(separator: "[").last { $0.contains(":") && $0.contains("]") } ?? ""
        let pair = parts.prefix { $0 != "]" }.split(separator: ":")
        return (pair.first ?? "", pair.last ?? "")
    }

    private func buildMachine(in tree: TemporaryDirectory) throws {
        for name in ["sys_vendor", "product_name"] {
            if let value = value(name, in: "machine") { try tree.file("sys/class/dmi/id/\(name)", value + "\n") }
        }
        for module in value("modules", in: "machine")?.split(separator: " ") ?? [] {
            try tree.directory("sys/module/\(module)")
            try tree.directory("sys/bus/pci/drivers/\(module)")
        }
        for name in ["type", "uuid"] {
            if let value = value("hypervisor \(name)", in: "machine") {
                try tree.file("sys/hypervisor/\(name)", value + "\n")
            }
        }
        if let flags = value("cpu flags", in: "machine") {
            try tree.file("proc/cpuinfo", "processor\t: 0\nflags\t\t: \(flags)\nbugs\t\t:\n\n")
        }
    }
}
