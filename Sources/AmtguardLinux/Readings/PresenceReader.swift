// What /sys shows of AMT, without a privilege and without opening a device.

public import AmtguardCore
import SystemPackage

/// The AMT host interface of the firmware, the client that only a machine with AMT offers.
private let amthi = "12f80028-b4b7-4b2d-aca8-46e0ff65814c"

/// Reads what `/sys` shows of AMT; what cannot be read is `nil` or empty, as the type says.
public func readPresence(in root: borrowing RootDirectory) -> Presence {
    let functions = try? root.names(in: "/sys/bus/pci/devices")
    let candidates = (functions ?? []).filter(isCSMEAddress)
    // What stands in the CSME's place and can't be looked at may be one.
    let isReadable = candidates.allSatisfy { function in
        let directory = FilePath("/sys/bus/pci/devices").appending(function)
        return attribute("vendor", of: directory, in: root) != nil && attribute("class", of: directory, in: root) != nil
    }
    return Presence(
        pciFunctions: isReadable ? functions?.count : nil,
        heci: candidates.filter { isHECI($0, in: root) },
        devices: names(in: "/sys/class/mei", of: root).map { device($0, in: root) },
        offeringAMTHI: parentsOfferingAMTHI(in: root))
}

/// The CSME's own functions are 00:16.0 to 00:16.7 by Intel's wiring; a HECI of a graphics card is not on this bus.
private func isCSMEAddress(_ name: String) -> Bool {
    let address = name.utf8
    guard let colon = address.firstIndex(of: UInt8(ascii: ":")) else { return false }
    return address[colon...].starts(with: ":00:16.".utf8) && address[colon...].count == 8
}

private func isHECI(_ name: String, in root: borrowing RootDirectory) -> Bool {
    let directory = FilePath("/sys/bus/pci/devices").appending(name)
    return attribute("vendor", of: directory, in: root)?.lowercased() == "0x8086"
        && attribute("class", of: directory, in: root)?.lowercased().hasPrefix("0x0780") == true
}

private func device(_ name: String, in root: borrowing RootDirectory) -> Presence.Device {
    let directory = FilePath("/sys/class/mei").appending(name)
    return Presence.Device(
        name: printable(name.utf8),
        kind: attribute("kind", of: directory, in: root),
        state: attribute("dev_state", of: directory, in: root),
        firmwareVersion: attribute("fw_ver", of: directory, in: root).flatMap(version(line:)),
        parent: (try? root.target(of: directory.appending("device")))?.lastComponent.map { printable($0.string.utf8) })
}

/// `0:16.1.25.2124`: platform and version. The driver prints zeros where the firmware did not tell.
private func version(line: String) -> String? {
    guard let text = line.split(separator: ":", maxSplits: 1).last, line.contains(":") else { return nil }
    let numbers = text.split(separator: ".", omittingEmptySubsequences: false)
    guard numbers.count == 4, numbers.allSatisfy({ UInt16($0) != nil }), numbers.contains(where: { UInt16($0) != 0 })
    else { return nil }
    return String(text)
}

private func parentsOfferingAMTHI(in root: borrowing RootDirectory) -> [String] {
    var parents: [String] = []
    for entry in names(in: "/sys/bus/mei/devices", of: root) {
        let path = FilePath("/sys/bus/mei/devices").appending(entry)
        let uuid = attribute("uuid", of: path, in: root)?.lowercased()
        let name = entry.lowercased()
        // The name says it as well, where the attribute can't be read: since Linux 5.5 `PARENT-UUID`, before that
        // `mei:NAME:UUID:01`.
        guard uuid == amthi || name.hasSuffix("-" + amthi) || name.split(separator: ":").contains(amthi[...]) else {
            continue
        }
        let parent = printable(parent(ofEntry: entry, at: path, in: root).utf8)
        if !parents.contains(parent) { parents.append(parent) }
    }
    return parents
}

/// The entry is a link to `…/0000:00:16.0/ENTRY`. Where it is none, the new form of the name begins with the parent;
/// the old one tells no parent and stands for itself.
private func parent(ofEntry entry: String, at path: FilePath, in root: borrowing RootDirectory) -> String {
    if let target = try? root.target(of: path), let parent = target.removingLastComponent().lastComponent,
        parent.kind == .regular
    {
        return parent.string
    }
    let suffix = "-" + amthi
    guard entry.lowercased().hasSuffix(suffix), entry.utf8.count > suffix.utf8.count else { return "unknown" }
    return String(decoding: entry.utf8.dropLast(suffix.utf8.count), as: UTF8.self)
}

private func names(in directory: FilePath, of root: borrowing RootDirectory) -> [String] {
    do { return try root.names(in: directory) } catch { return [] }
}

/// The first line of an attribute, printable; `nil` where it is not there or empty.
private func attribute(_ name: String, of directory: FilePath, in root: borrowing RootDirectory) -> String? {
    guard let bytes = try? root.readFile(directory.appending(name), atMost: 4_096) else { return nil }
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
    return line.isEmpty ? nil : printable(line)
}
